from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.storage import Database


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2026, 3, 10, 12, 0, tzinfo=UTC))


@pytest.fixture
async def database(tmp_path: Path, clock: SimulatedClock) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as opened:
        yield opened


async def settled() -> None:
    """Let the event loop come to rest between two moments of simulated time."""
    for _ in range(30):
        await asyncio.sleep(0)


async def pass_time(clock: SimulatedClock, seconds: float) -> None:
    await clock.advance(seconds, settle=settled)
