"""Goals: definition, states, the exact on-track rule and the projection."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.goals import TRANSITIONS, Goal, GoalError, GoalState, GoalType, assess, parse_target, settle, suggestions

START = date(2026, 1, 1)


def goal(goal_type: GoalType = GoalType.REVENUE, target: int = 300, days: int = 90) -> Goal:
    return Goal("g", "Quarter", goal_type, target, START, START + timedelta(days=days))


@pytest.mark.parametrize("target", [0, -1])
def test_a_target_must_be_more_than_nothing(target: int) -> None:
    with pytest.raises(GoalError, match="target"):
        goal(target=target)


@pytest.mark.parametrize("days", [0, -1])
def test_the_end_must_come_after_the_start(days: int) -> None:
    with pytest.raises(GoalError, match="not after"):
        goal(days=days)


def test_a_quality_target_is_a_percentage() -> None:
    with pytest.raises(GoalError, match="percentage"):
        goal(GoalType.QUALITY, 100_01)


@pytest.mark.parametrize(
    ("goal_type", "text", "target"),
    [
        (GoalType.REVENUE, "2500000", 250_000_000),
        (GoalType.PIPELINE, "10.5", 1_050),
        (GoalType.QUALITY, "62.25", 6_225),
        (GoalType.ACTIVITY, "40", 40),
    ],
)
def test_targets_are_read_in_the_unit_of_the_type(goal_type: GoalType, text: str, target: int) -> None:
    assert parse_target(goal_type, text) == target


@pytest.mark.parametrize("text", ["", "x", "-1", "1.005", "1e3", "٣"])
def test_other_targets_are_refused(text: str) -> None:
    with pytest.raises(GoalError):
        parse_target(GoalType.REVENUE, text)


def test_an_activity_target_is_whole() -> None:
    with pytest.raises(GoalError, match="whole"):
        parse_target(GoalType.ACTIVITY, "1.50")


def test_on_track_is_exact_at_the_line() -> None:
    # A third of the time and exactly a third of the target: no float would say so for certain.
    thirds = goal(target=10**15 + 2, days=3)
    a_third = Fraction(10**15 + 2, 3)
    day = START + timedelta(days=1)
    assert assess(thirds, a_third, day).on_track
    assert not assess(thirds, a_third - Fraction(1, 10**20), day).on_track


@given(
    target=st.integers(1, 10**14),
    days=st.integers(1, 4_000),
    passed=st.integers(-10, 4_100),
    value=st.fractions(min_value=0, max_value=10**14),
    goal_type=st.sampled_from([GoalType.REVENUE, GoalType.ACTIVITY]),
)
def test_on_track_means_that_the_projection_reaches_the_target(
    target: int, days: int, passed: int, value: Fraction, goal_type: GoalType
) -> None:
    measured = goal(goal_type, target, days)
    found = assess(measured, value, START + timedelta(days=passed))
    assert 0 <= found.progress <= 100
    assert 0 <= found.expected <= 100
    assert (found.progress == 100) == (value >= target)
    assert found.on_track == (passed < 0 or value / target >= Fraction(min(passed, days), days))
    if found.pace is not None:
        assert found.on_track == (found.pace * days >= target)
    if passed < 0:
        assert found.projected is None
    assert bool(suggestions(measured, found)) == found.behind


def test_before_its_start_a_goal_is_on_track_and_asks_for_nothing() -> None:
    found = assess(goal(), Fraction(0), START - timedelta(days=1))
    assert found.on_track
    assert not found.started
    assert (found.expected, found.projected, suggestions(goal(), found)) == (0, None, ())


def test_pace_projection_and_days_left() -> None:
    found = assess(goal(target=300, days=90), Fraction(60), START + timedelta(days=30))
    assert (found.pace, found.projected, found.days_left) == (Fraction(2), 180, 60)
    assert found.projected_day == START + timedelta(days=150)
    assert (found.progress, found.expected, found.behind) == (20, 33, True)


@pytest.mark.parametrize("goal_type", list(GoalType))
def test_there_are_three_suggestions_for_each_type(goal_type: GoalType) -> None:
    lagging = goal(goal_type)
    found = suggestions(lagging, assess(lagging, Fraction(0), START + timedelta(days=40)))
    assert len(set(found)) == 3


@pytest.mark.parametrize(
    ("goal_type", "value", "passed", "state"),
    [
        (GoalType.REVENUE, 300, 10, GoalState.COMPLETED),
        (GoalType.REVENUE, 299, 90, GoalState.ACTIVE),
        (GoalType.REVENUE, 299, 91, GoalState.MISSED),
        (GoalType.QUALITY, 300, 10, GoalState.ACTIVE),
        (GoalType.QUALITY, 300, 91, GoalState.COMPLETED),
        (GoalType.PIPELINE, 0, 91, GoalState.MISSED),
    ],
)
def test_when_a_goal_is_over(goal_type: GoalType, value: int, passed: int, state: GoalState) -> None:
    assert settle(goal(goal_type), assess(goal(goal_type), Fraction(value), START + timedelta(days=passed))) is state


def test_completed_and_missed_are_final() -> None:
    assert TRANSITIONS[GoalState.COMPLETED] == TRANSITIONS[GoalState.MISSED] == frozenset()
    assert set(TRANSITIONS) == set(GoalState)
