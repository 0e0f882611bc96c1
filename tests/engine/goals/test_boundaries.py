"""Windows of one day, leap days, the ends of the calendar; values of nothing, less than nothing, and far too much."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.goals import Goal, GoalError, GoalState, GoalType, assess, settle, shortfall
from engine.goals.goal import MAX_TARGET

LEAP = date(2028, 2, 29)


def goal(start: date, end: date, target: int = 100, kind: GoalType = GoalType.REVENUE) -> Goal:
    return Goal("g", "x", kind, target, start, end)


def test_the_shortest_window_is_two_days() -> None:
    short = goal(date(2026, 1, 1), date(2026, 1, 2))
    first, last = (assess(short, Fraction(0), day) for day in (short.start, short.end))
    assert (first.on_track, first.expected, first.projected) == (True, 0, None)
    assert (last.on_track, last.expected, last.days_left, last.projected) == (False, 100, 0, 0)
    assert shortfall(short, last) == 100
    with pytest.raises(GoalError):
        goal(date(2026, 1, 1), date(2026, 1, 1))


def test_a_leap_day_is_a_day() -> None:
    leap = goal(date(2028, 2, 28), date(2028, 3, 1), 2)
    on_it = assess(leap, Fraction(1), LEAP)
    assert (on_it.on_track, on_it.expected, on_it.days_left) == (True, 50, 1)
    assert goal(LEAP, date(2029, 2, 28)).start == LEAP
    assert assess(goal(LEAP, date(2029, 2, 28), 365), Fraction(1), date(2028, 3, 1)).on_track


@pytest.mark.parametrize("day", [date.min, date(2025, 12, 31)])
def test_before_the_window_nothing_is_behind(day: date) -> None:
    found = assess(goal(date(2026, 1, 1), date(2026, 12, 31)), Fraction(0), day)
    assert (found.started, found.on_track, found.progress, found.expected) == (False, True, 0, 0)


@pytest.mark.parametrize("day", [date(2027, 1, 1), date.max])
def test_after_the_window_it_is_what_came_of_it(day: date) -> None:
    year = goal(date(2026, 1, 1), date(2026, 12, 31))
    found = assess(year, Fraction(99), day)
    assert (found.on_track, found.days_left, found.projected, found.expected) == (False, 0, 99, 100)
    assert settle(year, found) is GoalState.MISSED
    assert settle(year, assess(year, Fraction(100), day)) is GoalState.COMPLETED


def test_the_whole_calendar_is_a_window() -> None:
    ages = goal(date.min, date.max, MAX_TARGET)
    found = assess(ages, Fraction(1), date(2026, 1, 1))
    assert found.behind
    # The day on which it would be reached is past the end of the calendar.
    assert found.projected_day is None


def test_less_than_nothing_is_no_progress() -> None:
    found = assess(goal(date(2026, 1, 1), date(2026, 12, 31)), Fraction(-5), date(2026, 7, 1))
    assert (found.progress, found.on_track) == (0, False)
    assert found.projected_day is None


@pytest.mark.parametrize("target", [0, -1, MAX_TARGET + 1])
def test_targets_that_are_none(target: int) -> None:
    with pytest.raises(GoalError):
        goal(date(2026, 1, 1), date(2026, 12, 31), target)


@given(
    start=st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)),
    length=st.integers(1, 40_000),
    passed=st.integers(-10, 41_000),
    target=st.integers(1, MAX_TARGET),
    value=st.fractions(min_value=0, max_value=10**19),
    kind=st.sampled_from([GoalType.REVENUE, GoalType.ACTIVITY, GoalType.PIPELINE]),
)
def test_on_track_is_the_rule_and_nothing_else(
    start: date, length: int, passed: int, target: int, value: Fraction, kind: GoalType
) -> None:
    measured = goal(start, start + timedelta(days=length), target, kind)
    found = assess(measured, value, start + timedelta(days=passed))
    elapsed = min(max(passed, 0), length)
    assert found.on_track == (passed < 0 or Fraction(value) / target >= Fraction(elapsed, length))
    assert found.days_left == max(length - passed, 0)
    if found.projected_day is not None and value < target:
        assert found.pace is not None
        days = (found.projected_day - start).days
        # The first day on which a straight line through the start and today is at the target.
        assert found.pace * days >= target > found.pace * (days - 1)
    if found.projected is not None and found.pace is not None:
        assert found.projected == value * length // passed
