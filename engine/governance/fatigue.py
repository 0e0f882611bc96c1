"""Fatigue: an operator who says yes faster than anybody reads is asked once more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, takewhile
from statistics import median
from typing import Final

from ..settings.governance import GovernanceSettings
from ..storage import Reader, from_us, to_us

WINDOW: Final = timedelta(minutes=10)
"""How far back answers are looked at."""
_MOST: Final = 2_000
_MINUTE: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """One answer of an operator.

    Attributes:
        at: when.
        yes: it was a yes.
        seconds: at most how long they looked at it.
    """

    at: datetime
    yes: bool
    seconds: float


def unusual(answers: Sequence[Reading], now: datetime, settings: GovernanceSettings) -> str:
    """Why an operator's newest answers look unread, as a sentence; empty where they do not.

    Args:
        answers: one operator's, newest first.
        now: the present.
        settings: how many in a row, how quick and how many a minute is too much; 0 switches each guard off.
    """
    lately = [answer for answer in answers if now - answer.at <= WINDOW]
    minute = sum(answer.yes and now - answer.at < _MINUTE for answer in lately)
    yes = sum(answer.yes for answer in lately)
    ratio = f"{yes} of the last {len(lately)} answers were yes"
    if 0 < settings.fatigue_per_minute < minute:
        return f"{minute} approvals within a minute; {ratio}"
    streak = [act.seconds for act in takewhile(lambda act: act.yes, _acts(lately))]
    if 0 < settings.fatigue_streak <= len(streak) and median(streak) < settings.fatigue_reading_seconds:
        return f"{len(streak)} approvals in a row, looked at for {median(streak):.1f} s each; {ratio}"
    return ""


def tired(reader: Reader, now: datetime, settings: GovernanceSettings) -> tuple[tuple[str, str], ...]:
    """Each operator whose newest answers look unread, with the reason to ask once more."""
    rows = reader.rows(
        "SELECT decider, verdict, at_us, reading_us FROM decisions WHERE at_us >= ? AND reading_us IS NOT NULL"
        " AND verdict IN ('approved', 'rejected', 'edited') ORDER BY at_us DESC, id DESC LIMIT ?",
        (to_us(now - WINDOW), _MOST),
    )
    by_operator: dict[str, list[Reading]] = {}
    for row in rows:
        reading = Reading(from_us(row["at_us"]), row["verdict"] == "approved", row["reading_us"] / 1_000_000)
        by_operator.setdefault(row["decider"], []).append(reading)
    found = ((name, unusual(answers, now, settings)) for name, answers in sorted(by_operator.items()))
    return tuple((name, why) for name, why in found if why)


def _acts(answers: Iterable[Reading]) -> list[Reading]:
    """Answers given in one go count once: a batch is one act, as long as its longest look."""
    return [max(group, key=lambda one: one.seconds) for _, group in groupby(answers, key=lambda one: (one.at, one.yes))]
