"""Logging an interaction with an account in the CRM tables."""

from __future__ import annotations

from typing import ClassVar, Literal

from ..governance.ports import Effect, ToolContext, ToolResult
from ..storage import Transaction, to_us
from .base import InsideTool, ToolArguments
from .text import Identifier, Prose


class InteractionArguments(ToolArguments):
    """Something that happened between us and an account."""

    account_id: Identifier
    """The account."""
    kind: Literal["call", "email", "meeting", "chat", "note"] = "note"
    """What sort of contact it was."""
    summary: Prose
    """What happened."""


class InteractionTool(InsideTool[InteractionArguments]):
    """Adds a row to the interactions."""

    name: ClassVar[str] = "log_interaction"
    description: ClassVar[str] = "Logs a contact with an account in the CRM."
    effect: ClassVar[Effect] = Effect.LOCAL
    arguments = InteractionArguments

    def summary(self, arguments: InteractionArguments) -> str:
        return f"logs 1 {arguments.kind} about {arguments.account_id}"

    def account(self, arguments: InteractionArguments) -> str | None:
        return arguments.account_id

    def apply(self, arguments: InteractionArguments, context: ToolContext, tx: Transaction) -> ToolResult:
        tx.execute(
            "INSERT INTO interactions (id, account_id, kind, summary, at_us, actor, action_id) VALUES (?,?,?,?,?,?,?)",
            (
                context.action_id,
                arguments.account_id,
                arguments.kind,
                arguments.summary,
                to_us(context.now),
                context.proposer,
                context.action_id,
            ),
        )
        return ToolResult(f"logged a {arguments.kind} about {arguments.account_id}")
