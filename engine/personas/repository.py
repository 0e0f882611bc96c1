"""Messages and posts in the database: every read and every change of state."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Row
from typing import Final

from ..storage import Reader, Transaction, from_us, to_us
from .inbox import Entry
from .model import (
    TRANSITIONS,
    IllegalTransition,
    Incoming,
    Message,
    MessageStatus,
    PersonaError,
    SenderKind,
)
from .runtime import maybe_instant

_MESSAGE: Final = "SELECT m.*, p.sender, p.channel, p.text, p.payload FROM messages m JOIN posts p ON p.id = m.post_id"
_ENTRY: Final = "SELECT id, sender_kind, mentioned, priority, boost, pinned_us, arrived_us FROM messages"
_FREE: Final = "WHERE persona_id = ? AND status = 'pending' AND (not_before_us IS NULL OR not_before_us <= ?)"
_HEADS: Final = (
    "SELECT * FROM (SELECT id, sender_kind, mentioned, priority, boost, pinned_us, arrived_us, row_number()"
    " OVER (PARTITION BY pinned_us, max(0, priority + boost), sender_kind, mentioned ORDER BY"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post goes in an inbox.

    Attributes:
        message_id: of the message that it becomes.
        persona_id: whose inbox.
        mentioned: it names the persona.
        priority: in hundredths of a point.
        at: when it arrived.
    """

    message_id: str
    persona_id: str
    mentioned: bool
    priority: int
    at: datetime


def get_message(reader: Reader, message_id: str) -> Message:
    """One message.

    Raises:
        PersonaError: there is none of that id.
    """
    row = reader.row(f"{_MESSAGE} WHERE m.id = ?", (message_id,))
    if row is None:
        raise PersonaError(f"no message {message_id[:80]!r}", remedy="List the inbox to see the ids.")
    return _message(row)


def find_message(reader: Reader, message_id: str) -> Message | None:
    """One message, if there is one of that id."""
    row = reader.row(f"{_MESSAGE} WHERE m.id = ?", (message_id,))
    return None if row is None else _message(row)


def waiting_messages(reader: Reader, persona_id: str, limit: int = 1_000) -> list[Message]:
    """What waits in an inbox with its texts, the oldest first."""
    rows = reader.rows(
        f"{_MESSAGE} WHERE m.persona_id = ? AND m.status = 'pending' ORDER BY m.arrived_us, m.id LIMIT ?",
        (persona_id, limit),
    )
    return [_message(row) for row in rows]


def recent_messages(
    reader: Reader, statuses: Sequence[MessageStatus], limit: int, persona_id: str | None = None
) -> list[Message]:
    """Messages in these states, the latest change first, of one persona or of all."""
    marks = ", ".join("?" * len(statuses))
    narrowed = "" if persona_id is None else " AND m.persona_id = ?"
    parameters: list[str | int] = [status.value for status in statuses]
    if persona_id is not None:
        parameters.append(persona_id)
    rows = reader.rows(
        f"{_MESSAGE} WHERE m.status IN ({marks}){narrowed} ORDER BY m.changed_us DESC, m.id LIMIT ?",
        (*parameters, limit),
    )
    return [_message(row) for row in rows]


def depth(reader: Reader, persona_id: str) -> int:
    """How many messages wait."""
    row = reader.row("SELECT count(*) AS n FROM messages WHERE persona_id = ? AND status = 'pending'", (persona_id,))
    return 0 if row is None else int(row["n"])


def droppable(reader: Reader, persona_id: str) -> list[Entry]:
    """What could be the next to go from a full inbox: of those equal in rank and in protection, the newest."""
    rows = reader.rows(
        f"{_HEADS} arrived_us DESC, id DESC) AS place FROM messages WHERE persona_id = ? AND status = 'pending')"
        " WHERE place = 1",
        (persona_id,),
    )
    return [entry_of(row) for row in rows]


def candidates(reader: Reader, persona_id: str, now: datetime) -> list[Entry]:
    """What may be taken up now: it waits, and not for a later attempt."""
    rows = reader.rows(f"{_ENTRY} {_FREE}", (persona_id, to_us(now)))
    return [entry_of(row) for row in rows]


def first_candidates(reader: Reader, persona_id: str, now: datetime, held: int) -> list[Entry]:
    """Of the candidates those that can be chosen while so many others are held back, whatever the depth of the inbox.

    Of messages equal in rank and in sender's kind the oldest always comes before the others.
    """
    rows = reader.rows(
        f"{_HEADS} arrived_us, id) AS place FROM messages {_FREE}) WHERE place <= ?",
        (persona_id, to_us(now), held + 1),
    )
    return [entry_of(row) for row in rows]


def left_in_progress(reader: Reader, persona_id: str) -> list[Message]:
    """What the persona is at, or was at when the engine died."""
    rows = reader.rows(f"{_MESSAGE} WHERE m.persona_id = ? AND m.status = 'in_progress' ORDER BY m.id", (persona_id,))
    return [_message(row) for row in rows]


def waiting_with_key(reader: Reader, persona_id: str, dedupe_key: str) -> Message | None:
    """The waiting message that has this dedupe key."""
    row = reader.row(
        f"{_MESSAGE} WHERE m.persona_id = ? AND m.dedupe_key = ? AND m.status = 'pending' LIMIT 1",
        (persona_id, dedupe_key),
    )
    return None if row is None else _message(row)


def move(
    tx: Transaction,
    message: Message,
    status: MessageStatus,
    *,
    not_before: datetime | None = None,
    attempts: int | None = None,
    error: str = "",
    outcome: str = "",
    reason: str = "",
    action_ids: Sequence[str] = (),
) -> None:
    """Change a message's state by compare-and-set.

    Args:
        tx: the unit of work.
        message: as it was read.
        status: the state to go to.
        not_before: for one that waits again, when it may be tried.
        attempts: how often handling was begun; unchanged if nothing.
        error: the last failure, in a line.
        outcome: answered, declined or refused.
        reason: why that was the outcome, or why it was dropped.
        action_ids: what was proposed in answering it.

    Raises:
        IllegalTransition: the change is not legal, or the message changed meanwhile.
    """
    if status not in TRANSITIONS[message.status]:
        raise IllegalTransition(
            f"message {message.id} is {message.status.value}", why=f"it cannot become {status.value}"
        )
    changed = tx.execute(
        "UPDATE messages SET status = ?, changed_us = ?, not_before_us = ?, attempts = ?, last_error = ?, outcome = ?,"
        " outcome_reason = ?, action_ids = ?, taken_us = coalesce(?, taken_us) WHERE id = ? AND status = ?",
        (
            status.value,
            to_us(tx.now),
            None if not_before is None else to_us(not_before),
            message.attempts if attempts is None else attempts,
            error,
            outcome,
            reason,
            json.dumps(list(action_ids)),
            to_us(tx.now) if status is MessageStatus.IN_PROGRESS else None,
            message.id,
            message.status.value,
        ),
    )
    if not changed:
        raise IllegalTransition(f"message {message.id} changed meanwhile", remedy="Look again.")


def set_rank(tx: Transaction, message: Message, boost: int, pinned_at: datetime | None) -> None:
    """Keep an operator's reprioritisation of a waiting message."""
    tx.execute(
        "UPDATE messages SET boost = ?, pinned_us = ? WHERE id = ?",
        (boost, None if pinned_at is None else to_us(pinned_at), message.id),
    )


def insert(tx: Transaction, place: Place, incoming: Incoming, merged_into: str | None = None) -> None:
    """Put a post into an inbox, or note that it was merged."""
    status = MessageStatus.PENDING if merged_into is None else MessageStatus.MERGED
    arrived = to_us(place.at)
    tx.execute(
        "INSERT INTO messages (id, persona_id, post_id, sender_kind, mentioned, priority, dedupe_key, arrived_us,"
        " changed_us, status, merged_into) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            place.message_id,
            place.persona_id,
            incoming.id,
            incoming.sender_kind.value,
            int(place.mentioned),
            place.priority,
            incoming.dedupe_key,
            arrived,
            arrived,
            status.value,
            merged_into,
        ),
    )


def fold(tx: Transaction, into: Message, newer_post: str, priority: int, *, mentioned: bool) -> None:
    """Fold a newer post into a waiting message: it says the newer thing and keeps its place."""
    tx.execute(
        "UPDATE messages SET post_id = ?, merged = merged + 1, priority = max(priority, ?), mentioned = ? WHERE id = ?",
        (newer_post, priority, int(into.mentioned or mentioned), into.id),
    )


def _message(row: Row) -> Message:
    return Message(
        id=row["id"],
        persona_id=row["persona_id"],
        post_id=row["post_id"],
        sender=row["sender"],
        sender_kind=SenderKind(row["sender_kind"]),
        channel=row["channel"],
        text=row["text"],
        payload=None if row["payload"] is None else json.loads(row["payload"]),
        mentioned=bool(row["mentioned"]),
        priority=row["priority"],
        boost=row["boost"],
        pinned_at=maybe_instant(row["pinned_us"]),
        dedupe_key=row["dedupe_key"],
        arrived_at=from_us(row["arrived_us"]),
        status=MessageStatus(row["status"]),
        attempts=row["attempts"],
        not_before=maybe_instant(row["not_before_us"]),
        last_error=row["last_error"],
        merged=row["merged"],
    )


def entry_of(row: Row) -> Entry:
    """A message that waits, as the inbox weighs it; the row holds the columns of a message and of its post."""
    return Entry(
        id=row["id"],
        sender_kind=SenderKind(row["sender_kind"]),
        mentioned=bool(row["mentioned"]),
        priority=row["priority"],
        boost=row["boost"],
        pinned_at=maybe_instant(row["pinned_us"]),
        arrived_at=from_us(row["arrived_us"]),
    )
