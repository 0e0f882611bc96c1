"""Whether a goal is on track, and where it is heading; exact arithmetic throughout.

Time is counted in days: ``elapsed`` from the first day to the day looked at, ``total`` from the first to the last. On
track is ``value / target ≥ elapsed / total``. The projection continues the average pace so far in a straight line, so a
goal that adds up is on track exactly when its projected end value reaches the target. A level (pipeline, quality) has
no pace; its projection is that it stays as it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from .goal import Goal


@dataclass(frozen=True, slots=True)
class Assessment:
    """How a goal stands on a day.

    Attributes:
        as_of: the day, whole.
        value: exact, in the goal's unit.
        started: the day is within or after the window; before it, everything is on track.
        on_track: by the rule above.
        progress: 0 to 100, rounded down; 100 only when the target is reached.
        expected: where progress should be by that day, 0 to 100, rounded down.
        pace: value gained per day on average; nothing before the second day, and for a level.
        projected: value at the end if nothing changes, rounded down; nothing while there is no pace.
        projected_day: when the target is reached at this pace; nothing while it never is.
        days_left: days after this one until the end, 0 or more.
    """

    as_of: date
    value: Fraction
    started: bool
    on_track: bool
    progress: int
    expected: int
    pace: Fraction | None
    projected: int | None
    projected_day: date | None
    days_left: int

    @property
    def whole_value(self) -> int:
        """The value rounded down to the goal's unit."""
        return math.floor(self.value)

    @property
    def behind(self) -> bool:
        """Not on track."""
        return not self.on_track


def shortfall(goal: Goal, assessment: Assessment) -> int:
    """Points of progress, 0 to 100, that are missing to the pace; rounded down, 0 while on track."""
    if assessment.on_track:
        return 0
    total = (goal.end - goal.start).days
    elapsed = min((assessment.as_of - goal.start).days, total)
    gap = Fraction(elapsed, total) - max(assessment.value, Fraction(0)) / goal.target
    return min(100, math.floor(gap * 100))


def method(goal: Goal, assessment: Assessment) -> str:
    """How the projection is made, in words that stand beside it."""
    if not assessment.started:
        return "none yet: the window has not begun"
    if assessment.as_of >= goal.end:
        return "none: the window is over, this is what came of it"
    if not goal.type.adds_up:
        return "level: it is taken to stay as it is today until the end"
    if assessment.pace is None:
        return "none yet: there is no pace before the second day"
    return "straight line: the average per day since the start, continued to the end"


def assess(goal: Goal, value: Fraction, as_of: date) -> Assessment:
    """How a goal stands.

    Args:
        goal: the goal.
        value: what was measured for that day, in the goal's unit, 0 or more.
        as_of: the day, whole.
    """
    total = (goal.end - goal.start).days
    elapsed = min(max((as_of - goal.start).days, 0), total)
    started = as_of >= goal.start
    pace, projected, day = _projection(goal, value, as_of, elapsed)
    return Assessment(
        as_of=as_of,
        value=value,
        started=started,
        on_track=not started or value * total >= goal.target * elapsed,
        progress=max(0, min(100, math.floor(value * 100 / goal.target))),
        expected=elapsed * 100 // total,
        pace=pace,
        projected=projected if started else None,
        projected_day=day if started else None,
        days_left=max((goal.end - as_of).days, 0),
    )


def _projection(
    goal: Goal, value: Fraction, as_of: date, elapsed: int
) -> tuple[Fraction | None, int | None, date | None]:
    reached = min(as_of, goal.end) if value >= goal.target else None
    if not goal.type.adds_up or as_of >= goal.end:
        return None, math.floor(value), reached
    if elapsed == 0:
        return None, None, reached
    pace = value / elapsed
    projected = math.floor(pace * (goal.end - goal.start).days)
    if reached or pace <= 0:
        return pace, projected, reached
    days = math.ceil(goal.target / pace)
    return pace, projected, goal.start + timedelta(days=days) if days < (date.max - goal.start).days else None
