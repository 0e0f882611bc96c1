"""What an agent has to tell of its tasks, kept until it was told, and told in batches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from ..clock import Clock
from ..coordination.messages import Claim, Report, ReportKind

ENOUGH: Final = 200
"""So many reports are sent at once without waiting for more."""
PATIENCE_SECONDS: Final = 0.005
"""How long a report waits for others while there is more to do at once."""


class ReportBuffer:
    """Reports that were not sent yet.

    Args:
        send: sends them; it raises where they may not have arrived.
        clock: waits.
        busy: whether more reports will follow within moments.
    """

    def __init__(
        self, send: Callable[[Sequence[Report]], Awaitable[object]], clock: Clock, busy: Callable[[], bool]
    ) -> None:
        self._send = send
        self._clock = clock
        self._busy = busy
        self._started: dict[str, Claim] = {}
        self._reports: list[Report] = []
        self._news = asyncio.Event()
        self._enough = asyncio.Event()
        self._sending = asyncio.Lock()

    def __len__(self) -> int:
        return len(self._started) + len(self._reports)

    def begin(self, claim: Claim) -> None:
        """Have it told that a task began; that is left out where its end is known before it was told."""
        self._started[claim.id] = claim
        self._news.set()

    def say(self, report: Report) -> None:
        """Have it told what came of a task."""
        self._started.pop(report.id, None)
        self._reports.append(report)
        if len(self._reports) >= ENOUGH:
            self._enough.set()
        self._news.set()

    async def until_due(self) -> None:
        """Wait until something is to be sent; while more is coming, for a batch that is worth it."""
        await self._news.wait()
        if self._busy() and not self._enough.is_set():
            try:
                await self._clock.wait_for(self._enough.wait(), PATIENCE_SECONDS)
            except TimeoutError:
                return

    async def flush(self) -> None:
        """Send everything.

        Raises:
            Exception: what ``send`` raised. What it may have got is sent again, and refused as stale the second time.
        """
        async with self._sending:
            self._news.clear()
            self._enough.clear()
            started, reports = list(self._started.values()), len(self._reports)
            sending = [Report(ReportKind.STARTED, claim.id, claim.token) for claim in started]
            sending += self._reports[:reports]
            if not sending:
                return
            try:
                await self._send(sending)
            except BaseException:
                self._news.set()
                raise
            for claim in started:
                if self._started.get(claim.id) is claim:
                    del self._started[claim.id]
            del self._reports[:reports]
