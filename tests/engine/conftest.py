"""A moment at which the engine's tests begin, and an empty database."""

from __future__ import annotations

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
