"""Emotional triggers in the database. One that has no row is armed and never fired."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Row

from ..settings.emotions import Emotion
from ..storage import Reader, Transaction, from_us, to_us
from .emotional import Trigger, TriggerState


def triggers_of(reader: Reader, persona_id: str) -> dict[Emotion, Trigger]:
    """A persona's triggers as they are remembered."""
    rows = reader.rows("SELECT * FROM triggers WHERE persona_id = ?", (persona_id,))
    return {Emotion(row["emotion"]): _trigger(row) for row in rows}


def all_triggers(reader: Reader) -> dict[str, dict[Emotion, Trigger]]:
    """Every persona's triggers as they are remembered."""
    found: dict[str, dict[Emotion, Trigger]] = {}
    for row in reader.rows("SELECT * FROM triggers"):
        found.setdefault(row["persona_id"], {})[Emotion(row["emotion"])] = _trigger(row)
    return found


def save_trigger(tx: Transaction, persona_id: str, trigger: Trigger, actor: str = "engine") -> None:
    """Keep a trigger as it is now, and journal that it changed."""
    tx.execute(
        "INSERT INTO triggers (persona_id, emotion, state, since_us, fired_us, fired, failures, retry_us, note)"
        " VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (persona_id, emotion) DO UPDATE SET state = excluded.state,"
        " since_us = excluded.since_us, fired_us = excluded.fired_us, fired = excluded.fired,"
        " failures = excluded.failures, retry_us = excluded.retry_us, note = excluded.note",
        (
            persona_id,
            trigger.emotion.value,
            trigger.state.value,
            to_us(trigger.since),
            maybe_us(trigger.fired_at),
            trigger.fired,
            trigger.failures,
            maybe_us(trigger.retry_at),
            trigger.note,
        ),
    )
    told = {"emotion": trigger.emotion.value, "why": trigger.note, "failures": trigger.failures}
    tx.record(f"trigger.{trigger.state.value}", persona_id, told, actor)


def disarmed(reader: Reader, limit: int = 20) -> list[tuple[str, Trigger]]:
    """Triggers whose messages failed too often, with their personas, the latest first."""
    rows = reader.rows("SELECT * FROM triggers WHERE state = 'disarmed' ORDER BY since_us DESC LIMIT ?", (limit,))
    return [(row["persona_id"], _trigger(row)) for row in rows]


def maybe_us(instant: datetime | None) -> int | None:
    """An instant that may be missing, as it is stored."""
    return None if instant is None else to_us(instant)


def maybe_instant(microseconds: int | None) -> datetime | None:
    """A stored instant that may be missing."""
    return None if microseconds is None else from_us(microseconds)


def _trigger(row: Row) -> Trigger:
    return Trigger(
        emotion=Emotion(row["emotion"]),
        since=from_us(row["since_us"]),
        state=TriggerState(row["state"]),
        fired_at=maybe_instant(row["fired_us"]),
        fired=row["fired"],
        failures=row["failures"],
        retry_at=maybe_instant(row["retry_us"]),
        note=row["note"],
    )
