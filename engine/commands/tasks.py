"""Commands about tasks."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

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


class CancelTask(Arguments):
    """Stop a task."""

    id: Identifier
    """The task."""
    reason: Reason = ""
    """Why, for the journal."""


TASK_COMMANDS: Final = (
    Command("task.submit", "Give a task to the agents.", SubmitTask, Role.OPERATOR, reversible=False),
    Command("task.cancel", "Stop a task.", CancelTask, Role.OPERATOR, reversible=False),
)
