"""Patterns in the database: found, seen again, gone, acted upon."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..canonical import canonical
from ..clock import Clock
from ..storage import Reader, Transaction, from_us, to_us
from .pattern import Evidence, Family, Pattern, PatternType

_GRAVITY: Final = (
    "CASE type WHEN 'critical_risk' THEN 0 WHEN 'high_risk' THEN 1 WHEN 'buying_signal' THEN 2"
    " WHEN 'medium_risk' THEN 3 ELSE 4 END"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A pattern on record.

    Attributes:
        id: its id.
        pattern: what was seen last.
        found, seen: when it was first and last seen.
        closed: when it was gone; nothing while it lasts.
        action_id: what was proposed about it; nothing before that.
    """

    id: str
    pattern: Pattern
    found: datetime
    seen: datetime
    closed: datetime | None
    action_id: str | None


@dataclass(frozen=True, slots=True)
class Noted:
    """What noting an account's patterns changed."""

    found: int = 0
    kept: int = 0
    gone: int = 0

    def __add__(self, other: Noted) -> Noted:
        return Noted(self.found + other.found, self.kept + other.kept, self.gone + other.gone)


def note_patterns(
    tx: Transaction, clock: Clock, account_id: str, patterns: Sequence[Pattern], repeat: timedelta
) -> Noted:
    """Put on record what an account shows now.

    A pattern with other evidence than before is another one; the one before is gone. One that comes back, exactly so,
    within ``repeat`` is still the same one, and what was done about it counts.
    """
    noted = Noted()
    now = {pattern.family: pattern for pattern in patterns}
    rows = tx.rows("SELECT * FROM patterns WHERE account_id = ? AND closed_us IS NULL", (account_id,))
    known = {Family(row["family"]): row for row in rows}
    for family in Family:
        pattern, row = now.get(family), known.get(family)
        if row is not None and (pattern is None or pattern.fingerprint != row["fingerprint"]):
            tx.execute("UPDATE patterns SET closed_us = ? WHERE id = ?", (to_us(tx.now), row["id"]))
            tx.record("pattern.gone", row["id"], {"account": account_id, "type": row["type"]})
            noted += Noted(gone=1)
            row = None
        if pattern is None:
            continue
        if row is not None:
            _see(tx, row["id"], pattern)
            noted += Noted(kept=1)
        else:
            noted += _find(tx, clock, pattern, repeat)
    return noted


def unanswered(reader: Reader, now: datetime, repeat: timedelta, limit: int) -> list[Found]:
    """Patterns that nobody acted upon yet, the gravest first; not those of which one like it was acted upon lately."""
    rows = reader.rows(
        "SELECT * FROM patterns p WHERE closed_us IS NULL AND action_id IS NULL AND NOT EXISTS"  # noqa: S608  # fixed texts
        " (SELECT 1 FROM patterns q WHERE q.account_id = p.account_id AND q.family = p.family AND q.answered_us > ?)"
        f" ORDER BY {_GRAVITY}, confidence DESC, id LIMIT ?",
        (to_us(now - repeat), limit),
    )
    return [_found(row) for row in rows]


def answer(tx: Transaction, pattern_id: str, action_id: str) -> None:
    """Put on record what was proposed about a pattern."""
    tx.execute(
        "UPDATE patterns SET action_id = ?, answered_us = ? WHERE id = ?", (action_id, to_us(tx.now), pattern_id)
    )
    tx.record("pattern.answered", pattern_id, {"action": action_id})


def listed(reader: Reader, *, ended: bool, skip: int, limit: int) -> list[Found]:
    """Patterns, the gravest first; the ended ones, where asked for, behind, newest first."""
    where = "" if ended else "WHERE closed_us IS NULL"
    rows = reader.rows(
        f"SELECT * FROM patterns {where} ORDER BY closed_us IS NOT NULL, closed_us DESC,"  # noqa: S608  # fixed texts
        f" {_GRAVITY}, confidence DESC, id LIMIT ? OFFSET ?",
        (limit, skip),
    )
    return [_found(row) for row in rows]


def of_account(reader: Reader, account_id: str, limit: int) -> list[Found]:
    """What an account shows and showed, newest first."""
    rows = reader.rows(
        "SELECT * FROM patterns WHERE account_id = ? ORDER BY found_us DESC LIMIT ?", (account_id, limit)
    )
    return [_found(row) for row in rows]


def _find(tx: Transaction, clock: Clock, pattern: Pattern, repeat: timedelta) -> Noted:
    again = tx.row(
        "SELECT id FROM patterns WHERE fingerprint = ? AND seen_us >= ? ORDER BY seen_us DESC LIMIT 1",
        (pattern.fingerprint, to_us(tx.now - repeat)),
    )
    if again is not None:
        tx.execute("UPDATE patterns SET closed_us = NULL WHERE id = ?", (again["id"],))
        _see(tx, again["id"], pattern)
        tx.record("pattern.back", again["id"], {"account": pattern.account_id, "type": pattern.type.value})
        return Noted(kept=1)
    pattern_id = clock.new_id()
    tx.execute(
        "INSERT INTO patterns (id, account_id, family, type, fingerprint, confidence, evidence, found_us, seen_us)"
        " VALUES (?,?,?,?,?,?,?,?,?)",
        (
            pattern_id,
            pattern.account_id,
            pattern.family.value,
            pattern.type.value,
            pattern.fingerprint,
            pattern.confidence,
            _text_of(pattern.evidence),
            to_us(tx.now),
            to_us(tx.now),
        ),
    )
    data = {"account": pattern.account_id, "type": pattern.type.value, "confidence": pattern.confidence}
    tx.record("pattern.found", pattern_id, {**data, "evidence": [item.text for item in pattern.evidence]})
    return Noted(found=1)


def _see(tx: Transaction, pattern_id: str, pattern: Pattern) -> None:
    tx.execute(
        "UPDATE patterns SET seen_us = ?, confidence = ?, evidence = ? WHERE id = ?",
        (to_us(tx.now), pattern.confidence, _text_of(pattern.evidence), pattern_id),
    )


def _text_of(evidence: Sequence[Evidence]) -> str:
    return canonical([{"key": item.key, "text": item.text, "weight": item.weight} for item in evidence]).decode()


def _found(row: sqlite3.Row) -> Found:
    evidence = tuple(Evidence(item["key"], item["text"], item["weight"]) for item in json.loads(row["evidence"]))
    return Found(
        id=row["id"],
        pattern=Pattern(row["account_id"], PatternType(row["type"]), row["confidence"], evidence),
        found=from_us(row["found_us"]),
        seen=from_us(row["seen_us"]),
        closed=None if row["closed_us"] is None else from_us(row["closed_us"]),
        action_id=row["action_id"],
    )
