"""Goals as an operator sees them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from ...clock import Clock
from ...goals import (
    TRANSITIONS,
    Assessment,
    Goal,
    GoalRepository,
    evaluate,
    format_value,
    gaps_of,
    method,
    series,
    shortfall,
    suggestions,
)
from ...storage import Reader
from ...view import GOAL_LIMIT, Detail, GoalView, Section
from ..find import find_id
from .activity import history_of

if TYPE_CHECKING:
    from ...queries import AskGoal, AskGoals, GoalPage, GoalReport

_PAGE = 1_000
_MEASUREMENTS = 400


def goal_readers(clock: Clock) -> Mapping[str, Callable[[Reader, Any], object]]:
    """What answers the questions about goals, by the name of the query."""
    from ...queries import GOAL, GOALS, GoalPage

    def page(reader: Reader, ask: AskGoals) -> GoalPage:
        return GoalPage(goal_views(reader, ask.as_of or clock.now().date(), _PAGE, archived=ask.archived))

    def report(reader: Reader, ask: AskGoal) -> GoalReport:
        return goal_report(reader, find_id(reader, "goals", ask.id), ask.as_of or clock.now().date())

    return {GOALS.name: page, GOAL.name: report}


def goal_views(reader: Reader, as_of: date, limit: int = GOAL_LIMIT, *, archived: bool = False) -> tuple[GoalView, ...]:
    """Goals as they stood at the end of a day, those that end first coming first."""
    goals = GoalRepository().all(reader, limit, archived=archived)
    return tuple(goal_view(goal, evaluate(reader, goal, as_of), archived=archived) for goal in goals)


def goal_view(goal: Goal, found: Assessment, *, archived: bool = False) -> GoalView:
    """One goal with what was found about it."""
    return GoalView(
        id=goal.id,
        title=goal.title,
        type=goal.type.value,
        state=goal.state.value,
        unit=goal.type.unit,
        target=goal.target,
        value=found.whole_value,
        progress=found.progress,
        expected=found.expected,
        on_track=found.on_track,
        days_left=found.days_left,
        start=goal.start.isoformat(),
        end=goal.end.isoformat(),
        projected=found.projected,
        # What is over cannot be helped any more.
        suggestions=suggestions(goal, found) if TRANSITIONS[goal.state] else (),
        projected_on=found.projected_day.isoformat() if found.projected_day else "",
        method=method(goal, found),
        short=shortfall(goal, found),
        archived=archived,
    )


def goal_report(reader: Reader, goal_id: str, as_of: date) -> GoalReport:
    """All about one goal, for a plot and for a page.

    Raises:
        GoalError: there is no such goal.
    """
    from ...queries import GoalGap, GoalMeasurement, GoalPoint, GoalReport

    goals = GoalRepository()
    goal = goals.get(reader, goal_id)
    found = evaluate(reader, goal, as_of)
    return GoalReport(
        goal=goal_view(goal, found, archived=goals.archived(reader, goal_id)),
        as_of=as_of.isoformat(),
        pace=None if found.pace is None else math.floor(found.pace * 100),
        points=tuple(
            GoalPoint(point.day.isoformat(), point.actual, point.pace, point.projected, point.origin)
            for point in series(reader, goal, as_of)
        ),
        history=tuple(
            GoalMeasurement(day.isoformat(), value, on_track)
            for day, value, on_track in goals.history(reader, goal_id, _MEASUREMENTS)
        ),
        gaps=tuple(GoalGap(gap.number, gap.opened, gap.closed, gap.action_id) for gap in gaps_of(reader, goal_id)),
        events=history_of(reader, goal_id),
    )


def goal_detail(reader: Reader, goal_id: str, now: datetime) -> Detail:
    """One goal in words.

    Raises:
        GoalError: there is no such goal.
    """
    report = goal_report(reader, goal_id, now.date())
    goal = report.goal
    kind = GoalRepository().get(reader, goal_id).type

    def told(value: int | None) -> str:
        return "unknown" if value is None else format_value(kind, value)

    facts = (
        ("type", goal.type),
        ("state", f"{goal.state}, archived" if goal.archived else goal.state),
        ("target", told(goal.target)),
        ("value", told(goal.value)),
        ("progress", f"{goal.progress} %"),
        ("expected by now", f"{goal.expected} %"),
        ("on track", "yes" if goal.on_track else "no"),
        ("projected at the end", told(goal.projected)),
        ("target reached on", goal.projected_on or "not at this pace"),
        ("projection", goal.method),
        ("window", f"{goal.start} to {goal.end}, {goal.days_left} days left"),
    )
    measured = tuple((one.day, told(one.value) + ("" if one.on_track else " (behind)")) for one in report.history[-30:])
    sections = [Section("Goal", facts)]
    if goal.suggestions:
        ideas = tuple((str(number), text) for number, text in enumerate(goal.suggestions, start=1))
        sections.append(Section("Suggestions", ideas))
    sections += [Section("Measured", measured), Section("History", events=report.events)]
    return Detail(goal_id, goal.title, tuple(sections))
