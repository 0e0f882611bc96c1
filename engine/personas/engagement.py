"""Whether a persona takes a message up now, and why or why not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from ..settings.persona_rules import EngagementRules
from .model import POINT
from .mood import Mood


class Reason(StrEnum):
    """Why a persona engages or does not, in the words that operators read."""

    URGENT = "urgent enough for any mood"
    OVERDUE = "waited so long that it counts in any mood"
    MOOD_ALLOWS = "urgent enough for the mood"
    TOO_LOW = "not urgent enough for the mood"
    TOO_WEARY = "only what is urgent while energy is this low"
    BUDGET_SPENT = "the daily budget is spent"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer.

    Attributes:
        engages: it takes it up.
        reason: why.
        gate: the effective priority that was needed, in hundredths of a point.
    """

    engages: bool
    reason: Reason
    gate: int


def should_engage(
    effective: int, waited: timedelta, mood: Mood, energy: int, budget: int, rules: EngagementRules
) -> Verdict:
    """Whether a message is taken up.

    Args:
        effective: its effective priority, in hundredths of a point.
        waited: since its arrival.
        mood: the persona's mood.
        energy: its energy, in hundredths of a point.
        budget: what is left of its daily budget, in hundredths of a point; with none left nothing is taken up.
        rules: the gates.
    """
    always = rules.always * POINT
    if budget <= 0:
        return Verdict(engages=False, reason=Reason.BUDGET_SPENT, gate=always)
    if effective >= always:
        return Verdict(engages=True, reason=Reason.URGENT, gate=always)
    if waited >= timedelta(seconds=rules.overdue_seconds):
        return Verdict(engages=True, reason=Reason.OVERDUE, gate=always)
    if mood is Mood.TIRED and energy <= rules.tired_energy * POINT:
        return Verdict(engages=False, reason=Reason.TOO_WEARY, gate=always)
    points = {
        Mood.OVERWHELMED: rules.always,
        Mood.TIRED: rules.tired,
        Mood.ACTIVE: rules.active,
        Mood.IDLE: rules.idle,
    }[mood]
    gate = points * POINT
    engages = effective >= gate
    return Verdict(engages=engages, reason=Reason.MOOD_ALLOWS if engages else Reason.TOO_LOW, gate=gate)
