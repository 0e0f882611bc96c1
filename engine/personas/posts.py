"""What was said, once, however many personas hear it: in the database."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

from ..storage import Reader, Transaction, from_us, to_us
from .control import Said
from .model import Incoming, SenderKind
from .runtime import maybe_instant


def insert_post(tx: Transaction, incoming: Incoming, root: str, digest: str, sent_at: datetime, at: datetime) -> bool:
    """Keep what was said; whether it was new."""
    payload = None if incoming.payload is None else json.dumps(incoming.payload, sort_keys=True, ensure_ascii=False)
    changed = tx.execute(
        "INSERT INTO posts (id, channel, sender, sender_kind, text, digest, payload, in_reply_to, root, sent_us,"
        " arrived_us) VALUES (?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT (id) DO NOTHING",
        (
            incoming.id,
            incoming.channel,
            incoming.sender,
            incoming.sender_kind.value,
            incoming.text,
            digest,
            payload,
            incoming.in_reply_to,
            root,
            to_us(sent_at),
            to_us(at),
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


def answers_by_others(reader: Reader, question: str, persona_id: str, limit: int) -> list[tuple[str, str]]:
    """What other personas said in answer to a post: who, and the text; the oldest first."""
    rows = reader.rows(
        "SELECT sender, text FROM posts WHERE in_reply_to = ? AND sender_kind = ? AND sender <> ?"
        " ORDER BY arrived_us, id LIMIT ?",
        (question, SenderKind.PERSONA.value, persona_id, limit),
    )
    return [(row["sender"], row["text"]) for row in rows]


def is_first_answer_to_human(reader: Reader, sender: str, question: str | None) -> bool:
    """Whether a persona's post would be its first answer to a human's."""
    if question is None:
        return False
    asked = reader.row("SELECT sender_kind FROM posts WHERE id = ?", (question,))
    if asked is None or asked["sender_kind"] != SenderKind.HUMAN.value:
        return False
    return reader.row("SELECT 1 FROM posts WHERE in_reply_to = ? AND sender = ?", (question, sender)) is None
