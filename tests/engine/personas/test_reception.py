"""Messages that arrive together are kept together, and each sender is told only of its own."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.personas import Accepted, Incoming, Merged, MessageRefused, SenderKind, UnknownPersona
from engine.personas.acceptance import Intake
from engine.storage import Database, StorageError

from .world import HELPER, PLANNER, World

BOTH = {"helper": HELPER, "planner": PLANNER}


def to(persona: str, name: str, text: str = "hello", key: str | None = None) -> Incoming:
    return Incoming(name, "ana", SenderKind.HUMAN, text, to=(persona,), dedupe_key=key)


async def many(world: World, *incoming: Incoming) -> list[object]:
    return await asyncio.gather(*(world.service.post(one) for one in incoming), return_exceptions=True)


async def test_each_is_told_of_its_own_and_a_bad_one_harms_no_other(world: World) -> None:
    await world.people(BOTH, running=False)
    told = await many(
        world,
        to("helper", "a", key="k"),
        to("nobody", "b"),
        to("planner", "c"),
        to("helper", "d", "x" * 1_048_577),
        to("helper", "e", key="k"),
        to("helper", "a"),
    )
    assert told[0] == (Accepted("helper", "helper:a"),)
    assert isinstance(told[1], UnknownPersona)
    assert told[2] == (Accepted("planner", "planner:c"),)
    assert isinstance(told[3], MessageRefused)
    assert told[4] == (Merged("helper", "helper:e", "helper:a"),)
    assert told[5] == (Merged("helper", "helper:a", "helper:a"),)
    assert await world.statuses() == {"pending": 1, "merged": 1}
    row = await world.database.read(lambda r: r.row("SELECT accepted, merged FROM personas WHERE id = 'helper'"))
    assert row is not None
    assert (row["accepted"], row["merged"]) == (1, 1)


async def test_those_that_came_first_stay_first(world: World) -> None:
    await world.people(BOTH, running=False)
    names = [str(number) for number in (9, 10, 8, 11, 100)]
    await many(world, *(to("helper", name) for name in names))
    rows = await world.database.read(lambda r: r.rows("SELECT post_id FROM messages ORDER BY arrived_us"))
    assert [row["post_id"] for row in rows] == names


async def test_all_are_kept_whatever_fails_in_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    await world.people(BOTH, running=False)
    plain = Intake.post

    def failing(intake: Intake, incoming: Incoming) -> object:
        made = plain(intake, incoming)
        if incoming.id == "3":
            raise sqlite3.IntegrityError("after it was half kept")
        return made

    monkeypatch.setattr(Intake, "post", failing)
    told = await many(world, *(to("helper", str(number)) for number in range(6)))
    assert [isinstance(one, sqlite3.IntegrityError) for one in told] == [n == 3 for n in range(6)]
    assert await world.statuses() == {"pending": 5}
    posts = await world.database.read(lambda r: r.rows("SELECT id FROM posts ORDER BY id"))
    assert [row["id"] for row in posts] == ["0", "1", "2", "4", "5"]


async def test_a_caller_that_goes_away_takes_nobody_along(tmp_path: Path) -> None:
    clock = SimulatedClock()
    async with await Database.open(tmp_path / "x.db", clock) as database:
        world = World(database, clock)
        await world.people(BOTH, running=False)
        posting = [asyncio.create_task(world.service.post(to("helper", str(n)))) for n in range(500)]
        await asyncio.sleep(0)
        posting[0].cancel()
        told = await asyncio.gather(*posting, return_exceptions=True)
        assert isinstance(told[0], asyncio.CancelledError)
        assert all(isinstance(one, tuple) for one in told[1:])
        assert (await world.statuses())["pending"] >= 499
        service = world.service
    told = await asyncio.gather(*(service.post(to("helper", f"late {n}")) for n in range(3)), return_exceptions=True)
    assert all(isinstance(one, StorageError) for one in told)
