"""A world of personas that is stopped after each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from engine.clock import SimulatedClock
from engine.storage import Database

from .world import World


@pytest.fixture
async def world(database: Database, clock: SimulatedClock) -> AsyncIterator[World]:
    made = World(database, clock)
    yield made
    await made.stop()
