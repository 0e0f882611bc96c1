"""What is known about an account in a few sentences, for whoever works with it next."""

from __future__ import annotations

from typing import ClassVar

from ..governance.ports import Effect, ToolContext, ToolError, ToolResult
from ..storage import Transaction, to_us
from .base import InsideTool, ToolArguments
from .text import Identifier, Line, Prose


class AccountContextArguments(ToolArguments):
    """A summary of an account."""

    account_id: Identifier
    """The account."""
    text: Prose
    """The summary; it takes the place of the one before."""
    method: Line = "operator"
    """How it was made: ``extractive``, a model's name, ``operator``."""


class AccountContextTool(InsideTool[AccountContextArguments]):
    """Keeps the summary with the account."""

    name: ClassVar[str] = "account_context"
    description: ClassVar[str] = "Puts a summary of an account on record."
    effect: ClassVar[Effect] = Effect.LOCAL
    arguments = AccountContextArguments

    def summary(self, arguments: AccountContextArguments) -> str:
        return f"replaces the summary of {arguments.account_id}"

    def account(self, arguments: AccountContextArguments) -> str | None:
        return arguments.account_id

    def apply(self, arguments: AccountContextArguments, context: ToolContext, tx: Transaction) -> ToolResult:
        if tx.row("SELECT 1 FROM accounts WHERE id = ?", (arguments.account_id,)) is None:
            raise ToolError(
                f"the summary of {arguments.account_id} cannot be kept",
                why="there is no such account",
                remedy="Import it first.",
            )
        tx.execute(
            "INSERT INTO account_contexts (account_id, text, method, action_id, made_us)"
            " VALUES (?,?,?,?,?) ON CONFLICT (account_id) DO UPDATE SET text = excluded.text,"
            " method = excluded.method, action_id = excluded.action_id, made_us = excluded.made_us",
            (arguments.account_id, arguments.text, arguments.method, context.action_id, to_us(context.now)),
        )
        return ToolResult(f"put a summary of {arguments.account_id} on record")
