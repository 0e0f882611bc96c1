"""Cadence: the longest wait between two looks at the inbox, and the least between two answers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from ..settings.persona_rules import CadenceRules, PersonaRules
from .model import FULL, POINT
from .mood import Mood
from .runtime import Runtime
from .state import Vigour

EMPTY: Final = timedelta(seconds=300)
"""Longest wait with nothing in the inbox: nothing ages there, and whatever arrives wakes the persona."""
_SOON: Final = timedelta(seconds=1)


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


def until_it_turns(runtime: Runtime, vigour: Vigour, now: datetime, rules: PersonaRules) -> timedelta:
    """How long a persona with an empty inbox can sleep: until time alone changes its mood or makes it feel left alone.

    Args:
        runtime: as it was last kept.
        vigour: with the rest until now.
        now: the moment.
        rules: the numbers.
    """
    moments = [runtime.left_alone_at + timedelta(seconds=rules.emotions.long_idle_seconds)]
    if runtime.answered_at is not None:
        moments.append(runtime.answered_at + timedelta(seconds=rules.mood.active_seconds))
    missing = (rules.mood.tired_below + rules.mood.hysteresis) * POINT - vigour.energy
    if missing > 0:
        moments.append(now + timedelta(seconds=rules.energy.full_rest_seconds * missing / FULL))
    ahead = [moment - now for moment in moments if moment > now]
    return max(_SOON, min([*ahead, EMPTY]))
