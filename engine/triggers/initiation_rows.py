"""Initiations and contacts in the database."""

from __future__ import annotations

from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Final

from ..storage import Reader, Transaction, from_us, to_us
from .initiation import HOUR, Contact, Initiation, InitiationState, Place
from .trigger_rows import maybe_instant, maybe_us

_KEPT: Final = timedelta(days=1)
"""What ended within this is kept whatever the history's length: the limit per hour counts it."""
_COLUMNS: Final = (
    "id", "persona_id", "source", "topic", "recipient", "platform", "place", "text", "reason", "state", "attempts",
    "queued_us", "expires_us", "retry_us", "ended_us", "action_id", "error", "manual",
)  # fmt: skip
_UPSERT: Final = (
    f"INSERT INTO initiations ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608  # constants
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in {"id", "persona_id"})
)


def save_initiation(tx: Transaction, initiation: Initiation, history: int, actor: str) -> None:
    """Keep an initiation as it is now, and journal what became of it.

    Args:
        tx: the unit of work.
        initiation: which.
        history: ended ones of the persona that are kept.
        actor: whose doing it is.
    """
    tx.execute(_UPSERT, _values(initiation))
    told = {
        "persona": initiation.persona,
        "source": initiation.source,
        "recipient": initiation.recipient,
        "platform": initiation.place.platform,
        "place": initiation.place.name,
        "reason": initiation.reason,
        "action": initiation.action_id,
        "attempts": initiation.attempts,
        "error": initiation.error,
    }
    retrying = initiation.state is InitiationState.QUEUED and initiation.retry_at is not None
    tx.record(f"initiation.{'retrying' if retrying else initiation.state.value}", initiation.id, told, actor)
    if initiation.ended_at is not None:
        tx.execute(
            "DELETE FROM initiations WHERE persona_id = ? AND ended_us < ? AND id NOT IN (SELECT id FROM initiations"
            " WHERE persona_id = ? AND ended_us IS NOT NULL ORDER BY ended_us DESC, id DESC LIMIT ?)",
            (initiation.persona, to_us(tx.now - _KEPT), initiation.persona, history),
        )


def under_way(reader: Reader) -> list[Initiation]:
    """Every initiation that is not over, the oldest first."""
    rows = reader.rows("SELECT * FROM initiations WHERE state = 'queued' ORDER BY queued_us, id")
    return [_initiation(row) for row in rows]


def is_under_way(reader: Reader, recipient: str, persona_id: str, source: str) -> bool:
    """Whether one to this recipient, or one of this persona and source, is not over."""
    row = reader.row(
        "SELECT 1 FROM initiations WHERE state = 'queued' AND (recipient = ? OR (persona_id = ? AND source = ?))"
        " LIMIT 1",
        (recipient, persona_id, source),
    )
    return row is not None


def delivered_times(reader: Reader, persona_id: str, now: datetime) -> tuple[datetime, ...]:
    """When a persona's initiations of the last hour were delivered."""
    rows = reader.rows(
        "SELECT ended_us FROM initiations WHERE persona_id = ? AND ended_us > ? AND state = 'delivered'",
        (persona_id, to_us(now - HOUR)),
    )
    return tuple(from_us(row["ended_us"]) for row in rows)


def has_topic(reader: Reader, persona_id: str, topic: str) -> bool:
    """Whether a persona took this topic up already."""
    found = reader.row("SELECT 1 FROM initiations WHERE persona_id = ? AND topic = ?", (persona_id, topic))
    return found is not None


def ended_initiations(reader: Reader, persona_id: str, skip: int, limit: int) -> list[Initiation]:
    """Initiations that are over, newest first, of one persona or of all."""
    narrowed = " AND persona_id = ?" if persona_id else ""
    rows = reader.rows(
        f"SELECT * FROM initiations WHERE ended_us IS NOT NULL{narrowed}"  # noqa: S608  # a constant
        " ORDER BY ended_us DESC, id DESC LIMIT ? OFFSET ?",
        (*((persona_id,) if persona_id else ()), limit, skip),
    )
    return [_initiation(row) for row in rows]


def contact_with(reader: Reader, recipient: str) -> Contact | None:
    """The last delivery to somebody."""
    row = reader.row("SELECT * FROM contacts WHERE recipient = ?", (recipient,))
    return None if row is None else _contact(row)


def contacts_since(reader: Reader, since: datetime) -> list[tuple[str, Contact]]:
    """Who was written to since a moment, the latest first."""
    rows = reader.rows(
        "SELECT * FROM contacts WHERE delivered_us > ? ORDER BY delivered_us DESC LIMIT 1000", (to_us(since),)
    )
    return [(row["recipient"], _contact(row)) for row in rows]


def note_contact(tx: Transaction, initiation: Initiation, at: datetime) -> None:
    """Remember a delivery."""
    tx.execute(
        "INSERT INTO contacts (recipient, delivered_us, persona_id, platform) VALUES (?,?,?,?)"
        " ON CONFLICT (recipient) DO UPDATE SET delivered_us = max(delivered_us, excluded.delivered_us),"
        " persona_id = excluded.persona_id, platform = excluded.platform",
        (initiation.recipient, to_us(at), initiation.persona, initiation.place.platform),
    )


def forget_contact(tx: Transaction, recipient: str, actor: str) -> bool:
    """End somebody's cooldown; returns whether there was one to end."""
    if not tx.execute("DELETE FROM contacts WHERE recipient = ?", (recipient,)):
        return False
    tx.record("cooldown.ended", recipient, {}, actor)
    return True


def _values(initiation: Initiation) -> tuple[str | int | None, ...]:
    return (
        initiation.id,
        initiation.persona,
        initiation.source,
        initiation.topic,
        initiation.recipient,
        initiation.place.platform,
        initiation.place.name,
        initiation.text,
        initiation.reason,
        initiation.state.value,
        initiation.attempts,
        to_us(initiation.queued_at),
        to_us(initiation.expires_at),
        maybe_us(initiation.retry_at),
        maybe_us(initiation.ended_at),
        initiation.action_id,
        initiation.error,
        int(initiation.manual),
    )


def _initiation(row: Row) -> Initiation:
    return Initiation(
        id=row["id"],
        persona=row["persona_id"],
        source=row["source"],
        topic=row["topic"],
        recipient=row["recipient"],
        place=Place(row["platform"], row["place"]),
        text=row["text"],
        reason=row["reason"],
        state=InitiationState(row["state"]),
        attempts=row["attempts"],
        queued_at=from_us(row["queued_us"]),
        expires_at=from_us(row["expires_us"]),
        retry_at=maybe_instant(row["retry_us"]),
        ended_at=maybe_instant(row["ended_us"]),
        action_id=row["action_id"],
        error=row["error"],
        manual=bool(row["manual"]),
    )


def _contact(row: Row) -> Contact:
    return Contact(from_us(row["delivered_us"]), row["persona_id"], row["platform"])
