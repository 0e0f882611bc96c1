"""Commands about personas and their messages."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from ..operators import Role
from .base import Arguments, Command, Identifier, Reason, Text


class SendMessage(Arguments):
    """A message from the operator to a persona or a channel."""

    to: Identifier
    """A persona's id, or a channel's name with ``#`` before it."""
    text: Text
    """What to say."""


class Reprioritise(Arguments):
    """Move one waiting message or task."""

    scope: Literal["message", "task"]
    """What sort of thing."""
    id: Identifier
    """Which one."""
    change: Literal["raise", "lower", "top", "set"]
    """Which way."""
    value: Annotated[int | None, Field(ge=0, le=100)] = None
    """With ``set``: the priority; 0 to 100 for a message, 1 to 10 for a task."""


class MessageTarget(Arguments):
    """One waiting message."""

    id: Identifier
    """The message."""
    reason: Reason = ""
    """Why, for the journal."""


class SteerMessages(Arguments):
    """The same for several messages, in one unit of work; what cannot be done to one stops none of the others."""

    ids: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=200)]
    """The messages; with ``top`` the first of them comes first."""
    change: Literal["raise", "lower", "top", "set", "drop", "retry"]
    """What to do with each."""
    value: Annotated[int | None, Field(ge=0, le=100)] = None
    """With ``set``: the priority."""
    reason: Reason = ""
    """With ``drop``: why, for the journal."""


class SetMode(Arguments):
    """A persona's autonomy."""

    id: Identifier
    """The persona."""
    mode: Literal["off", "sync", "shadow", "autonomous"]
    """How it works from now on, also after a restart."""


class Dependency(Arguments):
    """Two personas of which one lets the other answer first."""

    id: Identifier
    """Who waits."""
    waits_for: Identifier
    """For whom."""


PERSONA_COMMANDS: Final = (
    Command("message.send", "Write to a persona or a channel.", SendMessage, Role.OPERATOR, reversible=False),
    Command("message.drop", "Drop a waiting message.", MessageTarget, Role.OPERATOR, reversible=False),
    Command("message.retry", "Give a dead message another try.", MessageTarget, Role.OPERATOR, reversible=False),
    Command(
        "message.steer_many", "Move, drop or retry several messages.", SteerMessages, Role.OPERATOR, reversible=False
    ),
    Command("queue.reprioritise", "Move a waiting message or task.", Reprioritise, Role.OPERATOR, reversible=True),
    Command("persona.wait_for", "Have a persona let another answer first.", Dependency, Role.OPERATOR, reversible=True),
    Command(
        "persona.stop_waiting",
        "Have a persona no longer wait for another.",
        Dependency,
        Role.OPERATOR,
        reversible=True,
    ),
    Command("persona.set_mode", "Change how a persona works.", SetMode, Role.ADMIN, reversible=True),
)
