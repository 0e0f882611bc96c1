"""Goals as an operator sees them."""

from __future__ import annotations

from datetime import date

from ...goals import Assessment, Goal, GoalRepository, evaluate, suggestions
from ...storage import Reader
from ...view import GOAL_LIMIT, GoalView


def goal_views(reader: Reader, as_of: date, limit: int = GOAL_LIMIT) -> tuple[GoalView, ...]:
    """Goals as they stood at the end of a day, those that end first coming first."""
    return tuple(goal_view(goal, evaluate(reader, goal, as_of)) for goal in GoalRepository().all(reader, limit))


def goal_view(goal: Goal, found: Assessment) -> GoalView:
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
        suggestions=suggestions(goal, found),
    )
