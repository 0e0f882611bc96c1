"""Commands about what tools still have to deliver."""

from __future__ import annotations

from typing import Final

from ..operators import Role
from .base import Arguments, Command, Identifier


class RetryNotification(Arguments):
    """Another round of tries for a notification that was given up."""

    id: Identifier
    """The notification."""


TOOL_COMMANDS: Final = (
    Command(
        "notification.retry",
        "Try a notification again that was given up.",
        RetryNotification,
        Role.OPERATOR,
        reversible=False,
    ),
)
