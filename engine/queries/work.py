"""Questions about anything that the view shows: its detail, its longer list."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field

from ..view import Detail, GoalView, TaskView, View
from .base import Ask, AskNothing, AskPage, Query


class AskDetail(Ask):
    """Which thing, by its whole id or by a part that only one has."""

    scope: Literal["action", "message", "persona", "goal", "task", "agent", "account", "rule"]
    id: Annotated[str, Field(min_length=1, max_length=200)]


class AskTasks(AskPage):
    """Which tasks, newest first; what is empty does not restrict."""

    state: str = ""
    type: Annotated[str, Field(max_length=100)] = ""
    """The executor's name."""
    capability: Annotated[str, Field(max_length=200)] = ""
    """One that the task asks for besides its type."""
    agent: Annotated[str, Field(max_length=200)] = ""
    """Who holds or held it last."""
    goal: Annotated[str, Field(max_length=200)] = ""
    """The graph or goal that it is for."""


class AskGoals(Ask):
    """Goals as they stood on a day; none is today."""

    as_of: date | None = None
    archived: bool = False
    """Those that were put away, instead of the others."""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks, and where the next page begins (empty at the end)."""

    items: tuple[TaskView, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class GoalPage:
    """All goals."""

    items: tuple[GoalView, ...]


DETAIL: Final = Query("detail", AskDetail, Detail)
TASKS: Final = Query("tasks", AskTasks, TaskPage)
GOALS: Final = Query("goals", AskGoals, GoalPage)
STATUS: Final = Query("status", AskNothing, View)
