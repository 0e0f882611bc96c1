"""Energy and attention: what work takes and rest returns, by elapsed time and to the last remainder."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from ..settings.persona_rules import EnergyRules
from .model import FULL, POINT

_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = 1_000_000
_ATTENTION_FACTOR: Final = 2


@dataclass(frozen=True, slots=True)
class Vigour:
    """How fit a persona is.

    Attributes:
        as_of: the moment up to which rest is credited.
        energy: in hundredths of a point, floor to ``FULL``.
        attention: in hundredths of a point, 0 to ``FULL``.
        energy_rest, attention_rest, energy_work: what the divisions left over, so that a thousand short rests return
            exactly what one long rest does.
    """

    as_of: datetime
    energy: int = FULL
    attention: int = FULL
    energy_rest: int = 0
    attention_rest: int = 0
    energy_work: int = 0


def rested(vigour: Vigour, now: datetime, rules: EnergyRules) -> Vigour:
    """Credit the rest since ``as_of``. A clock that stepped back credits nothing and does not charge twice."""
    elapsed = (now - vigour.as_of) // _MICROSECOND
    if elapsed <= 0:
        return vigour
    whole = rules.full_rest_seconds * _SECOND
    energy, energy_rest = _restore(vigour.energy, vigour.energy_rest, elapsed, whole)
    attention, attention_rest = _restore(vigour.attention, vigour.attention_rest, elapsed * _ATTENTION_FACTOR, whole)
    return replace(
        vigour,
        as_of=now,
        energy=energy,
        attention=attention,
        energy_rest=energy_rest,
        attention_rest=attention_rest,
    )


def worked(
    vigour: Vigour,
    started: datetime,
    ended: datetime,
    rules: EnergyRules,
    *,
    complexity: int = 1,
    least_seconds: float = 0,
) -> Vigour:
    """Charge an activity: rest up to its start, then its cost; no rest is credited for the time that it took.

    Args:
        vigour: before.
        started: when it began.
        ended: when it ended.
        rules: the rates.
        complexity: how much harder than plain work it was, from 1.
        least_seconds: charge for at least this many seconds.
    """
    before = rested(vigour, started, rules)
    took = max(0, (ended - started) // _MICROSECOND, int(least_seconds * _SECOND))
    spent, remainder = divmod(FULL * took * complexity + before.energy_work, rules.exhausting_work_seconds * _SECOND)
    floor = rules.floor * POINT
    energy = max(floor, before.energy - spent)
    attention = before.attention
    if before.energy < rules.tired_below * POINT:
        attention -= attention * rules.attention_toll_percent // 100
    return replace(
        before,
        as_of=max(before.as_of, ended),
        energy=energy,
        attention=attention,
        energy_work=0 if energy == floor else remainder,
    )


def _restore(score: int, remainder: int, elapsed: int, whole: int) -> tuple[int, int]:
    gained, left = divmod(FULL * elapsed + remainder, whole)
    if score + gained >= FULL:
        return FULL, 0
    return score + gained, left
