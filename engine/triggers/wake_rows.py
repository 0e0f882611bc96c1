"""Wake-ups of personas and refusals of them in the database, both bounded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..settings.triggers import WakeSettings
from ..storage import Reader, Transaction, from_us, to_us
from .skip import Skip, SkipCode
from .wake import KEEP, Call, Wake, why_asleep

SKIPS: Final = 100
"""Refusals of each persona that are kept."""
REASON_LIMIT: Final = 500


@dataclass(frozen=True, slots=True)
class Skipped:
    """A refusal as it is remembered: so often in a row from ``first`` to ``last``."""

    persona: str
    source: str
    skip: Skip
    times: int
    first: datetime
    last: datetime


def ask_gate(reader: Reader, call: Call, now: datetime, rules: WakeSettings) -> Skip | None:
    """Why a persona is not woken now; nothing where it is."""
    return why_asleep(call, wakes_of(reader, call.persona, now), now, rules)


def wakes_of(reader: Reader, persona_id: str, now: datetime) -> list[Wake]:
    """A persona's wake-ups of late."""
    rows = reader.rows(
        "SELECT source, at_us FROM wakes WHERE persona_id = ? AND at_us > ?", (persona_id, to_us(now - KEEP))
    )
    return [Wake(row["source"], from_us(row["at_us"])) for row in rows]


def note_wake(tx: Transaction, call: Call) -> None:
    """Remember that a persona was set to work."""
    tx.execute("DELETE FROM wakes WHERE persona_id = ? AND at_us <= ?", (call.persona, to_us(tx.now - KEEP)))
    tx.execute(
        "INSERT INTO wakes (persona_id, source, at_us) VALUES (?,?,?)", (call.persona, call.source, to_us(tx.now))
    )


def note_skip(tx: Transaction, persona_id: str, source: str, skip: Skip) -> None:
    """Remember a refusal; journalled where the reason is another one than before."""
    now, reason = to_us(tx.now), skip.reason[:REASON_LIMIT]
    last = tx.row(
        "SELECT id, code FROM wake_skips WHERE persona_id = ? AND source = ? ORDER BY id DESC LIMIT 1",
        (persona_id, source),
    )
    if last is not None and last["code"] == skip.code.value:
        tx.execute(
            "UPDATE wake_skips SET times = times + 1, reason = ?, last_us = ? WHERE id = ?", (reason, now, last["id"])
        )
        return
    tx.execute(
        "INSERT INTO wake_skips (persona_id, source, code, reason, times, first_us, last_us) VALUES (?,?,?,?,1,?,?)",
        (persona_id, source, skip.code.value, reason, now, now),
    )
    tx.execute(
        "DELETE FROM wake_skips WHERE persona_id = ? AND id NOT IN"
        " (SELECT id FROM wake_skips WHERE persona_id = ? ORDER BY last_us DESC, id DESC LIMIT ?)",
        (persona_id, persona_id, SKIPS),
    )
    tx.record("wake.skipped", persona_id, {"source": source, "code": skip.code.value, "why": reason})


def skips(reader: Reader, persona_id: str, limit: int) -> list[Skipped]:
    """Refusals, the latest first, of one persona or of all."""
    narrowed = " WHERE persona_id = ?" if persona_id else ""
    rows = reader.rows(
        f"SELECT * FROM wake_skips{narrowed} ORDER BY last_us DESC, id DESC LIMIT ?",  # noqa: S608  # a constant
        (*((persona_id,) if persona_id else ()), limit),
    )
    return [
        Skipped(
            persona=row["persona_id"],
            source=row["source"],
            skip=Skip(SkipCode(row["code"]), row["reason"]),
            times=row["times"],
            first=from_us(row["first_us"]),
            last=from_us(row["last_us"]),
        )
        for row in rows
    ]
