"""A yes to somebody else's tool call: nothing happens here but that it is on record."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import AfterValidator, StringConstraints

from ..governance.ports import Effect, ToolContext, ToolResult
from ..storage import Transaction
from .base import InsideTool, ToolArguments
from .text import Identifier, prose


class PermissionArguments(ToolArguments):
    """A call that an outside agent wants to make with a tool of its own."""

    tool_name: Identifier
    """The agent's tool."""
    input: Annotated[str, StringConstraints(max_length=250_000), AfterValidator(prose)]
    """What it would be called with, JSON text."""
    call_id: Identifier
    """The agent's number of the call: a yes is to this one alone."""


class PermissionTool(InsideTool[PermissionArguments]):
    """Puts a yes on record; the agent that asked waits for it and then makes its call."""

    name: ClassVar[str] = "permission"
    description: ClassVar[str] = "Lets an outside agent make one call of its own."
    effect: ClassVar[Effect] = Effect.OUTWARD
    arguments = PermissionArguments

    def summary(self, arguments: PermissionArguments) -> str:
        return f"lets the agent that asks use its {arguments.tool_name} once"

    def apply(self, arguments: PermissionArguments, context: ToolContext, tx: Transaction) -> ToolResult:
        return ToolResult(f"{context.proposer} may use {arguments.tool_name} once")
