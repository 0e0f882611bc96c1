"""Commands about what starts work by itself."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from ..operators import Role
from .base import Arguments, Command, Identifier

Name = Annotated[str, Field(max_length=200)]


class FireTrigger(Arguments):
    """A persona's emotional trigger, now."""

    persona: Identifier
    """The persona."""
    emotion: Identifier
    """The emotion."""


class ResetTrigger(Arguments):
    """Triggers to be armed again, or somebody's rest to be ended."""

    persona: Name = ""
    """The persona whose triggers are armed again."""
    emotion: Name = ""
    """Only this emotion's; empty for all."""
    recipient: Name = ""
    """Whose cooldown ends; by itself or together with a persona."""


TRIGGER_COMMANDS: Final = (
    Command("trigger.fire", "Have an emotional trigger fire now.", FireTrigger, Role.OPERATOR, reversible=False),
    Command(
        "trigger.reset",
        "Arm triggers again, or end a cooldown.",
        ResetTrigger,
        Role.OPERATOR,
        reversible=False,
    ),
)
