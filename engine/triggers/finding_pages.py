"""Findings page by page, as operators read them."""

from __future__ import annotations

import json
from sqlite3 import Row

from ..queries.triggers import FindingView
from ..storage import Reader, from_us
from .trigger_rows import maybe_instant


def finding_page(reader: Reader, scanner: str, *, closed: bool, skip: int, limit: int) -> list[FindingView]:
    """Open findings, the oldest first, then those that are gone, the latest first.

    Args:
        reader: what the engine knows.
        scanner: only this one's; empty for all.
        closed: also those that are gone.
        skip: so many are left out.
        limit: at most so many.
    """
    rows = reader.rows(
        "SELECT * FROM findings WHERE (? = '' OR scanner = ?) AND (? OR state = 'open')"
        " ORDER BY state DESC, CASE state WHEN 'open' THEN opened_us ELSE -changed_us END, place, category"
        " LIMIT ? OFFSET ?",
        (scanner, scanner, int(closed), limit, skip),
    )
    return [_view(row) for row in rows]


def counts_by_scanner(reader: Reader) -> dict[str, int]:
    """How many findings of each scanner are open."""
    rows = reader.rows("SELECT scanner, count(*) AS n FROM findings WHERE state = 'open' GROUP BY scanner")
    return {row["scanner"]: row["n"] for row in rows}


def _view(row: Row) -> FindingView:
    return FindingView(
        fingerprint=row["fingerprint"],
        scanner=row["scanner"],
        place=row["place"],
        category=row["category"],
        summary=row["summary"],
        details=tuple(json.loads(row["details"])),
        state=row["state"],
        opened_at=from_us(row["opened_us"]),
        changed_at=from_us(row["changed_us"]),
        told_at=maybe_instant(row["told_us"]),
        caused_by=row["caused_by"],
    )
