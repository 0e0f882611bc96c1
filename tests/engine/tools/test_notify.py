"""Notifications: queued once with their action, delivered by the real library, retried, given up and shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from engine.canonical import JSON
from engine.clock import SimulatedClock
from engine.governance import ArgumentsError
from engine.governance.halt import halt, resume_all
from engine.settings.connections import NotifySettings
from engine.storage import Database
from engine.tools.delivery import Messenger
from engine.tools.outbox import Delivery, Level, Notification, due, enqueue, forget_old, page, retry, troubles
from engine.tools.secrets import Secrets

from .surroundings import context, registry
from .web import Web, answer, open_web

WORDS: dict[str, JSON] = {"title": "Goal slips", "body": "Q1 pipeline is behind.\nSee #4.", "level": "warning"}
TARGETS: dict[str, object] = {
    "ops": {"url": "env:OPS"},
    "phone": {"url": "env:PHONE", "by_default": False},
}
SETTINGS: dict[str, object] = {"targets": TARGETS, "attempts": 3, "retry_first_seconds": 30, "timeout_seconds": 5}


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock()


@pytest.fixture
async def database(tmp_path: Path, clock: SimulatedClock) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as opened:
        yield opened


async def put(database: Database, source: str = "act-1", *targets: str) -> int:
    names = targets or ("ops",)
    return await database.write(lambda tx: enqueue(tx, source, names, "Title", "Body", Level.WARNING))


def messenger(
    database: Database, clock: SimulatedClock, environ: Mapping[str, str], settings: Mapping[str, object] = SETTINGS
) -> Messenger:
    parsed = NotifySettings.model_validate(settings)
    return Messenger(database, clock, lambda: parsed, Secrets(environ, Path()))


async def everything(database: Database) -> list[Notification]:
    return list(await database.read(lambda reader: page(reader, 0, 100)))


def address(web: Web) -> dict[str, str]:
    return {"OPS": f"json://127.0.0.1:{web.port}/hook", "PHONE": f"json://127.0.0.1:{web.port}/phone"}


async def test_an_action_queues_one_for_each_target_and_once(database: Database, tmp_path: Path) -> None:
    tools = registry(tmp_path, {"notify": SETTINGS})
    call = tools.prepare("notify", {**WORDS, "targets": ["phone", "ops", "phone"]})
    assert call.recipients == ("notify:phone", "notify:ops")
    for _ in range(2):
        result = await database.write(lambda tx: tools.apply("notify", call.arguments, context(tmp_path), tx))
        assert result.summary == "on its way to phone, ops"
    assert sorted(one.target for one in await everything(database)) == ["ops", "phone"]


def test_only_targets_that_there_are(tmp_path: Path) -> None:
    tools = registry(tmp_path, {"notify": SETTINGS})
    assert tools.prepare("notify", WORDS).recipients == ("notify:ops",)
    with pytest.raises(ArgumentsError, match=r"no target nobody.*There are: ops, phone"):
        tools.prepare("notify", {**WORDS, "targets": ["nobody"]})
    with pytest.raises(ArgumentsError, match="name no target"):
        registry(tmp_path, {}).prepare("notify", WORDS)


async def test_it_is_delivered_by_the_library(database: Database, clock: SimulatedClock) -> None:
    async with open_web(answer(200, "ok")) as web:
        await put(database)
        assert await messenger(database, clock, address(web)).deliver_due() == 1
    (asked,) = web.asked
    assert (asked.method, asked.path) == ("POST", "/hook")
    assert (asked.json["title"], asked.json["message"], asked.json["type"]) == ("Title", "Body", "warning")
    (one,) = await everything(database)
    assert (one.status, one.attempts, one.last_error) == (Delivery.SENT, 1, "")


@pytest.mark.parametrize(
    "bad", [answer(500, "oops"), answer(429, "slow down", retry_after="5"), answer(403, "no"), b"garbage\r\n\r\n", b""]
)
async def test_a_failure_is_tried_again_later(database: Database, clock: SimulatedClock, bad: bytes) -> None:
    async with open_web(bad, answer(200, "ok")) as web:
        await put(database)
        post = messenger(database, clock, address(web))
        assert await post.deliver_due() == 1
        assert await post.deliver_due() == 0
        (one,) = await everything(database)
        assert (one.status, one.attempts) == (Delivery.WAITING, 1)
        assert one.last_error.startswith("ops was not told")
        assert one.not_before == clock.now() + timedelta(seconds=30)
        clock.step(timedelta(seconds=30))
        assert await post.deliver_due() == 1
    (one,) = await everything(database)
    assert (one.status, one.attempts) == (Delivery.SENT, 2)


async def test_pauses_double_until_it_is_given_up_and_shown(database: Database, clock: SimulatedClock) -> None:
    async with open_web(answer(500, "")) as web:
        await put(database)
        post = messenger(database, clock, address(web))
        pauses = []
        while (one := (await everything(database))[0]).status is Delivery.WAITING:
            pauses.append((one.not_before - clock.now()).total_seconds())
            clock.step(one.not_before - clock.now())
            await post.deliver_due()
    assert pauses == [0, 30, 60]
    assert (one.status, one.attempts) == (Delivery.GIVEN_UP, 3)
    assert await database.read(lambda reader: troubles(reader, clock.now() - timedelta(days=1))) == (1, 0)
    assert len(web.asked) == 3


async def test_what_was_given_up_gets_another_round(database: Database, clock: SimulatedClock) -> None:
    async with open_web(answer(500, ""), answer(200, "ok")) as web:
        await put(database)
        post = messenger(database, clock, address(web), {**SETTINGS, "attempts": 1})
        await post.deliver_due()
        (one,) = await everything(database)
        assert one.status is Delivery.GIVEN_UP
        assert await database.write(lambda tx: retry(tx, one.id, "operator:ana"))
        assert not await database.write(lambda tx: retry(tx, one.id, "operator:ana"))
        await post.deliver_due()
    assert (await everything(database))[0].status is Delivery.SENT


async def test_a_target_that_is_gone_is_given_up_at_once(database: Database, clock: SimulatedClock) -> None:
    await put(database, "act-1", "former")
    await messenger(database, clock, {}).deliver_due()
    (one,) = await everything(database)
    assert one.status is Delivery.GIVEN_UP
    assert "no such target any more" in one.last_error


@pytest.mark.parametrize("url", ["nosuch://x/y", "no address", ""])
async def test_an_address_that_is_none_fails_without_being_shown(
    database: Database, clock: SimulatedClock, url: str
) -> None:
    await put(database)
    await messenger(database, clock, {"OPS": url}).deliver_due()
    (one,) = await everything(database)
    assert one.status is Delivery.WAITING
    assert one.last_error
    assert not url or url not in one.last_error


async def test_a_slow_service_is_not_waited_for_for_ever(database: Database, clock: SimulatedClock) -> None:
    silent = asyncio.Event()

    async def nothing(_: object) -> bytes:
        await silent.wait()
        return b""

    async with open_web(nothing) as web:
        await put(database)
        post = messenger(database, clock, address(web), {**SETTINGS, "timeout_seconds": 1})
        await post.deliver_due()
        silent.set()
    (one,) = await everything(database)
    assert (one.status, one.attempts) == (Delivery.WAITING, 1)


async def test_what_waits_survives_a_restart(tmp_path: Path, clock: SimulatedClock) -> None:
    path = tmp_path / "engine.db"
    async with await Database.open(path, clock, inline=True) as database:
        await put(database)
    async with open_web(answer(200, "ok")) as web, await Database.open(path, clock, inline=True) as database:
        assert len(await database.read(lambda reader: due(reader, clock.now(), 10))) == 1
        await messenger(database, clock, address(web)).deliver_due()
        assert (await everything(database))[0].status is Delivery.SENT


async def test_old_ones_are_forgotten(database: Database, clock: SimulatedClock) -> None:
    async with open_web(answer(200, "ok")) as web:
        await put(database)
        await messenger(database, clock, address(web)).deliver_due()
    clock.step(timedelta(days=8))
    assert await database.write(forget_old) == 1


async def test_the_engine_delivers_as_soon_as_something_is_queued(database: Database, clock: SimulatedClock) -> None:
    arrived = asyncio.Event()

    def told(_: object) -> bytes:
        arrived.set()
        return answer(200, "ok")

    async with open_web(told) as web:
        running = asyncio.create_task(messenger(database, clock, address(web)).run())
        await asyncio.sleep(0)
        await put(database)
        await arrived.wait()
        running.cancel()
        await asyncio.wait({running})


async def test_while_everything_is_paused_nothing_leaves(database: Database, clock: SimulatedClock) -> None:
    arrived = asyncio.Event()

    def told(_: object) -> bytes:
        arrived.set()
        return answer(200, "ok")

    async with open_web(told) as web:
        await database.write(lambda tx: halt(tx, "ana", "stop"))
        running = asyncio.create_task(messenger(database, clock, address(web)).run())
        await put(database)
        await clock.advance(3_600)
        assert not arrived.is_set()
        await database.write(lambda tx: resume_all(tx, "ana"))
        await arrived.wait()
        running.cancel()
        await asyncio.wait({running})


@pytest.mark.parametrize(
    "table",
    [
        {"targets": {"ops": {"url": "slack://TokenA/TokenB/TokenC"}}},
        {"targets": {"Ops": {"url": "env:X"}}},
        {"attempts": 0},
    ],
)
def test_settings_that_would_leak_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        registry(Path(), {"notify": table})
