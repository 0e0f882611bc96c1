"""Taking a message: the last look before a persona is at it, in the very unit of work that marks it as taken."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.personas import handling
from engine.personas.handling import Taken
from engine.storage import Database

from .world import HELPER, World


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = SimulatedClock()
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as database:
        made = World(database, clock)
        await made.people({"helper": HELPER}, running=False)
        yield made


async def take(world: World, message_id: str) -> Taken | None:
    roster = world.service.roster
    return await world.database.write(lambda tx: handling.take(tx, message_id, roster, world._is_paused, "its turn"))


async def test_two_that_chose_the_same_message_take_it_once(world: World) -> None:
    message = await world.accepted("hello")
    assert await take(world, message) is not None
    assert await take(world, message) is None
    assert await world.events("message.taken") == [message]


async def test_a_persona_that_was_paused_after_it_chose_takes_nothing(world: World) -> None:
    message = await world.accepted("hello")
    world.paused["helper"] = "ana: lunch"
    assert await take(world, message) is None
    del world.paused["helper"]
    assert await take(world, message) is not None
