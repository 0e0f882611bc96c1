"""Commands: role-checked, once per id, journalled with their effect."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from engine.assembly.dispatch import DECISIONS, Dispatcher, Request
from engine.client import CommandRefused, Reply
from engine.clock import SimulatedClock
from engine.commands import COMMANDS
from engine.errors import WatchfloorError
from engine.operators import Operator, Role
from engine.storage import Database, Reader, Superseded, Transaction

ANA = Operator("ana", Role.OPERATOR)
VIC = Operator("vic", Role.VIEWER)
BOT = Operator("ana", Role.ADMIN, "mcp 4711")


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=True) as opened:
        yield opened


def dispatcher(database: Database, **own: Callable[[Transaction, Any, Operator], Reply]) -> Dispatcher:
    def echo(tx: Transaction, arguments: Any, operator: Operator) -> Reply:
        tx.execute("INSERT INTO engine_facts VALUES ('count', '1') ON CONFLICT DO UPDATE SET value = value + 1")
        return Reply("done", {"operator": operator.name})

    units = dict.fromkeys(COMMANDS, echo) | {name.replace("__", "."): handler for name, handler in own.items()}
    return Dispatcher(database, units, {})


def halt_request(request_id: str = "request-1", operator: Operator = ANA, **arguments: object) -> Request:
    return Request(request_id, "engine.halt", arguments, operator)


async def count(database: Database) -> int:
    row = await database.read(lambda r: r.row("SELECT value FROM engine_facts WHERE name = 'count'"))
    return int(row["value"]) if row else 0


async def kinds(database: Database) -> list[str]:
    return [row["kind"] for row in await database.read(lambda r: r.rows("SELECT kind FROM journal ORDER BY seq"))]


async def test_the_same_id_is_carried_out_once_and_answered_twice(database: Database) -> None:
    door = dispatcher(database)
    first = await door.carry_out(halt_request())
    second = await door.carry_out(halt_request())
    assert first == second == Reply("done", {"operator": "ana"})
    assert await count(database) == 1


async def test_a_long_command_that_is_sent_again_while_it_is_carried_out_happens_once(database: Database) -> None:
    under_way, go_on, done = asyncio.Event(), asyncio.Event(), list[str]()

    async def long(arguments: Any, operator: Operator, request_id: str) -> Reply:
        under_way.set()
        await go_on.wait()
        done.append(request_id)
        return Reply("pruned", {})

    units = {name: lambda tx, arguments, operator: Reply("", {}) for name in COMMANDS if name != "engine.halt"}
    door = Dispatcher(database, units, {"engine.halt": long})
    first = asyncio.create_task(door.carry_out(halt_request()))
    await under_way.wait()
    again = asyncio.create_task(door.carry_out(halt_request()))
    for _ in range(10):
        await asyncio.sleep(0)
    go_on.set()
    assert await first == await again == Reply("pruned", {})
    assert done == ["request-1"]


async def test_one_that_is_called_off_leaves_its_turn_to_the_next(database: Database) -> None:
    calls, under_way = list[int](), asyncio.Event()

    async def long(arguments: Any, operator: Operator, request_id: str) -> Reply:
        calls.append(len(calls))
        under_way.set()
        if len(calls) == 1:
            await asyncio.Event().wait()
        return Reply("done", {})

    units = {name: lambda tx, arguments, operator: Reply("", {}) for name in COMMANDS if name != "engine.halt"}
    door = Dispatcher(database, units, {"engine.halt": long})
    first = asyncio.create_task(door.carry_out(halt_request()))
    await under_way.wait()
    again = asyncio.create_task(door.carry_out(halt_request()))
    await asyncio.sleep(0)
    first.cancel()
    assert await again == Reply("done", {})
    assert calls == [0, 1]


async def test_an_id_cannot_be_reused_for_another_command(database: Database) -> None:
    door = dispatcher(database)
    await door.carry_out(halt_request())
    with pytest.raises(CommandRefused, match="used for another"):
        await door.carry_out(Request("request-1", "engine.resume", {}, ANA))


@pytest.mark.parametrize("name", sorted(COMMANDS))
async def test_a_viewer_may_do_nothing(database: Database, name: str) -> None:
    with pytest.raises(CommandRefused) as caught:
        await dispatcher(database).carry_out(Request("request-1", name, {}, VIC))
    assert caught.value.code == "role"
    assert await count(database) == 0
    assert await kinds(database) == ["command.refused"]


@pytest.mark.parametrize("name", sorted(DECISIONS))
async def test_an_agent_decides_nothing(database: Database, name: str) -> None:
    with pytest.raises(CommandRefused, match="an agent asks; only a person decides"):
        await dispatcher(database).carry_out(Request("request-1", name, {}, BOT))
    assert await count(database) == 0
    assert await kinds(database) == ["command.refused"]


async def test_a_database_that_takes_nothing_is_told_and_not_waited_for(database: Database) -> None:
    def full(_: Reader) -> None:
        raise Superseded("nothing can be written", why="the disk is full")

    database.fence(full)
    with pytest.raises(CommandRefused, match="nothing can be written: the disk is full"):
        await dispatcher(database).carry_out(halt_request())
    with pytest.raises(CommandRefused, match="may not do"):
        await dispatcher(database).carry_out(halt_request("request-2", VIC))


async def test_unknown_commands_and_arguments_are_refused_and_journalled(database: Database) -> None:
    door = dispatcher(database)
    with pytest.raises(CommandRefused, match="unknown"):
        await door.carry_out(Request("request-1", "engine.explode", {}, ANA))
    with pytest.raises(CommandRefused, match="not understood"):
        await door.carry_out(halt_request("request-2", mood="sour"))
    assert await kinds(database) == ["command.refused", "command.refused"]


async def test_a_handler_that_refuses_leaves_nothing_behind(database: Database) -> None:
    def refuse(tx: Transaction, arguments: Any, operator: Operator) -> Reply:
        tx.record("thing.done", "1", {})
        raise WatchfloorError("it failed", why="reasons")

    with pytest.raises(CommandRefused, match="it failed: reasons"):
        await dispatcher(database, engine__halt=refuse).carry_out(halt_request())
    assert await kinds(database) == ["command.refused"]
    assert (await dispatcher(database).carry_out(halt_request())).text == "done"
