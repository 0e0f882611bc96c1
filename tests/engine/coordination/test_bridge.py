"""SQL and Redis kept in step: published, projected once, fenced, and rebuilt when Redis forgot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine.clock import SystemClock
from engine.coordination.bridge import TaskBridge
from engine.coordination.client import link_errors
from engine.coordination.connection import RedisLink
from engine.coordination.coordinator import RedisCoordinator
from engine.coordination.messages import Claim, ClaimStatus, Report, ReportKind
from engine.governance.halt import Scope, halt, pause, resume, resume_all
from engine.storage import Database, Reader, StorageError, Superseded
from engine.tasks import NewTask, Task, TaskState, cancel, counts, get_task, pending_outbox, reprioritise, submit

from ..waiting import until_some

CLOCK = SystemClock()


@dataclass
class World:
    database: Database
    link: RedisLink
    queue: RedisCoordinator
    bridge: TaskBridge

    async def submit(self, title: str = "work", *after: Task, most: int = 3) -> Task:
        new = NewTask(title, depends_on=tuple(task.id for task in after), max_attempts=most)
        return await self.database.write(lambda tx: submit(tx, new, CLOCK.new_id(), "operator:ana"))

    async def task(self, task: Task) -> Task:
        return await self.database.read(lambda reader: get_task(reader, task.id))

    async def claim(self, most: int = 10, agent: str = "a") -> list[Claim]:
        return list((await self.queue.claim(agent, ["echo"], most)).claims)

    async def report(self, kind: ReportKind, claim: Claim, data: str = "") -> bool:
        return (await self.queue.report("a", [Report(kind, claim.id, claim.token, data)]))[0]

    async def turn(self) -> None:
        """What the services do, once."""
        await self.bridge.recognise()
        await self.bridge.push_controls()
        await self.bridge.drain()
        while await self.bridge.publish():
            pass


@pytest.fixture
async def world(server_url: str, prefix: str, tmp_path: Path) -> AsyncIterator[World]:
    link = RedisLink(server_url, CLOCK)
    queue = RedisCoordinator(link.commands, link.blocking, prefix)
    async with await Database.open(tmp_path / "engine.db", CLOCK) as database:
        world = World(database, link, queue, TaskBridge(database, link, queue, CLOCK, sweep_seconds=0.05))
        await world.turn()
        yield world
    await link.close()


async def test_a_task_goes_out_and_its_result_comes_back(world: World) -> None:
    task = await world.submit()
    await world.turn()
    [held] = await world.claim()
    await world.report(ReportKind.STARTED, held)
    await world.bridge.drain()
    assert (await world.task(task)).state is TaskState.ACTIVE
    await world.report(ReportKind.COMPLETED, held, "the result")
    await world.bridge.drain()
    after = await world.task(task)
    assert (after.state, after.result, after.agent, after.attempts) == (TaskState.DONE, "the result", "a", 1)
    assert await world.database.read(lambda reader: pending_outbox(reader, 10)) == []


async def test_a_released_attempt_does_not_count(world: World) -> None:
    task = await world.submit()
    await world.turn()
    [held] = await world.claim()
    await world.report(ReportKind.RELEASED, held)
    await world.bridge.drain()
    after = await world.task(task)
    assert (after.state, after.attempts) == (TaskState.PENDING, 0)


async def test_dependants_follow_in_order(world: World) -> None:
    first = await world.submit("first")
    second = await world.submit("second", first)
    await world.turn()
    [held] = await world.claim()
    assert held.id == first.id
    await world.report(ReportKind.STARTED, held)
    await world.report(ReportKind.COMPLETED, held)
    await world.turn()
    assert [claim.id for claim in await world.claim()] == [second.id]


async def test_a_hopeless_task_is_dead_and_its_dependants_fail(world: World) -> None:
    first = await world.submit("first")
    second = await world.submit("second", first)
    await world.turn()
    [held] = await world.claim()
    await world.report(ReportKind.DEAD, held, "cannot be done")
    await world.turn()
    dead = await world.task(first)
    assert (dead.state, dead.error) == (TaskState.DEAD, "cannot be done")
    assert (await world.task(second)).state is TaskState.FAILED


async def test_a_cancelled_task_is_taken_from_its_agent(world: World) -> None:
    task = await world.submit()
    await world.turn()
    [held] = await world.claim()
    await world.database.write(lambda tx: cancel(tx, task.id, "operator:ana", "enough"))
    await world.turn()
    assert not await world.report(ReportKind.COMPLETED, held)
    assert (await world.task(task)).state is TaskState.CANCELLED


async def test_a_new_priority_reaches_the_queue(world: World) -> None:
    await world.submit("first")
    urgent = await world.submit("urgent")
    await world.turn()
    await world.database.write(lambda tx: reprioritise(tx, urgent.id, 1, "operator:ana"))
    await world.turn()
    assert (await world.claim(1))[0].id == urgent.id


async def test_publishing_twice_gives_the_work_out_once(world: World) -> None:
    task = await world.submit()
    entries = await world.database.read(lambda reader: pending_outbox(reader, 10))
    await world.turn()
    [held] = await world.claim()
    await world.report(ReportKind.STARTED, held)
    await world.report(ReportKind.COMPLETED, held, "once")
    # As if the process had died between telling Redis and settling the outbox.
    await world.database.write(
        lambda tx: tx.execute("INSERT INTO task_outbox (task_id, op) VALUES (?, ?)", (task.id, entries[0].op))
    )
    restarted = TaskBridge(world.database, world.link, world.queue, CLOCK)
    while await restarted.publish():
        pass
    assert await world.claim() == []
    assert (await world.task(task)).result == "once"


async def test_what_the_server_could_not_be_told_stays_in_the_outbox(world: World, redis: Redis, prefix: str) -> None:
    task = await world.submit()
    await world.bridge.recognise()
    await world.bridge.push_controls()
    await redis.set(f"{{{prefix}:0}}:tasks", "a stranger's")
    with pytest.raises(link_errors()):
        await world.bridge.publish()
    await redis.delete(f"{{{prefix}:0}}:tasks")
    await world.turn()
    assert [claim.id for claim in await world.claim()] == [task.id]


async def test_a_result_that_could_not_be_written_down_stays_in_the_stream(world: World) -> None:
    task = await world.submit()
    await world.turn()
    [held] = await world.claim()
    await world.report(ReportKind.STARTED, held)
    await world.report(ReportKind.COMPLETED, held, "kept")

    def full(_: Reader) -> None:
        raise Superseded("the disk is full")

    world.database.fence(full)
    with pytest.raises(StorageError):
        await world.bridge.project_next()
    world.database.fence(lambda _: None)
    await world.bridge.drain()
    assert (await world.task(task)).result == "kept"


async def test_redis_that_forgot_everything_is_told_again(world: World, redis: Redis) -> None:
    tasks = [await world.submit(f"{number}") for number in range(4)]
    await world.turn()
    waiting, done, held, unread = tasks[3], *(await world.claim(3))
    await world.report(ReportKind.STARTED, done)
    await world.report(ReportKind.COMPLETED, done, "kept")
    await world.bridge.drain()
    await world.report(ReportKind.STARTED, unread)
    await redis.flushall()
    assert (await world.queue.claim("a", ["echo"], 9)).status is ClaimStatus.UNREADY
    assert await world.bridge.recognise()
    assert await world.bridge.reconcile() == 3
    await world.turn()
    again = {claim.id: claim for claim in await world.claim()}
    assert again.keys() == {waiting.id, held.id, unread.id}
    assert again[held.id].token > held.token
    assert again[held.id].attempt == 2
    assert not await world.report(ReportKind.COMPLETED, held, "stale")
    assert await world.bridge.reconcile() == 0
    for claim in again.values():
        await world.report(ReportKind.STARTED, claim)
        await world.report(ReportKind.COMPLETED, claim, "new")
    await world.bridge.drain()
    results = [(await world.task(task)).result for task in tasks]
    assert results == ["kept", "new", "new", "new"]


async def test_what_ended_here_but_is_queued_there_is_taken_back(world: World) -> None:
    task = await world.submit()
    await world.turn()
    await world.database.write(lambda tx: cancel(tx, task.id, "operator:ana"))
    await world.database.write(lambda tx: tx.execute("DELETE FROM task_outbox"))
    [held] = await world.claim()
    await world.bridge.drain()
    assert await world.queue.renew("a", [held]) == [held]


async def test_what_is_stopped_here_is_stopped_there(world: World) -> None:
    async def status() -> ClaimStatus:
        await world.bridge.push_controls()
        return (await world.queue.claim("worker", ["echo"], 1)).status

    await world.database.write(lambda tx: halt(tx, "ana", ""))
    assert await status() is ClaimStatus.HALTED
    await world.database.write(lambda tx: resume_all(tx, "ana"))
    assert await status() is ClaimStatus.OK
    await world.database.write(lambda tx: pause(tx, Scope.QUEUE, "tasks", "ana", ""))
    assert await status() is ClaimStatus.PAUSED
    await world.database.write(lambda tx: resume(tx, Scope.QUEUE, "tasks", "ana"))
    await world.database.write(lambda tx: pause(tx, Scope.AGENT, "worker", "ana", ""))
    assert await status() is ClaimStatus.PAUSED


async def test_the_services_do_it_by_themselves_and_survive_a_flush(world: World, redis: Redis) -> None:
    world.database.observe(world.bridge.on_commit)
    services = [
        world.link.run(),
        world.bridge.run_publisher(),
        world.bridge.run_projector(),
        world.bridge.run_sweeper(),
    ]
    running = [asyncio.create_task(service) for service in services]
    try:
        for flush in (False, True):
            task = await world.submit()
            if flush:
                await redis.flushall()

            async def claimed() -> list[Claim] | None:
                return await world.claim() or None

            [held] = await until_some(claimed)
            await world.report(ReportKind.STARTED, held)
            await world.report(ReportKind.COMPLETED, held)

            async def done(task: Task = task) -> bool | None:
                return (await world.task(task)).state is TaskState.DONE or None

            await until_some(done)
        assert await world.database.read(counts) == {TaskState.DONE: 2}
        assert not any(service.done() for service in running)
    finally:
        for service in running:
            service.cancel()
        await asyncio.wait(running)
