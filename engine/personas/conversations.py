"""Who has spoken in a conversation: what keeps personas that hear each other from going on for ever.

A conversation is a first post and everything that answers it, directly or not; what a human says begins a new one. A
persona's answer causes others to answer, and what they say was caused by it: it is marked as belonging to the same
conversation and cannot wake that persona again. So every conversation comes to rest by itself.
"""

from __future__ import annotations

from typing import Final

from ..storage import Reader, Transaction, to_us
from .model import Incoming, MessageStatus, SenderKind, message_id
from .repository import Place

SPOKEN: Final = "it follows from what {persona} did itself in this conversation"
_DONE: Final = MessageStatus.DONE.value


def root_of(reader: Reader, incoming: Incoming) -> str:
    """The first post of the conversation that a message belongs to."""
    if incoming.sender_kind is SenderKind.HUMAN or incoming.in_reply_to is None:
        return incoming.id
    row = reader.row("SELECT root FROM posts WHERE id = ?", (incoming.in_reply_to,))
    return incoming.id if row is None else str(row["root"])


def why_not_woken(reader: Reader, persona_id: str, root: str, turns: int) -> str | None:
    """Why what another persona says does not wake a persona; nothing where it does.

    Args:
        reader: one consistent state.
        persona_id: who would be woken.
        root: the conversation that it is said in.
        turns: how often a persona speaks in one conversation.
    """
    return SPOKEN.format(persona=persona_id) if turns_taken(reader, persona_id, root) >= turns else None


def turns_taken(reader: Reader, persona_id: str, root: str) -> int:
    """How often a persona began or answered something in a conversation."""
    begun = reader.row(
        "SELECT 1 FROM posts WHERE id = ? AND sender = ? AND sender_kind = 'persona'", (root, persona_id)
    )
    row = reader.row(
        "SELECT (SELECT count(*) FROM messages WHERE id = ? AND status = ?) + (SELECT count(*) FROM posts p"
        " JOIN messages m ON m.id = ? || p.id WHERE p.root = ? AND p.root <> p.id AND m.status = ?) AS n",
        (message_id(persona_id, root), _DONE, message_id(persona_id, ""), root, _DONE),
    )
    return (begun is not None) + (int(row["n"]) if row is not None else 0)


def insert_unheard(tx: Transaction, place: Place, incoming: Incoming, why: str) -> None:
    """Note that a persona got a message that does not wake it."""
    tx.execute(
        "INSERT INTO messages (id, persona_id, post_id, sender_kind, mentioned, priority, arrived_us, changed_us,"
        " status, outcome, outcome_reason) VALUES (?,?,?,?,?,?,?,?,'declined','declined',?)",
        (
            place.message_id,
            place.persona_id,
            incoming.id,
            incoming.sender_kind.value,
            int(place.mentioned),
            place.priority,
            to_us(place.at),
            to_us(place.at),
            why,
        ),
    )
    tx.record("message.unheard", place.message_id, {"persona": place.persona_id, "sender": incoming.sender, "why": why})


def leave(tx: Transaction, persona_id: str, post_id: str, turns: int) -> int:
    """Settle what other personas said in a conversation in which a persona has had its say: it is not woken by it.

    Args:
        tx: the unit of work that settled what the persona answered.
        persona_id: who.
        post_id: what it answered.
        turns: how often a persona speaks in one conversation.

    Returns:
        how many messages.
    """
    row = tx.row("SELECT root FROM posts WHERE id = ?", (post_id,))
    if row is None:
        return 0
    waiting = tx.rows(
        "SELECT id FROM messages WHERE id = ? AND sender_kind = 'persona' AND status = 'pending' UNION ALL"
        " SELECT m.id FROM posts p JOIN messages m ON m.id = ? || p.id WHERE p.root = ? AND p.root <> p.id"
        " AND m.sender_kind = 'persona' AND m.status = 'pending'",
        (message_id(persona_id, row["root"]), message_id(persona_id, ""), row["root"]),
    )
    if not waiting or turns_taken(tx, persona_id, row["root"]) < turns:
        return 0
    why = SPOKEN.format(persona=persona_id)
    for one in waiting:
        tx.execute(
            "UPDATE messages SET status = 'declined', outcome = 'declined', outcome_reason = ?, changed_us = ?"
            " WHERE id = ? AND status = 'pending'",
            (why, to_us(tx.now), one["id"]),
        )
        tx.record("message.unheard", one["id"], {"persona": persona_id, "why": why})
    return len(waiting)
