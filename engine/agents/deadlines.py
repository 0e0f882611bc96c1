"""Time limits of many tasks at once: one timer for all of them, and nothing to pay for a task that keeps its limit."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, Final, NoReturn

from ..clock import Clock

_IDLE_SECONDS: Final = 3_600.0


class _Limited:
    __slots__ = ("over", "task", "until")

    def __init__(self, task: asyncio.Task[Any], until: float) -> None:
        self.task = task
        self.until = until
        self.over = False


class Deadlines:
    """Ends what takes too long; :meth:`run` has to be running.

    Args:
        clock: measures and waits.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._running: set[_Limited] = set()
        self._next = float("inf")
        self._sooner = asyncio.Event()

    async def within(self, work: Awaitable[str], seconds: float, task: asyncio.Task[Any] | None = None) -> str:
        """Await ``work`` for at most ``seconds``; it runs in the task that calls, which is ``task`` where it is known.

        Raises:
            TimeoutError: the time ran out; the work was cancelled.
        """
        task = task or asyncio.current_task()
        assert task is not None  # noqa: S101  # a coroutine of a task
        limited = _Limited(task, self._clock.monotonic() + seconds)
        self._running.add(limited)
        if limited.until < self._next:
            self._next = limited.until
            self._sooner.set()
        try:
            return await work
        except asyncio.CancelledError:
            # Whoever else wants the task to end comes first.
            if limited.over and task.cancelling() == 1:
                raise TimeoutError from None
            raise
        finally:
            self._running.discard(limited)
            if limited.over:
                task.uncancel()

    async def run(self) -> NoReturn:
        """End what has run out of time, until cancelled."""
        while True:
            self._sooner.clear()
            now = self._clock.monotonic()
            for limited in [limited for limited in self._running if limited.until <= now and not limited.over]:
                limited.over = True
                limited.task.cancel()
            self._next = min((one.until for one in self._running if not one.over), default=now + _IDLE_SECONDS)
            try:
                await self._clock.wait_for(self._sooner.wait(), self._next - now)
            except TimeoutError:
                continue
