"""The job ``pattern_scan``: look at every account and put on record what it shows."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ..clock import Clock
from ..settings.insights import PatternSettings
from ..storage import Database, Transaction
from .detect import find_patterns
from .history import read_histories
from .repository import Noted, note_patterns

BATCH: Final = 50
"""Accounts that are looked at in one unit of work."""


async def scan_patterns(database: Database, clock: Clock, rules: PatternSettings) -> tuple[int, Noted]:
    """Look at every account as it stands today.

    Returns:
        how many accounts were looked at, and what changed.
    """
    looked, after, noted = 0, "", Noted()
    while True:
        names, changed = await database.write(
            lambda tx, after=after: _scan_batch(tx, clock, rules, after)  # type: ignore[misc]  # mypy cannot infer a lambda with bound defaults
        )
        noted += changed
        looked += len(names)
        if len(names) < BATCH:
            return looked, noted
        after = names[-1]


def _scan_batch(tx: Transaction, clock: Clock, rules: PatternSettings, after: str) -> tuple[list[str], Noted]:
    rows = tx.rows("SELECT id FROM accounts WHERE id > ? ORDER BY id LIMIT ?", (after, BATCH))
    names = [str(row["id"]) for row in rows]
    noted = Noted()
    if names:
        repeat = timedelta(days=rules.repeat_days)
        for history in read_histories(tx, names, tx.now.date()):
            noted += note_patterns(tx, clock, history.account_id, find_patterns(history, rules), repeat)
    return names, noted
