"""Messages and posts in the database: every read and every change of state."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Final

from ..storage import Reader, Transaction, from_us, to_us
from .control import Said
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


def waiting(reader: Reader, persona_id: str) -> list[Entry]:
    """Everything that waits, as far as choosing what to drop needs it; bounded by the inbox's capacity."""
    rows = reader.rows(f"{_ENTRY} WHERE persona_id = ? AND status = 'pending'", (persona_id,))
    return [_entry(row) for row in rows]


def candidates(reader: Reader, persona_id: str, now: datetime) -> list[Entry]:
    """What may be taken up now: it waits, and not for a later attempt."""
    rows = reader.rows(
        f"{_ENTRY} WHERE persona_id = ? AND status = 'pending' AND (not_before_us IS NULL OR not_before_us <= ?)",
        (persona_id, to_us(now)),
    )
    return [_entry(row) for row in rows]


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
        outcome: answered, declined, refused or shadowed.
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
        " outcome_reason = ?, action_ids = ? WHERE id = ? AND status = ?",
        (
            status.value,
            to_us(tx.now),
            None if not_before is None else to_us(not_before),
            message.attempts if attempts is None else attempts,
            error,
            outcome,
            reason,
            json.dumps(list(action_ids)),
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


def insert(
    tx: Transaction,
    message_id: str,
    persona_id: str,
    incoming: Incoming,
    *,
    mentioned: bool,
    priority: int,
    merged_into: str | None = None,
) -> None:
    """Put a post into an inbox, or note that it was merged."""
    status = MessageStatus.PENDING if merged_into is None else MessageStatus.MERGED
    tx.execute(
        "INSERT INTO messages (id, persona_id, post_id, sender_kind, mentioned, priority, dedupe_key, arrived_us,"
        " changed_us, status, merged_into) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
        (
            message_id,
            persona_id,
            incoming.id,
            incoming.sender_kind.value,
            int(mentioned),
            priority,
            incoming.dedupe_key,
            to_us(tx.now),
            to_us(tx.now),
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


def insert_post(tx: Transaction, incoming: Incoming, digest: str, sent_at: datetime) -> bool:
    """Keep what was said; whether it was new."""
    payload = None if incoming.payload is None else json.dumps(incoming.payload, sort_keys=True, ensure_ascii=False)
    changed = tx.execute(
        "INSERT INTO posts (id, channel, sender, sender_kind, text, digest, payload, in_reply_to, sent_us, arrived_us)"
        " VALUES (?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING",
        (
            incoming.id,
            incoming.channel,
            incoming.sender,
            incoming.sender_kind.value,
            incoming.text,
            digest,
            payload,
            incoming.in_reply_to,
            to_us(sent_at),
            to_us(tx.now),
        ),
    )
    return changed > 0


def post_exists(reader: Reader, post_id: str) -> bool:
    """Whether this was said already."""
    return reader.row("SELECT 1 FROM posts WHERE id = ?", (post_id,)) is not None


def channel_spoke_at(reader: Reader, channel: str) -> datetime | None:
    """When the last thing was said in a channel."""
    row = reader.row("SELECT max(arrived_us) AS at_us FROM posts WHERE channel = ?", (channel,))
    return None if row is None else maybe_instant(row["at_us"])


def said_since(reader: Reader, channel: str, now: datetime, seconds: float, limit: int = 1_000) -> list[Said]:
    """What was said in a channel lately, the newest first."""
    rows = reader.rows(
        "SELECT sender_kind, digest, arrived_us FROM posts WHERE channel = ? AND arrived_us > ?"
        " ORDER BY arrived_us DESC LIMIT ?",
        (channel, to_us(now - timedelta(seconds=seconds)), limit),
    )
    return [Said(SenderKind(row["sender_kind"]), row["digest"], from_us(row["arrived_us"])) for row in rows]


def is_first_answer_to_human(reader: Reader, sender: str, question: str | None) -> bool:
    """Whether a persona's post would be its first answer to a human's."""
    if question is None:
        return False
    asked = reader.row("SELECT sender_kind FROM posts WHERE id = ?", (question,))
    if asked is None or asked["sender_kind"] != SenderKind.HUMAN.value:
        return False
    return reader.row("SELECT 1 FROM posts WHERE in_reply_to = ? AND sender = ?", (question, sender)) is None


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


def _entry(row: Row) -> Entry:
    return Entry(
        id=row["id"],
        sender_kind=SenderKind(row["sender_kind"]),
        mentioned=bool(row["mentioned"]),
        priority=row["priority"],
        boost=row["boost"],
        pinned_at=maybe_instant(row["pinned_us"]),
        arrived_at=from_us(row["arrived_us"]),
    )
