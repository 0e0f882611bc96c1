"""Cadence: the longest wait between two looks at the inbox, and the least between two answers."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..settings.persona_rules import CadenceRules
from .model import POINT
from .mood import Mood


def longest_wait(mood: Mood, budget: int, rules: CadenceRules) -> timedelta:
    """The cadence of a mood, doubled while the budget (hundredths of a point) is low."""
    seconds = {
        Mood.OVERWHELMED: rules.overwhelmed_seconds,
        Mood.TIRED: rules.tired_seconds,
        Mood.ACTIVE: rules.active_seconds,
        Mood.IDLE: rules.idle_seconds,
    }[mood]
    wait = timedelta(seconds=seconds)
    return wait * 2 if budget < rules.thrifty_below * POINT else wait


def until_free(answered_at: datetime | None, wait: timedelta, now: datetime) -> timedelta:
    """How long until the persona may answer again: what is left of its cadence since its last answer."""
    if answered_at is None:
        return timedelta()
    return min(wait, max(timedelta(), answered_at + wait - now))
