"""What was said outside, taken into inboxes: the message and how far was read become durable together."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from ..personas import Incoming, PersonaError, SenderKind
from ..settings import SettingsStore
from ..storage import Database, Reader, Transaction, to_us
from ..tools.telegram import ChatMessage

Post: TypeAlias = Callable[[Transaction, Incoming], object]
"""Takes a message into inboxes, in a unit of work."""

_SOURCE: Final = "telegram"
_NAME: Final = 60


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
