"""The whole way over one server, behind a Sentinel and over a Cluster: one code path, only the address differs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path

import pytest

from engine.agents import AutonomousAgent
from engine.agents.executors import echo
from engine.clock import SystemClock
from engine.coordination import EngineDoor, RedisTransport
from engine.coordination.address import Layout, read_address
from engine.coordination.bridge import TaskBridge
from engine.coordination.client import make_client
from engine.coordination.connection import RedisLink
from engine.coordination.coordinator import RedisCoordinator
from engine.coordination.faults import RedisUnavailable, safe_url
from engine.coordination.leader import LeaderLease
from engine.settings.agents import AgentSettings
from engine.storage import Database
from engine.tasks import NewTask, TaskState, counts, submit

from ..waiting import until_some
from .servers import sorts

CLOCK = SystemClock()
TASKS = 60


@pytest.fixture(scope="module", params=sorted(sorts()))
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with sorts()[request.param]() as address:
        yield address


@pytest.fixture
async def link(url: str) -> AsyncIterator[RedisLink]:
    link = RedisLink(url, CLOCK, timeout_seconds=5)
    yield link
    await link.close()


async def test_tasks_go_out_and_come_back_over_all_shards(link: RedisLink, tmp_path: Path) -> None:
    info = await link.connect()
    assert info.name in {"valkey", "redis"}
    assert await link.check() >= 0
    queue = RedisCoordinator(link.commands, link.blocking, "whole", shards=3)
    stop = asyncio.Event()
    settings = AgentSettings(poll_seconds=0.1)
    agent = AutonomousAgent("a", link, queue, {"echo": echo}, settings, CLOCK, concurrency=3)
    async with await Database.open(tmp_path / "engine.db", CLOCK) as database:
        bridge = TaskBridge(database, link, queue, CLOCK, sweep_seconds=0.05)
        database.observe(bridge.on_commit)
        services = [bridge.run_publisher(), bridge.run_projector(), bridge.run_sweeper(), agent.run(stop)]
        running = [asyncio.create_task(service) for service in services]
        for number in range(TASKS):
            new = NewTask(f"t{number}")
            await database.write(partial(submit, new=new, task_id=CLOCK.new_id(), actor="test"))

        async def done() -> bool | None:
            return (await database.read(counts)).get(TaskState.DONE) == TASKS or None

        await until_some(done)
        assert sum(sum(minute.values()) for minute in await queue.throughput()) == TASKS
        statistics = await queue.statistics()
        assert (statistics.pending, statistics.leased) == (0, 0)
        assert statistics.counters["completed"] == TASKS
        assert {shard.number for shard in queue.shards} == {0, 1, 2}
        assert len(await queue.recorded(1_000)) > 3
        stop.set()
        await running[-1]
        for service in running[:-1]:
            service.cancel()
        await asyncio.wait(running)


async def test_the_engine_is_led_and_reached(link: RedisLink, url: str) -> None:
    lease = LeaderLease(link.commands, "led", CLOCK, pid=1, host="h")
    assert await lease.acquire() == 1

    async def answer(raw: bytes) -> bytes:
        return raw.upper()

    door = EngineDoor(link.commands, link.blocking, "led", answer)
    serving = asyncio.create_task(door.run())
    transport = RedisTransport(make_client(url, 5, 5, 4), make_client(url, None, 5, 4), "led")
    try:
        assert await transport.call("r1", b"hello", 10) == b"HELLO"
        async with transport.views() as views:
            await door.publish(b"view")
            assert await anext(views) == b"view"
    finally:
        serving.cancel()
        await asyncio.wait([serving])
        await transport.close()


async def test_a_cluster_that_cannot_be_reached_is_told() -> None:
    for address in ("redis+cluster://127.0.0.1:1", "redis+sentinel://127.0.0.1:1/main"):
        link = RedisLink(address, CLOCK)
        with pytest.raises(RedisUnavailable):
            await link.connect()
        await link.close()


def test_addresses_are_understood() -> None:
    several = read_address("rediss+sentinel://ana:p%40ss@one:1,two/main/3")
    assert several.layout is Layout.SENTINEL
    assert several.hosts == (("one", 1), ("two", 26_379))
    assert (several.username, several.password, several.service, several.database) == ("ana", "p@ss", "main", 3)
    assert several.tls
    assert read_address("redis+cluster://[::1]:7000").hosts == (("::1", 7000),)
    for wrong in (
        "http://x", "redis+sentinel://one", "redis+cluster://one/1", "redis+ring://x", "redis+cluster://", "redis",
        "redis+cluster://one:port", "redis+cluster://,",
    ):  # fmt: skip
        with pytest.raises(ValueError):  # noqa: PT011  # the text is for programmers
            read_address(wrong)
    assert "p%40ss" not in safe_url(several.url)
