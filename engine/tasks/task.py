"""What a task is, which states it goes through, and which tasks are refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..canonical import parse_strict
from ..errors import WatchfloorError

PAYLOAD_BYTES: Final = 262_144
"""Most bytes of a payload."""
RESULT_CHARACTERS: Final = 262_144
"""Most characters of a result or an error that are kept."""
MAX_DEPENDENCIES: Final = 100


class TaskError(WatchfloorError):
    """A task is not what a task must be, does not exist, or cannot change that way."""


class FailurePolicy(StrEnum):
    """What becomes of a task when something that it waits for did not succeed."""

    FAIL = "fail"
    """It fails too."""
    SKIP = "skip"
    """It is cancelled as not needed; nothing has gone wrong with it."""
    WAIT = "wait"
    """It waits on, for somebody to try again what failed, or to cancel it."""


class TaskState(StrEnum):
    """Where a task is in its life."""

    BACKLOG = "backlog"
    """It waits for the tasks that it depends on."""
    PENDING = "pending"
    """It waits for an agent."""
    ASSIGNED = "assigned"
    """An agent holds it and has not begun."""
    ACTIVE = "active"
    """An agent works on it."""
    PAUSED = "paused"
    """An operator keeps it from being handed out."""
    DONE = "done"
    FAILED = "failed"
    """It cannot succeed any more, whatever attempts were left: what it depends on did not succeed."""
    CANCELLED = "cancelled"
    DEAD = "dead"
    """Its attempts are used up."""

    @property
    def terminal(self) -> bool:
        """Nothing follows, unless an operator has a dead or failed task tried again."""
        return self in _TERMINAL


_TERMINAL: Final = frozenset({TaskState.DONE, TaskState.FAILED, TaskState.CANCELLED, TaskState.DEAD})
_BACKLOG, _PENDING, _ASSIGNED, _ACTIVE = TaskState.BACKLOG, TaskState.PENDING, TaskState.ASSIGNED, TaskState.ACTIVE

TRANSITIONS: Final[Mapping[TaskState, frozenset[TaskState]]] = MappingProxyType({
    _BACKLOG: frozenset({_PENDING, TaskState.PAUSED, TaskState.FAILED, TaskState.CANCELLED}),
    _PENDING: frozenset({_ASSIGNED, _ACTIVE, TaskState.PAUSED, TaskState.FAILED, TaskState.CANCELLED, TaskState.DEAD}),
    _ASSIGNED: frozenset({_ACTIVE, _PENDING, TaskState.DONE, TaskState.FAILED, TaskState.CANCELLED, TaskState.DEAD}),
    _ACTIVE: frozenset({_PENDING, TaskState.DONE, TaskState.FAILED, TaskState.CANCELLED, TaskState.DEAD}),
    TaskState.PAUSED: frozenset({_BACKLOG, _PENDING, TaskState.FAILED, TaskState.CANCELLED}),
    TaskState.DONE: frozenset(),
    TaskState.FAILED: frozenset({_BACKLOG}),
    TaskState.CANCELLED: frozenset(),
    TaskState.DEAD: frozenset({_PENDING}),
})  # fmt: skip
"""Every legal change of state. A dead or failed task begins again only because an operator says so."""


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task as somebody asks for it.

    Attributes:
        title: what to do, 1 to 500 characters.
        type: the executor's name.
        payload: a JSON object as text, at most ``PAYLOAD_BYTES``.
        priority: 1 is first, 10 is last.
        capabilities: what the agent must be able to do besides the type.
        depends_on: tasks that must be done before.
        timeout_seconds: how long one attempt may take; nothing leaves it to the agent.
        max_attempts: 1 to 20.
        due_at: when it may begin at the earliest; nothing is at once.
        unique: while a task with this name is unfinished, there is no second one; empty is no name.
        on_failure: what becomes of it where something that it depends on did not succeed.
    """

    title: str
    type: str = "echo"
    payload: str = "{}"
    description: str = ""
    priority: int = 5
    capabilities: tuple[str, ...] = ()
    depends_on: tuple[str, ...] = ()
    timeout_seconds: float | None = None
    max_attempts: int = 3
    parent_goal: str | None = None
    due_at: datetime | None = None
    unique: str = ""
    on_failure: FailurePolicy = FailurePolicy.FAIL

    def __post_init__(self) -> None:
        if not self.title.strip() or len(self.title) > 500:
            raise TaskError("task refused", why="its title must have 1 to 500 characters")
        if any(_unkeepable(text) for text in self._texts()):
            raise TaskError("task refused", why="a text of it holds a null character or half a character")
        if not 1 <= self.priority <= 10:
            raise TaskError("task refused", why="its priority must be 1 to 10")
        if not 1 <= self.max_attempts <= 20:
            raise TaskError("task refused", why="its attempts must be 1 to 20")
        if self.timeout_seconds is not None and not 0.1 <= self.timeout_seconds <= 86_400:
            raise TaskError("task refused", why="its time limit must be 0.1 to 86,400 s")
        if len(self.unique) > 200:
            raise TaskError("task refused", why="its unique name has more than 200 characters")
        if len(self.depends_on) > MAX_DEPENDENCIES:
            raise TaskError("task refused", why=f"it depends on more than {MAX_DEPENDENCIES} tasks")
        try:
            payload = parse_strict(self.payload, max_bytes=PAYLOAD_BYTES)
        except WatchfloorError as error:
            raise TaskError("task refused", why=f"its payload is not usable JSON: {error.why or error.what}") from error
        if not isinstance(payload, dict):
            raise TaskError("task refused", why="its payload is not a JSON object", remedy='Write {"key": "value"}.')

    def _texts(self) -> tuple[str, ...]:
        return (
            self.title,
            self.description,
            self.type,
            self.parent_goal or "",
            self.unique,
            *self.capabilities,
            *self.depends_on,
        )


@dataclass(frozen=True, slots=True)
class Task:
    """A task as the database holds it.

    Attributes:
        attempts: how often it was started.
        token: the fencing token of its newest claim; results under an older one are refused.
        agent: who holds or held it last.
        queued_at: when it last became pending; nothing before.
        started_at: when the newest attempt began.
        ended_at: when it reached a terminal state.
        revision: how often it changed, from 1.
        queue_seconds: how long it waited for agents, over all attempts that began.
        run_seconds: how long agents worked on it, over all attempts that ended.
        usage: what its newest attempt took, a JSON object; empty where nobody said.
    """

    id: str
    title: str
    description: str
    type: str
    payload: str
    priority: int
    capabilities: tuple[str, ...]
    timeout_seconds: float | None
    max_attempts: int
    parent_goal: str | None
    state: TaskState
    attempts: int
    token: int
    agent: str
    result: str
    error: str
    created_at: datetime
    updated_at: datetime
    queued_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    revision: int = 1
    queue_seconds: float = 0.0
    run_seconds: float = 0.0
    usage: str = ""

    @property
    def total_seconds(self) -> float | None:
        """How long it took from its submission to its end; nothing before that."""
        return None if self.ended_at is None else (self.ended_at - self.created_at).total_seconds()


def readable(text: str) -> str:
    """A text from outside as every store can keep it: no null character, no half a character."""
    return text.replace("\0", "\N{SYMBOL FOR NULL}").encode("utf-8", "replace").decode() if _unkeepable(text) else text


def _unkeepable(text: str) -> bool:
    return (not text.isascii() and any("\ud800" <= mark <= "\udfff" for mark in text)) or "\0" in text


def check_transition(before: TaskState, after: TaskState) -> None:
    """Refuse a change of state that the table does not know.

    Raises:
        TaskError: it is not legal.
    """
    if after not in TRANSITIONS[before]:
        raise TaskError(f"task cannot become {after.value}", why=f"it is {before.value}")
