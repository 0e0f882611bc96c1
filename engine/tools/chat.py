"""Chat: what personas say in the channels that the console shows."""

from __future__ import annotations

from typing import ClassVar, Final

from ..governance.ports import Effect, ToolContext, ToolResult
from ..storage import Transaction, to_us
from .base import InsideTool, ToolArguments
from .text import Identifier, Prose

SHOWN: Final = 160
"""Characters of what was said that the journal repeats; the whole is kept with the message."""


class ChatArguments(ToolArguments):
    """A message to a channel."""

    channel: Identifier
    """Where to."""
    text: Prose
    """What it says."""
    in_reply_to: Identifier | None = None
    """The message that it answers."""


class ChatTool(InsideTool[ChatArguments]):
    """Says something in a channel, in the name of whoever proposed it."""

    name: ClassVar[str] = "chat"
    description: ClassVar[str] = "Says something in a channel."
    effect: ClassVar[Effect] = Effect.LOCAL
    arguments = ChatArguments

    def summary(self, arguments: ChatArguments) -> str:
        return f"says 1 message in {arguments.channel}"

    def apply(self, arguments: ChatArguments, context: ToolContext, tx: Transaction) -> ToolResult:
        reply = arguments.in_reply_to or context.origin
        tx.execute(
            "INSERT INTO chat_messages (action_id, channel, sender, text, in_reply_to, at_us) VALUES (?,?,?,?,?,?)",
            (context.action_id, arguments.channel, context.proposer, arguments.text, reply, to_us(context.now)),
        )
        said = " ".join(arguments.text.split())
        shown = said if len(said) <= SHOWN else f"{said[: SHOWN - 1]}…"
        return ToolResult(f"said in {arguments.channel}: {shown}")
