"""A goal day by day: what was reached, what the pace asks for, and where it is heading; for a plot."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import accumulate
from typing import Final, Literal, TypeAlias

from ..storage import Reader, to_us
from .goal import Goal, GoalType
from .metrics import evaluate, measure

SERIES_LIMIT: Final = 400
"""Most days of one series; a longer window is sampled evenly, first, present and last day always among them."""

Origin: TypeAlias = Literal["measured", "computed", "ahead"]
_Steps: TypeAlias = tuple[Sequence[str], Sequence[int]]


@dataclass(frozen=True, slots=True)
class Point:
    """One day of a goal, in the goal's unit, rounded down.

    Attributes:
        day: the day.
        actual: what the CRM tables say about the end of that day; nothing for days ahead.
        pace: what is needed by that day to be on track.
        projected: where the projection puts it; nothing before the present day and where there is no projection.
        origin: ``measured`` where the daily job kept a measurement of that day, ``computed`` from the tables alone,
            ``ahead`` where the day is still to come.
    """

    day: date
    actual: int | None
    pace: int
    projected: int | None
    origin: Origin


def series(reader: Reader, goal: Goal, as_of: date, limit: int = SERIES_LIMIT) -> tuple[Point, ...]:
    """The days of a goal's window.

    Args:
        reader: the CRM tables and the measurements.
        goal: the goal.
        as_of: the present day, whole.
        limit: most points, at least 3.
    """
    total = (goal.end - goal.start).days
    found = evaluate(reader, goal, as_of)
    last = min(as_of, goal.end)
    value_on = _values(reader, goal, last) if last >= goal.start else None
    measured = {row["day"] for row in reader.rows("SELECT day FROM goal_progress WHERE goal_id = ?", (goal.id,))}
    points = []
    for day in _days(goal, last, limit):
        elapsed = (day - goal.start).days
        known = value_on is not None and day <= last
        projected = None
        if day >= last and found.started and found.projected is not None and as_of <= goal.end:
            projected = math.floor(found.value if found.pace is None else found.pace * elapsed)
        points.append(
            Point(
                day=day,
                actual=math.floor(value_on(day)) if value_on is not None and known else None,
                pace=goal.target * elapsed // total,
                projected=projected,
                origin="ahead" if not known else "measured" if day.isoformat() in measured else "computed",
            )
        )
    return tuple(points)


def _days(goal: Goal, last: date, limit: int) -> list[date]:
    total = (goal.end - goal.start).days
    if total < limit:
        return [goal.start + timedelta(days=number) for number in range(total + 1)]
    chosen = {number * total // (limit - 2) for number in range(limit - 1)}
    if goal.start <= last:
        chosen.add((last - goal.start).days)
    return [goal.start + timedelta(days=number) for number in sorted(chosen)]


def _values(reader: Reader, goal: Goal, last: date) -> Callable[[date], Fraction]:
    """The metric at the end of any day of the window, from one look at the tables for each side of it."""
    first, until = goal.start.isoformat(), last.isoformat()
    match goal.type:
        case GoalType.REVENUE:
            return _sum(
                _steps(
                    reader,
                    "SELECT close_date, sum(value_cents) FROM opportunities WHERE stage = 'closed_won'"
                    " AND close_date BETWEEN ? AND ? GROUP BY close_date ORDER BY close_date",
                    (first, until),
                )
            )
        case GoalType.ACTIVITY:
            begin = to_us(datetime.combine(goal.start, time(), UTC))
            end = to_us(datetime.combine(last, time(), UTC)) + timedelta(days=1) // timedelta(microseconds=1)
            return _sum(
                _steps(
                    reader,
                    "SELECT date(at_us / 1000000, 'unixepoch') AS day, count(*) FROM interactions"
                    " WHERE at_us >= ? AND at_us < ? GROUP BY day ORDER BY day",
                    (begin, end),
                )
            )
        case GoalType.QUALITY:
            closed = (
                "FROM opportunities WHERE stage IN ('closed_won', 'closed_lost') AND close_date BETWEEN ? AND ?"
                " GROUP BY close_date ORDER BY close_date"
            )
            won = _steps(reader, f"SELECT close_date, sum(stage = 'closed_won') {closed}", (first, until))  # a constant
            both = _steps(reader, f"SELECT close_date, count(*) {closed}", (first, until))  # as above
            return lambda day: Fraction(_at(won, day) * 100_00, _at(both, day)) if _at(both, day) else Fraction(0)
        case GoalType.PIPELINE:
            opening = measure(reader, goal, goal.start)
            came = _steps(
                reader,
                "SELECT engage_date, coalesce(sum(value_cents), 0) FROM opportunities"
                " WHERE engage_date > ? AND engage_date <= ? GROUP BY engage_date ORDER BY engage_date",
                (first, until),
            )
            went = _steps(
                reader,
                "SELECT close_date, coalesce(sum(value_cents), 0) FROM opportunities"
                " WHERE stage IN ('closed_won', 'closed_lost') AND close_date > ? AND close_date <= ?"
                " GROUP BY close_date ORDER BY close_date",
                (first, until),
            )
            return lambda day: opening + _at(came, day) - _at(went, day)


def _steps(reader: Reader, sql: str, parameters: Sequence[str | int]) -> _Steps:
    rows = reader.rows(sql, parameters)
    return [row[0] for row in rows], list(accumulate((int(row[1]) for row in rows), initial=0))


def _at(steps: _Steps, day: date) -> int:
    return steps[1][bisect_right(steps[0], day.isoformat())]


def _sum(steps: _Steps) -> Callable[[date], Fraction]:
    return lambda day: Fraction(_at(steps, day))
