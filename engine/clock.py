"""The only source of time, of randomness and of identifiers.

Everything in the engine that asks "when" or "which at random" asks a :class:`Clock`, so that thousands of simulated
hours run in seconds and the same seed gives the same run.
"""

from __future__ import annotations

import asyncio
import heapq
import itertools
import random
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol, TypeVar

T = TypeVar("T")


class Clock(Protocol):
    """Wall time, steady time, waiting, randomness and fresh identifiers."""

    @property
    def random(self) -> random.Random:
        """The source of randomness; seeded in simulation."""
        ...

    def now(self) -> datetime:
        """The wall time, aware, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds on a clock that never steps back; its zero means nothing."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Wait for ``seconds`` of this clock's time."""
        ...

    async def wait_for(self, awaitable: Awaitable[T], seconds: float) -> T:
        """Await ``awaitable`` for at most ``seconds``.

        Raises:
            TimeoutError: the time ran out; the awaitable was cancelled.
        """
        ...

    def new_id(self) -> str:
        """A fresh UUID version 7 (RFC 9562): sortable by creation, unique within and across processes."""
        ...


class _UuidSequence:
    """Makes UUIDs of version 7 that rise strictly within one process (RFC 9562, section 6.2, method 1)."""

    def __init__(self, source: random.Random) -> None:
        self._random = source
        self._last_ms = 0
        self._counter = 0

    def next(self, now: datetime) -> str:
        ms = max(int(now.timestamp() * 1000), self._last_ms)
        if ms == self._last_ms:
            self._counter += 1
            if self._counter > 0xFFF:
                ms += 1
                self._counter = 0
        else:
            self._counter = self._random.getrandbits(8)
        self._last_ms = ms
        tail = self._random.getrandbits(62) | (0b10 << 62)
        value = (ms << 80) | (0x7 << 76) | (self._counter << 64) | tail
        digits = f"{value:032x}"
        return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


class SystemClock:
    """The machine's clocks and the operating system's randomness."""

    def __init__(self) -> None:
        self.random: random.Random = random.SystemRandom()
        self._ids = _UuidSequence(self.random)

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def wait_for(self, awaitable: Awaitable[T], seconds: float) -> T:
        async with asyncio.timeout(seconds):
            return await awaitable

    def new_id(self) -> str:
        return self._ids.next(self.now())


class SimulatedClock:
    """Time that moves only when told to, randomness from a seed.

    ``advance`` wakes sleepers in the order of their deadlines and lets the event loop settle after each, so that a test
    of a day takes as long as its events, not as long as a day.

    Args:
        start: the first moment, aware.
        seed: the seed of ``random`` and of identifiers.
    """

    def __init__(self, start: datetime = datetime(2026, 1, 5, 9, 0, tzinfo=UTC), seed: int = 0) -> None:
        self.random: random.Random = random.Random(seed)  # noqa: S311  # reproducible by design, no secret depends on it
        self._ids = _UuidSequence(random.Random(seed ^ 0x5DEECE66D))  # noqa: S311  # as above
        self._start = start
        self._elapsed = timedelta()
        self._order = itertools.count()
        self._sleepers: list[tuple[timedelta, int, asyncio.Future[None]]] = []

    def now(self) -> datetime:
        return self._start + self._elapsed

    def monotonic(self) -> float:
        return self._elapsed.total_seconds()

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._elapsed + timedelta(seconds=seconds), next(self._order), future))
        await future

    async def wait_for(self, awaitable: Awaitable[T], seconds: float) -> T:
        task: asyncio.Future[T] = asyncio.ensure_future(awaitable)
        timer: asyncio.Future[None] = asyncio.ensure_future(self.sleep(seconds))
        try:
            waiting: set[asyncio.Future[T] | asyncio.Future[None]] = {task, timer}
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if task.done():
                return task.result()
            raise TimeoutError
        finally:
            for pending in (task, timer):
                if not pending.done():
                    pending.cancel()

    def new_id(self) -> str:
        return self._ids.next(self.now())

    def step(self, delta: timedelta) -> None:
        """Move the time at once, waking nobody: for plain synchronous tests."""
        self._elapsed += delta

    async def advance(self, seconds: float, *, settle: Callable[[], Awaitable[None]] | None = None) -> None:
        """Let ``seconds`` pass, waking every sleeper at its own moment.

        Args:
            seconds: how much time passes.
                settle: awaited after each wake-up, to let work on other threads end; by default the loop is only
                yielded to.
        """
        target = self._elapsed + timedelta(seconds=seconds)
        await self._settle(settle)
        while self._sleepers and self._sleepers[0][0] <= target:
            deadline, _, future = heapq.heappop(self._sleepers)
            self._elapsed = max(self._elapsed, deadline)
            if not future.done():
                future.set_result(None)
                await self._settle(settle)
        self._elapsed = target
        await self._settle(settle)

    async def _settle(self, settle: Callable[[], Awaitable[None]] | None) -> None:
        for _ in range(5):
            await asyncio.sleep(0)
        if settle is not None:
            await settle()
