"""Moods: the first that holds, with a line to leave that lies beyond the line to enter."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from ..settings.persona_rules import MoodRules
from .model import POINT


class Mood(StrEnum):
    """How a persona is disposed, the strongest first."""

    OVERWHELMED = "overwhelmed"
    TIRED = "tired"
    ACTIVE = "active"
    IDLE = "idle"


def mood_now(
    before: Mood, waiting: int, energy: int, answered_at: datetime | None, now: datetime, rules: MoodRules
) -> Mood:
    """The mood that holds.

    Args:
        before: the mood so far; overwhelmed and tired last until the figure is ``hysteresis`` beyond their line.
        waiting: messages in the inbox.
        energy: in hundredths of a point.
        answered_at: the last answer.
        now: the moment.
        rules: the lines.
    """
    crowded = rules.overwhelmed_above - (rules.hysteresis if before is Mood.OVERWHELMED else 0)
    if waiting > crowded:
        return Mood.OVERWHELMED
    weary = rules.tired_below + (rules.hysteresis if before is Mood.TIRED else 0)
    if energy < weary * POINT:
        return Mood.TIRED
    if answered_at is not None and now - answered_at < timedelta(seconds=rules.active_seconds):
        return Mood.ACTIVE
    return Mood.IDLE
