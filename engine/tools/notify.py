"""Notifications: a few words to wherever the operators want to be told."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Field

from ..canonical import JSON
from ..governance.ports import ArgumentsError, Effect, ToolContext, ToolError, ToolResult
from ..settings.connections import NotifySettings
from ..storage import Transaction
from .base import InsideTool, ToolArguments
from .outbox import Level, enqueue
from .text import Identifier, Line, Prose


class NotifyArguments(ToolArguments):
    """A notification."""

    title: Line
    """What it is about."""
    body: Prose
    """What it says; plain text."""
    level: Level = Field(default=Level.INFO, strict=False)
    """How much it matters."""
    targets: Annotated[list[Identifier], Field(max_length=20)] = Field(default_factory=list)
    """Which targets of the settings; none named means those that are told by default."""


class NotifyTool(InsideTool[NotifyArguments]):
    """Puts a notification into the outbox; a service of the engine delivers it.

    Args:
        settings: the table ``[tools.notify]``.
    """

    name: ClassVar[str] = "notify"
    description: ClassVar[str] = "Notifies the targets in the settings."
    effect: ClassVar[Effect] = Effect.OUTWARD
    arguments = NotifyArguments

    def __init__(self, settings: NotifySettings) -> None:
        self._settings = settings

    def summary(self, arguments: NotifyArguments) -> str:
        return f"notifies {', '.join(self.targets(arguments))}"

    def recipients(self, arguments: NotifyArguments) -> tuple[str, ...]:
        return tuple(f"notify:{target}" for target in self.targets(arguments))

    def facts(self, arguments: NotifyArguments) -> JSON:
        # A reference, never the secret behind it: who may change that file or variable is trusted anyway.
        return {target: self._settings.targets[target].url for target in self.targets(arguments)}

    def targets(self, arguments: NotifyArguments) -> tuple[str, ...]:
        """Which targets are meant.

        Raises:
            ArgumentsError: one does not exist, or there is none at all.
        """
        known = self._settings.targets
        strange = [target for target in arguments.targets if target not in known]
        chosen = tuple(dict.fromkeys(arguments.targets)) or tuple(key for key, one in known.items() if one.by_default)
        if strange or not chosen:
            raise ArgumentsError(
                "notification refused",
                why=f"there is no target {strange[0][:60]}" if strange else "the settings name no target",
                remedy=f"There are: {', '.join(known)}." if known else "Declare one as [tools.notify.targets.NAME].",
            )
        return chosen

    def apply(self, arguments: NotifyArguments, context: ToolContext, tx: Transaction) -> ToolResult:
        targets = self.targets(arguments)
        try:
            enqueue(tx, context.action_id, targets, arguments.title, arguments.body, arguments.level)
        except OverflowError as error:
            raise ToolError("notification refused", why=str(error), remedy="See `watchfloor tools outbox`.") from error
        return ToolResult(f"on its way to {', '.join(targets)}", {"targets": list(targets)})
