"""Findings: what a scanner saw, told once and kept until it is gone.

There is one finding per fingerprint (scanner, place, category). It opens when the thing is first seen, is told again
only when its content is not what was told last and not more often than the quiet time allows, and closes when it is
gone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row

from ..canonical import JSON
from ..storage import Reader, Transaction, from_us, to_us


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a scanner saw.

    Attributes:
        scanner: which one.
        place: where, for instance the path of a repository.
        category: what sort of thing.
        summary: the whole in a sentence.
        details: particulars, bounded by the scanner.
        content: a digest of how things are; equal for equal things.
        caused_by: the persona whose own work it is; it does not hear of it. Empty where nobody's.
    """

    scanner: str
    place: str
    category: str
    summary: str
    details: tuple[str, ...]
    content: str
    caused_by: str = ""

    @property
    def fingerprint(self) -> str:
        """What it is, however it changes."""
        text = json.dumps([self.scanner, self.place, self.category])
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def payload(self) -> dict[str, JSON]:
        """The finding as the content of a message."""
        return {
            "type": "finding",
            "scanner": self.scanner,
            "category": self.category,
            "path": self.place,
            "summary": self.summary,
            "details": list(self.details),
            "fingerprint": self.fingerprint,
        }


def observe(
    tx: Transaction, scanner: str, found: Sequence[Finding], *, unseen: Collection[str] | None = ()
) -> tuple[int, int]:
    """Bring the stored findings of a scanner up to what it saw.

    Args:
        tx: the unit of work.
        scanner: which scanner.
        found: everything it saw, fingerprints unique.
        unseen: places it could not look at; what is open there stays open. Nothing means it could be any place.

    Returns:
        how many opened and how many closed.
    """
    rows = tx.rows("SELECT fingerprint, place, content, state FROM findings WHERE scanner = ?", (scanner,))
    stored = {row["fingerprint"]: row for row in rows}
    opened = 0
    for finding in found:
        before = stored.pop(finding.fingerprint, None)
        if before is None or before["state"] == "closed":
            opened += 1
            _store(tx, finding)
            tx.record("finding.opened", finding.fingerprint, finding.payload(), f"scanner:{scanner}")
        elif before["content"] != finding.content:
            _store(tx, finding)
            tx.record("finding.changed", finding.fingerprint, finding.payload(), f"scanner:{scanner}")
    gone = [
        row for row in stored.values() if row["state"] == "open" and unseen is not None and row["place"] not in unseen
    ]
    for row in gone:
        tx.execute(
            "UPDATE findings SET state = 'closed', changed_us = ? WHERE fingerprint = ?",
            (to_us(tx.now), row["fingerprint"]),
        )
        tx.record("finding.closed", row["fingerprint"], {"path": row["place"]}, f"scanner:{scanner}")
    return opened, len(gone)


def untold(reader: Reader, scanner: str, persona_id: str, now: datetime, quiet_seconds: int) -> list[Finding]:
    """Open findings that a persona was not told as they are, apart from those told it within the quiet time."""
    rows = reader.rows(
        "SELECT f.* FROM findings f LEFT JOIN tellings t ON t.fingerprint = f.fingerprint AND t.persona_id = ?"
        " WHERE f.scanner = ? AND f.state = 'open'"
        " AND (t.content IS NULL OR (t.content <> f.content AND t.told_us <= ?))"
        " ORDER BY f.opened_us, f.place, f.category",
        (persona_id, scanner, to_us(now - timedelta(seconds=quiet_seconds))),
    )
    return [_finding(row) for row in rows]


def note_told(tx: Transaction, finding: Finding, persona_id: str) -> None:
    """Remember that a persona was told a finding, just as it is."""
    tx.execute(
        "INSERT INTO tellings (fingerprint, persona_id, content, told_us) VALUES (?,?,?,?)"
        " ON CONFLICT (fingerprint, persona_id) DO UPDATE SET content = excluded.content, told_us = excluded.told_us",
        (finding.fingerprint, persona_id, finding.content, to_us(tx.now)),
    )
    tx.execute(
        "UPDATE findings SET told = ?, told_us = ? WHERE fingerprint = ?",
        (finding.content, to_us(tx.now), finding.fingerprint),
    )
    told = {"content": finding.content, "persona": persona_id}
    tx.record("finding.told", finding.fingerprint, told, f"scanner:{finding.scanner}")


def open_findings(reader: Reader, limit: int = 200) -> list[tuple[Finding, datetime]]:
    """What is open, the oldest first, with the moment it opened."""
    rows = reader.rows(
        "SELECT * FROM findings WHERE state = 'open' ORDER BY opened_us, place, category LIMIT ?", (limit,)
    )
    return [(_finding(row), from_us(row["opened_us"])) for row in rows]


def _store(tx: Transaction, finding: Finding) -> None:
    now = to_us(tx.now)
    tx.execute(
        "INSERT INTO findings (fingerprint, scanner, place, category, summary, details, content, caused_by, state,"
        " opened_us, changed_us) VALUES (?,?,?,?,?,?,?,?,'open',?,?)"
        " ON CONFLICT (fingerprint) DO UPDATE SET summary = excluded.summary, details = excluded.details,"
        " content = excluded.content, caused_by = excluded.caused_by, state = 'open', changed_us = excluded.changed_us,"
        " opened_us = CASE state WHEN 'open' THEN opened_us ELSE excluded.opened_us END",
        (
            finding.fingerprint,
            finding.scanner,
            finding.place,
            finding.category,
            finding.summary,
            json.dumps(finding.details),
            finding.content,
            finding.caused_by,
            now,
            now,
        ),
    )


def _finding(row: Row) -> Finding:
    return Finding(
        scanner=row["scanner"],
        place=row["place"],
        category=row["category"],
        summary=row["summary"],
        details=tuple(json.loads(row["details"])),
        content=row["content"],
        caused_by=row["caused_by"],
    )
