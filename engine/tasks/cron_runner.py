"""Submits cron tasks when they are due."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final

from ..clock import Clock
from ..journal import Event
from ..storage import Database
from .cron import next_cron, submit_due

LOOK_SECONDS: Final = 60.0
"""Longest wait before the clock on the wall is looked at again: it may have been put forward."""


class CronRunner:
    """Waits for the next planned moment, and submits.

    Args:
        database: holds the entries.
        clock: the present.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._changed = asyncio.Event()

    def on_commit(self, events: Sequence[Event]) -> None:
        """To be given to :meth:`Database.observe`: an entry may have come or gone."""
        if any(event.kind.startswith("task_cron.") for event in events):
            self._changed.set()

    async def run(self) -> None:
        """Submit what is due, until cancelled."""
        while True:
            self._changed.clear()
            due = await self._database.read(next_cron)
            wait = LOOK_SECONDS if due is None else min(LOOK_SECONDS, (due - self._clock.now()).total_seconds())
            if due is not None and wait <= 0:
                await self._database.write(lambda tx: submit_due(tx, self._clock.new_id))
                continue
            try:
                await self._clock.wait_for(self._changed.wait(), wait)
            except TimeoutError:
                continue
