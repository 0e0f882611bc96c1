"""What is said outside and in the channels, taken into inboxes in the unit of work that notes that it was said."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from ..personas import Answer, Dropped, Incoming, PersonaError, SenderKind
from ..settings import SettingsStore
from ..storage import Database, Reader, Transaction, to_us
from ..tools.chat import DIRECT, Hear, Saying
from ..tools.telegram import ChatMessage

Post: TypeAlias = Callable[[Transaction, Incoming], tuple[Answer, ...]]
"""Takes a message into inboxes, in a unit of work."""

_SOURCE: Final = "telegram"
_NAME: Final = 60
_KINDS: Final = {"persona": SenderKind.PERSONA, "operator": SenderKind.HUMAN}


class ChatInbox:
    """Takes in what was said in Telegram chats.

    Args:
        database: where both are kept.
        store: names the channel that they arrive in.
        post: takes a message in.
    """

    def __init__(self, database: Database, store: SettingsStore, post: Post) -> None:
        self._database = database
        self._store = store
        self._post = post

    async def offset(self) -> int:
        """The number of the first update that was not taken in yet."""
        return await self._database.read(_offset)

    async def take(self, messages: tuple[ChatMessage, ...], following: int) -> int:
        """Take messages in and move the offset; what another fetch took in meanwhile is not taken twice."""
        channel = self._store.current.tools.telegram.channel
        return await self._database.write(lambda tx: self._take(tx, messages, following, channel))

    def _take(self, tx: Transaction, messages: tuple[ChatMessage, ...], following: int, channel: str) -> int:
        known = _offset(tx)
        taken = 0
        for message in messages:
            if message.update < known:
                continue
            try:
                self._post(tx, _incoming(message, channel))
            except PersonaError as error:
                # It is stepped over: refused once, it would be refused for ever and hold up all that follow.
                tx.record("telegram.refused", str(message.update), {"why": error.sentence()})
            else:
                taken += 1
        tx.execute(
            "INSERT INTO poll_offsets (source, offset, seen_us) VALUES (?,?,?) ON CONFLICT (source) DO UPDATE SET"
            " offset = max(offset, excluded.offset), seen_us = excluded.seen_us",
            (_SOURCE, following, to_us(tx.now)),
        )
        return taken


def hearing(post: Post) -> Hear:
    """Has the personas of a channel hear what is said there by an action: of a persona, a person or a standing task.

    What is said directly, outside all channels, reaches only whom it names.

    Args:
        post: takes a message in.
    """

    def hear(tx: Transaction, saying: Saying) -> str | None:
        sort, _, name = saying.proposer.partition(":")
        kind = _KINDS.get(sort, SenderKind.SYSTEM)
        channel = saying.channel.removeprefix("#")
        incoming = Incoming(
            id=f"chat:{saying.action_id}",
            sender=saying.proposer if kind is SenderKind.SYSTEM else name,
            sender_kind=kind,
            text=saying.text,
            channel="" if channel == DIRECT else channel,
            in_reply_to=_answered(tx, saying.origin),
        )
        answers = post(tx, incoming)
        if tx.row("SELECT 1 FROM posts WHERE id = ?", (incoming.id,)) is not None:
            return None
        return next((answer.reason for answer in answers if isinstance(answer, Dropped)), "it was not taken in")

    return hear


def _answered(reader: Reader, origin: str | None) -> str | None:
    """The post that an origin stands for: it names a message in somebody's inbox, or the post itself."""
    if origin is None:
        return None
    row = reader.row("SELECT post_id FROM messages WHERE id = ?", (origin,))
    return origin if row is None else str(row["post_id"])


def _offset(reader: Reader) -> int:
    row = reader.row("SELECT offset FROM poll_offsets WHERE source = ?", (_SOURCE,))
    return int(row["offset"]) if row else 0


def _incoming(message: ChatMessage, channel: str) -> Incoming:
    # The number comes first: a name is what its bearer says, and could be an operator's.
    name = " ".join("".join(char if char.isprintable() else " " for char in message.author).split())[:_NAME]
    return Incoming(
        id=f"{_SOURCE}:{message.update}",
        sender=f"{_SOURCE}:{message.author_id} {name}".rstrip(),
        sender_kind=SenderKind.HUMAN,
        text=message.text,
        channel=channel,
        sent_at=message.at,
        payload={"chat": message.chat, "author": message.author_id},
    )
