"""Chat: what personas say in the channels that the console shows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, Final, TypeAlias

from ..governance.ports import Effect, ToolContext, ToolResult
from ..storage import Transaction, to_us
from .base import InsideTool, ToolArguments
from .text import Identifier, Prose

DIRECT: Final = "direct"
"""Where those speak who answer a message that was to them alone: no channel, so nobody else hears it."""
SHOWN: Final = 160
"""Characters of what was said that the journal repeats; the whole is kept with the message."""


@dataclass(frozen=True, slots=True)
class Saying:
    """Something that is about to be said in a channel.

    Attributes:
        action_id: the action that says it.
        proposer: in whose name, by the gate's record ("persona:helper").
        channel: where.
        text: what.
        origin: the message that it answers, by the gate's record and not by the proposer's word.
    """

    action_id: str
    proposer: str
    channel: str
    text: str
    origin: str | None


Hear: TypeAlias = Callable[[Transaction, Saying], str | None]
"""Has a channel's personas hear something; where it must not be said now, nothing is heard and the reason returned."""


def nobody_hears(_: Transaction, __: Saying) -> str | None:
    """Where nobody listens."""
    return None


class ChatArguments(ToolArguments):
    """A message to a channel."""

    channel: Identifier
    """Where to."""
    text: Prose
    """What it says."""
    in_reply_to: Identifier | None = None
    """The message that it answers."""


class ChatTool(InsideTool[ChatArguments]):
    """Says something in a channel, in the name of whoever proposed it.

    Args:
        hear: has the channel's personas hear it, or says why it must not be said now.
    """

    name: ClassVar[str] = "chat"
    description: ClassVar[str] = "Says something in a channel."
    effect: ClassVar[Effect] = Effect.LOCAL
    arguments = ChatArguments

    def __init__(self, hear: Hear = nobody_hears) -> None:
        self._hear = hear

    def summary(self, arguments: ChatArguments) -> str:
        return f"says 1 message in {arguments.channel}"

    def apply(self, arguments: ChatArguments, context: ToolContext, tx: Transaction) -> ToolResult:
        saying = Saying(context.action_id, context.proposer, arguments.channel, arguments.text, context.origin)
        muted = self._hear(tx, saying)
        if muted is not None:
            return ToolResult(f"not said in {arguments.channel}: {muted}", ok=False)
        reply = arguments.in_reply_to or context.origin
        tx.execute(
            "INSERT INTO chat_messages (action_id, channel, sender, text, in_reply_to, at_us) VALUES (?,?,?,?,?,?)",
            (context.action_id, arguments.channel, context.proposer, arguments.text, reply, to_us(context.now)),
        )
        said = " ".join(arguments.text.split())
        shown = said if len(said) <= SHOWN else f"{said[: SHOWN - 1]}…"
        return ToolResult(f"said in {arguments.channel}: {shown}")
