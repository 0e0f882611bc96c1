"""What can be asked of the engine beyond the view: one registry of paged, bounded queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from .view import ActivityView, ApprovalView, Detail, GoalView, TaskView, View

R = TypeVar("R")

PAGE_LIMIT: Final = 1_000
"""Most items of one page."""


class Ask(BaseModel):
    """The arguments of a query."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class AskDetail(Ask):
    """Which thing, by its whole id or by a part that only one has."""

    scope: Literal["action", "message", "persona", "goal", "task", "agent", "account"]
    id: Annotated[str, Field(min_length=1, max_length=200)]


class AskPage(Ask):
    """Which page: ``after`` is the ``next`` of the page before, empty for the first."""

    after: Annotated[str, Field(max_length=200)] = ""
    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = 100


class AskApprovals(AskPage):
    """Actions by status; ``waiting`` means pending and uncertain, ``all`` is everything."""

    status: str = "waiting"


class AskTasks(AskPage):
    """Tasks by state; empty is every state."""

    state: str = ""


class AskGoals(Ask):
    """Goals as they stood on a day; none is today."""

    as_of: date | None = None


class AskJournal(AskPage):
    """The journal, newest first; ``subject`` and ``kind`` narrow it (a kind may end in ``*``)."""

    subject: Annotated[str, Field(max_length=200)] = ""
    kind: Annotated[str, Field(max_length=100)] = ""


class AskNothing(Ask):
    """A query without arguments."""


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """Some actions, and where the next page begins (empty at the end)."""

    items: tuple[ApprovalView, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class TaskPage:
    """Some tasks, and where the next page begins (empty at the end)."""

    items: tuple[TaskView, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class GoalPage:
    """All goals."""

    items: tuple[GoalView, ...]


@dataclass(frozen=True, slots=True)
class JournalPage:
    """Some journal rows, and where the next page begins (empty at the end)."""

    items: tuple[ActivityView, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class Query(Generic[R]):
    """One thing that can be asked.

    Attributes:
        name: its name on every door.
        arguments: the model its arguments are checked against.
        result: the type of the answer.
    """

    name: str
    arguments: type[Ask]
    result: type[R]


DETAIL: Final = Query("detail", AskDetail, Detail)
APPROVALS: Final = Query("approvals", AskApprovals, ApprovalPage)
TASKS: Final = Query("tasks", AskTasks, TaskPage)
GOALS: Final = Query("goals", AskGoals, GoalPage)
JOURNAL: Final = Query("journal", AskJournal, JournalPage)
STATUS: Final = Query("status", AskNothing, View)

QUERIES: Final[dict[str, Query[object]]] = {
    query.name: query  # type: ignore[misc]  # each query keeps its own result type; the table forgets it
    for query in (DETAIL, APPROVALS, TASKS, GOALS, JOURNAL, STATUS)
}
"""Every query by its name."""
