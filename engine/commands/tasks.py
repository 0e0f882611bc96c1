"""Commands about tasks."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AwareDatetime, Field

from ..operators import Role
from .base import Arguments, Command, Identifier, Reason


class SubmitTask(Arguments):
    """Work for an agent."""

    title: Annotated[str, Field(min_length=1, max_length=500)]
    """What to do, in a line."""
    type: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.\-]+$")] = "echo"
    """The executor's name: ``echo``, ``word_count``, ``command``, or one that the agent's machine declares."""
    payload: Annotated[str, Field(max_length=262_144)] = "{}"
    """What the executor gets: a JSON object."""
    priority: Annotated[int, Field(ge=1, le=10)] = 5
    """1 is first, 10 is last."""
    capabilities: tuple[Identifier, ...] = ()
    """What the agent must be able to do, besides the type."""
    depends_on: tuple[Identifier, ...] = ()
    """Tasks that must be done before."""
    on_failure: Literal["fail", "skip", "wait"] = "fail"
    """What becomes of it where one of those did not succeed: it fails too, is cancelled as not needed, or waits on."""
    delay_seconds: Annotated[float, Field(ge=0, le=31_536_000)] = 0
    """How long it waits before it may begin."""
    due_at: AwareDatetime | None = None
    """When it may begin at the earliest, instead of a delay."""
    unique: Annotated[str, Field(max_length=200)] = ""
    """While a task of this name is unfinished, no second one is made; empty is no name."""
    timeout_seconds: Annotated[float, Field(ge=0.1, le=86_400)] | None = None
    """How long one attempt may take; nothing leaves it to the agent."""
    max_attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """How often it is tried."""
    description: Annotated[str, Field(max_length=20_000)] = ""
    """The same at length, for people."""
    goal: Annotated[str, Field(max_length=200)] = ""
    """The goal in steps that it belongs to, without being one of its steps; empty is none."""


class CancelTask(Arguments):
    """Stop a task."""

    id: Identifier
    """The task."""
    reason: Reason = ""
    """Why, for the journal."""


class TaskTarget(Arguments):
    """One task."""

    id: Identifier
    """The task."""
    reason: Reason = ""
    """Why, for the journal."""


class AddCron(SubmitTask):
    """Work that comes again and again; it can neither depend on tasks nor wait."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    """What the entry is called. While its last task is unfinished, no further one is made."""
    cron: Annotated[str, Field(min_length=1, max_length=200)]
    """When: minute, hour, day of the month, month, day of the week, or an alias as ``@daily``."""


class CronTarget(Arguments):
    """One cron entry."""

    name: Annotated[str, Field(min_length=1, max_length=100)]
    """What it is called."""


class DeadLetters(Arguments):
    """Dead tasks: some by their ids, or all of a type."""

    ids: Annotated[tuple[Identifier, ...], Field(max_length=1_000)] = ()
    """Which ones; none is all that ``type`` and ``older_seconds`` leave."""
    type: Annotated[str, Field(max_length=100)] = ""
    """Only those of this type; empty is every type."""
    older_seconds: Annotated[float, Field(ge=0, le=315_360_000)] = 0
    """Only those that have been dead for so long."""


TASK_COMMANDS: Final = (
    Command("task.submit", "Give a task to the agents.", SubmitTask, Role.OPERATOR, reversible=False),
    Command("task.cancel", "Stop a task.", CancelTask, Role.OPERATOR, reversible=False),
    Command("task.pause", "Keep a waiting task from the agents.", TaskTarget, Role.OPERATOR, reversible=True),
    Command("task.resume", "Let a paused task go on.", TaskTarget, Role.OPERATOR, reversible=True),
    Command("cron.add", "Give a task to the agents again and again.", AddCron, Role.OPERATOR, reversible=True),
    Command("cron.remove", "End a cron entry.", CronTarget, Role.OPERATOR, reversible=False),
    Command("dead.replay", "Give dead tasks all their attempts again.", DeadLetters, Role.OPERATOR, reversible=False),
    Command("dead.purge", "Forget dead tasks; the journal keeps them.", DeadLetters, Role.OPERATOR, reversible=False),
)
