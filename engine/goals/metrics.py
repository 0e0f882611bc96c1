"""The four metrics, computed from the CRM tables for a day.

A window is whole days, first and last included, and ends with the day looked at: what happens later is not known yet.
Days of interactions are days in UTC; the CRM's own dates have no zone and are taken as they are.

- pipeline: value of the opportunities that are open at the end of the day: engaged on or before it (or at an unknown
  date) and not closed on or before it. Where the CRM names no value the opportunity counts as 0.
- activity: interactions within the window.
- quality: won among won and lost within the window, in hundredths of a percent; 0 while nothing is closed.
- revenue: value of the opportunities won within the window.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction

from ..storage import Reader, to_us
from .goal import Goal, GoalType
from .track import Assessment, assess


def measure(reader: Reader, goal: Goal, as_of: date) -> Fraction:
    """What a goal's metric is at the end of a day, in the goal's unit; after the goal's end, what it was at its end."""
    last = min(as_of, goal.end)
    if last < goal.start:
        return Fraction(0)
    window = (goal.start.isoformat(), last.isoformat())
    match goal.type:
        case GoalType.PIPELINE:
            return Fraction(_pipeline(reader, last))
        case GoalType.ACTIVITY:
            return Fraction(_activity(reader, goal.start, last))
        case GoalType.QUALITY:
            won, closed = _closed(reader, window)
            return Fraction(won * 100_00, closed) if closed else Fraction(0)
        case GoalType.REVENUE:
            return Fraction(_revenue(reader, window))


def evaluate(reader: Reader, goal: Goal, as_of: date) -> Assessment:
    """How a goal stands at the end of a day, by what the CRM tables say about that day."""
    return assess(goal, measure(reader, goal, as_of), as_of)


def _pipeline(reader: Reader, day: date) -> int:
    row = reader.row(
        "SELECT coalesce(sum(value_cents), 0) FROM opportunities"
        " WHERE (engage_date IS NULL OR engage_date <= :day)"
        " AND (stage NOT IN ('closed_won', 'closed_lost') OR close_date > :day)",
        {"day": day.isoformat()},
    )
    return int(row[0]) if row else 0


def _activity(reader: Reader, first: date, last: date) -> int:
    begin = datetime.combine(first, time(), UTC)
    end = datetime.combine(last, time(), UTC)
    row = reader.row(
        "SELECT count(*) FROM interactions WHERE at_us >= ? AND at_us < ?",
        (to_us(begin), to_us(end) + timedelta(days=1) // timedelta(microseconds=1)),
    )
    return int(row[0]) if row else 0


def _closed(reader: Reader, window: tuple[str, str]) -> tuple[int, int]:
    row = reader.row(
        "SELECT coalesce(sum(stage = 'closed_won'), 0), count(*) FROM opportunities"
        " WHERE stage IN ('closed_won', 'closed_lost') AND close_date BETWEEN ? AND ?",
        window,
    )
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _revenue(reader: Reader, window: tuple[str, str]) -> int:
    row = reader.row(
        "SELECT coalesce(sum(value_cents), 0) FROM opportunities"
        " WHERE stage = 'closed_won' AND close_date BETWEEN ? AND ?",
        window,
    )
    return int(row[0]) if row else 0
