"""How long tasks are kept after their end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from ...clock import Clock
from ...storage import Database, Transaction, to_us
from .protocol import PAGE
from .sqlite import remove_records

LOOK_SECONDS: Final = 3_600.0
"""Time between two looks."""


class TaskKeeper:
    """Forgets tasks that ended long ago, everywhere; what is journalled of them stays.

    Args:
        database: the engine's.
        clock: the present.
        keep_days: asked before each look; 0 keeps all.
    """

    def __init__(self, database: Database, clock: Clock, keep_days: Callable[[], int]) -> None:
        self._database = database
        self._clock = clock
        self._keep_days = keep_days

    async def run(self) -> None:
        """Look again and again until cancelled."""
        while True:
            await self.look()
            await self._clock.sleep(LOOK_SECONDS)

    async def look(self) -> int:
        """Forget what is too old now.

        Returns:
            how many tasks that were.
        """
        days = self._keep_days()
        if not days:
            return 0
        before, forgotten = self._clock.now() - timedelta(days=days), 0
        while number := await self._database.write(lambda tx: _forget(tx, before, days)):
            forgotten += number
        return forgotten


def _forget(tx: Transaction, before: datetime, days: int) -> int:
    # What somebody still waits for, and what Redis must still be told about, is not forgotten yet.
    rows = tx.rows(
        "SELECT id FROM tasks t WHERE ended_us IS NOT NULL AND ended_us < ?"
        " AND NOT EXISTS (SELECT 1 FROM task_outbox o WHERE o.task_id = t.id)"
        " AND NOT EXISTS (SELECT 1 FROM task_dependencies d JOIN tasks w ON w.id = d.task_id"
        "  WHERE d.depends_on = t.id AND w.ended_us IS NULL) ORDER BY ended_us LIMIT ?",
        (to_us(before), PAGE),
    )
    number = remove_records(tx, [row["id"] for row in rows])
    if number:
        tx.record("tasks.forgotten", "tasks", {"number": number, "ended_before": before.isoformat(), "keep_days": days})
    return number
