"""Commands that stop things and let them go on."""

from __future__ import annotations

from typing import Final, Literal

from ..operators import Role
from .base import Arguments, Command, Identifier, Nothing, Reason


class Target(Arguments):
    """One thing that can be paused."""

    scope: Literal["persona", "agent", "queue", "job", "heartbeat", "platform"]
    """What sort of thing."""
    id: Identifier
    """Which one."""
    reason: Reason = ""
    """Why, for the journal."""


class HaltEngine(Arguments):
    """Stop everything that could have an effect."""

    reason: Reason = ""
    """Why, for the journal."""


HALT_COMMANDS: Final = (
    Command("target.pause", "Pause one thing.", Target, Role.OPERATOR, reversible=True),
    Command("target.resume", "Let one thing go on.", Target, Role.OPERATOR, reversible=True),
    Command("engine.halt", "Pause everything at once.", HaltEngine, Role.OPERATOR, reversible=True),
    Command("engine.resume", "Let everything go on.", Nothing, Role.OPERATOR, reversible=True),
)
