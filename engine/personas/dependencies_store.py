"""Dependencies and held messages in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row
from typing import Final

from ..storage import Reader, Transaction, from_us, to_us
from .dependencies import Override
from .dependencies_rules import Hold, LetGo
from .inbox import Entry
from .model import FULL, MessageStatus, SenderKind, message_id
from .runtime import maybe_instant

_OPEN: Final = (
    "SELECT h.*, m.status, m.pinned_us, m.post_id FROM holds h JOIN messages m ON m.id = h.message_id"
    " WHERE h.ended_us IS NULL"
)


@dataclass(frozen=True, slots=True)
class Held:
    """A hold that did not end, with what became of the held message itself.

    Attributes:
        hold: the hold.
        post_id: what the held message says at present.
        waits: the held message still is in the inbox.
        first: an operator put it to the top.
    """

    hold: Hold
    post_id: str
    waits: bool
    first: bool


@dataclass(frozen=True, slots=True)
class Past:
    """A hold as it is told afterwards.

    Attributes:
        hold: the hold.
        ended_at: when it ended; nothing while it lasts.
        why: why it ended; nothing where the message itself went.
        raised: what the message gained by it, in hundredths of a point.
    """

    hold: Hold
    ended_at: datetime | None
    why: LetGo | None
    raised: int


@dataclass(frozen=True, slots=True)
class Twin:
    """The same message in the inbox of the awaited persona.

    Attributes:
        status: where it is.
        refused: its persona refused it.
        entry: what decides whether it is taken up.
    """

    status: MessageStatus
    refused: bool
    entry: Entry


def overrides(reader: Reader) -> tuple[Override, ...]:
    """What operators said about dependencies, in the order in which they did."""
    rows = reader.rows("SELECT persona_id, waits_for, declared FROM persona_dependencies ORDER BY at_us, rowid")
    return tuple([Override(row["persona_id"], row["waits_for"], bool(row["declared"])) for row in rows])


def keep_override(tx: Transaction, override: Override, actor: str) -> None:
    """Keep what an operator said about two personas; it counts until they say otherwise."""
    tx.execute(
        "INSERT INTO persona_dependencies (persona_id, waits_for, declared, actor, at_us) VALUES (?,?,?,?,?)"
        " ON CONFLICT (persona_id, waits_for) DO UPDATE SET"
        " declared = excluded.declared, actor = excluded.actor, at_us = excluded.at_us",
        (override.persona_id, override.waits_for, int(override.declared), actor, to_us(tx.now)),
    )


def put_hold(tx: Transaction, hold: Hold) -> bool:
    """Begin a hold; a message is held for the same persona once in its life.

    Returns:
        whether it began.
    """
    begun = tx.execute(
        "INSERT INTO holds (message_id, waits_for, persona_id, since_us, until_us) VALUES (?,?,?,?,?)"
        " ON CONFLICT (message_id, waits_for) DO NOTHING",
        (hold.message_id, hold.waits_for, hold.persona_id, to_us(hold.since), to_us(hold.until)),
    )
    return bool(begun)


def open_holds(reader: Reader, persona_id: str) -> list[Held]:
    """The holds of a persona that did not end, the oldest first."""
    rows = reader.rows(f"{_OPEN} AND h.persona_id = ? ORDER BY h.since_us, h.message_id, h.waits_for", (persona_id,))
    return [_held(row) for row in rows]


def is_held(reader: Reader, held_id: str) -> bool:
    """Whether a message is held for anybody."""
    return reader.row("SELECT 1 FROM holds WHERE message_id = ? AND ended_us IS NULL", (held_id,)) is not None


def end_hold(tx: Transaction, hold: Hold, why: LetGo | None) -> None:
    """End a hold."""
    tx.execute(
        "UPDATE holds SET ended_us = ?, why = ? WHERE message_id = ? AND waits_for = ? AND ended_us IS NULL",
        (to_us(tx.now), "" if why is None else why.name, hold.message_id, hold.waits_for),
    )


def lift(tx: Transaction, hold: Hold, hundredths: int) -> int:
    """Raise the priority of the message that a hold held.

    Returns:
        by how much, in hundredths of a point; less than asked for where it comes to the highest priority.
    """
    row = tx.row("SELECT priority FROM messages WHERE id = ?", (hold.message_id,))
    raised = 0 if row is None else max(0, min(hundredths, FULL - int(row["priority"])))
    tx.execute("UPDATE messages SET priority = priority + ? WHERE id = ?", (raised, hold.message_id))
    tx.execute(
        "UPDATE holds SET raised = ? WHERE message_id = ? AND waits_for = ?", (raised, hold.message_id, hold.waits_for)
    )
    return raised


def past_holds(reader: Reader, held_id: str) -> list[Past]:
    """How a message was held, the oldest hold first."""
    rows = reader.rows("SELECT * FROM holds WHERE message_id = ? ORDER BY since_us, waits_for", (held_id,))
    return [
        Past(_hold(row), maybe_instant(row["ended_us"]), LetGo[row["why"]] if row["why"] else None, row["raised"])
        for row in rows
    ]


def twin_of(reader: Reader, persona_id: str, post_id: str) -> Twin | None:
    """The same message in another persona's inbox, or the one that it was folded into; nothing if it never got it."""
    row = _row(reader, message_id(persona_id, post_id))
    if row is not None and row["merged_into"]:
        row = _row(reader, row["merged_into"])
    if row is None:
        return None
    entry = Entry(
        id=row["id"],
        sender_kind=SenderKind(row["sender_kind"]),
        mentioned=bool(row["mentioned"]),
        priority=row["priority"],
        boost=row["boost"],
        pinned_at=maybe_instant(row["pinned_us"]),
        arrived_at=from_us(row["arrived_us"]),
    )
    return Twin(MessageStatus(row["status"]), row["outcome"] == "refused", entry)


def names_in(holds: Sequence[Hold]) -> tuple[str, ...]:
    """Whom holds wait for, each once."""
    return tuple(dict.fromkeys(hold.waits_for for hold in holds))


def _row(reader: Reader, twin_id: str) -> Row | None:
    return reader.row(
        "SELECT id, status, outcome, merged_into, sender_kind, mentioned, priority, boost, pinned_us, arrived_us"
        " FROM messages WHERE id = ?",
        (twin_id,),
    )


def _held(row: Row) -> Held:
    waits = row["status"] == MessageStatus.PENDING.value
    return Held(_hold(row), row["post_id"], waits, row["pinned_us"] is not None)


def _hold(row: Row) -> Hold:
    return Hold(
        row["message_id"], row["persona_id"], row["waits_for"], from_us(row["since_us"]), from_us(row["until_us"])
    )
