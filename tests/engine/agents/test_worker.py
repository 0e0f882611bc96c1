"""An agent at work: takes, does, tells, lets go; and a whole way from the database through a process and back."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine.agents import AutonomousAgent, Executor, Job, JobFailed
from engine.agents.executors import echo
from engine.clock import SimulatedClock, SystemClock
from engine.coordination.bridge import TaskBridge
from engine.coordination.connection import RedisLink
from engine.coordination.coordinator import ORIGIN, RedisCoordinator
from engine.coordination.embedded import EmbeddedServer
from engine.coordination.messages import StreamEvent
from engine.coordination.presence import status_of
from engine.coordination.translate import queued
from engine.settings.agents import AgentSettings
from engine.settings.coordination import RetrySettings
from engine.storage import Database
from engine.tasks import NewTask, Task, TaskState, get_task, submit

from ..waiting import gone, until, until_some

CLOCK = SystemClock()
QUICK = AgentSettings(
    presence_seconds=0.1, poll_seconds=0.2, grace_seconds=0.1, retry=RetrySettings(base_seconds=0, cap_seconds=0)
)
AGENT = """
import asyncio, pathlib, signal, sys, types
from engine.agents import run_agent
from engine.settings.agents import AgentSettings
from engine.settings.coordination import CoordinationSettings
from engine.settings.telemetry import TelemetrySettings
async def main():
    root = pathlib.Path(sys.argv[1])
    place = types.SimpleNamespace(root=root, state=root)
    rules = types.SimpleNamespace(
        coordination=CoordinationSettings.model_validate_json(sys.argv[2]),
        agents=AgentSettings.model_validate_json(sys.argv[3]),
        telemetry=TelemetrySettings(),
    )
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await run_agent(place, rules, agent_id=sys.argv[4], stop=stop)
asyncio.run(main())
"""


class Floor:
    """A queue with its agents."""

    def __init__(self, queue: RedisCoordinator, link: RedisLink) -> None:
        self.queue = queue
        self.link = link
        self._tasks = 0

    async def put(self, kind: str = "echo", payload: str = "{}", *, most: int = 3) -> str:
        self._tasks += 1
        body = NewTask("title", kind, payload, max_attempts=most)
        return await self.put_new(body, f"t{self._tasks}")

    async def put_new(self, new: NewTask, task_id: str) -> str:
        now = CLOCK.now()
        task = Task(
            task_id, new.title, "", new.type, new.payload, new.priority, new.capabilities, None, new.max_attempts,
            None, TaskState.PENDING, 0, 0, "", "", "", now, now, now, None, None,
        )  # fmt: skip
        await self.queue.enqueue([queued(task)])
        return task_id

    @asynccontextmanager
    async def agent(
        self, name: str = "a", settings: AgentSettings = QUICK, **executors: Executor
    ) -> AsyncIterator[asyncio.Event]:
        stop = asyncio.Event()
        known = executors or {"echo": echo}
        agent = AutonomousAgent(name, self.link, self.queue, known, settings, CLOCK, concurrency=2)
        running = asyncio.create_task(agent.run(stop))
        try:
            yield stop
        finally:
            stop.set()
            await running

    async def told(self, task_id: str, kind: str) -> StreamEvent:
        async def look() -> StreamEvent | None:
            events = await self.queue.read_results(ORIGIN)
            return next((event for event in events if (event.id, event.kind.value) == (task_id, kind)), None)

        return await until_some(look)

    async def kinds(self, task_id: str) -> list[str]:
        return [event.kind.value for event in await self.queue.read_results(ORIGIN) if event.id == task_id]


@pytest.fixture
async def floor(server_url: str, prefix: str, request: pytest.FixtureRequest) -> AsyncIterator[Floor]:
    link = RedisLink(server_url, CLOCK, health_seconds=0.1)
    queue = RedisCoordinator(link.commands, link.blocking, prefix, lease_seconds=getattr(request, "param", 30.0))
    await queue.control(0, halted=False, paused=False)
    yield Floor(queue, link)
    await link.close()


async def test_work_is_done_and_told(floor: Floor) -> None:
    tasks = [await floor.put(payload=f'{{"n":{number}}}') for number in range(5)]
    async with floor.agent():
        for number, task in enumerate(tasks):
            assert (await floor.told(task, "completed")).data == f'{{"n":{number}}}'
        late = await floor.put(payload='{"late":true}')
        assert (await floor.told(late, "completed")).data == '{"late":true}'
    # What ends at once is told once.
    assert await floor.kinds(late) == ["claimed", "completed"]


async def test_a_failing_executor_is_tried_again_and_then_dead(floor: Floor) -> None:
    async def fragile(job: Job) -> str:
        if job.attempt < 2:
            raise RuntimeError("not yet")
        return "at last"

    async def hopeless(job: Job) -> str:
        raise JobFailed("never", why="by nature", retry=False)

    async with floor.agent(fragile=fragile, hopeless=hopeless):
        task = await floor.put("fragile")
        assert (await floor.told(task, "completed")).data == "at last"
        assert (await floor.told(task, "failed")).data == "RuntimeError: not yet"
        never = await floor.put("hopeless")
        assert (await floor.told(never, "dead")).data.startswith("never: by nature (It was not tried again")
        assert await floor.kinds(never) == ["claimed", "dead"]


async def test_a_cancelled_task_is_stopped_while_it_runs(floor: Floor) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def endless(job: Job) -> str:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return ""

    async with floor.agent(endless=endless):
        task = await floor.put("endless")
        await began.wait()
        await floor.queue.cancel([task])
        await ended.wait()
    assert "released" not in await floor.kinds(task)


@pytest.mark.parametrize("floor", [1.0], indirect=True)
async def test_a_running_task_keeps_its_lease(floor: Floor) -> None:
    began = asyncio.Event()
    finish = asyncio.Event()

    async def patient(job: Job) -> str:
        began.set()
        await finish.wait()
        return "kept"

    async with floor.agent(patient=patient):
        task = await floor.put("patient")
        await began.wait()
        lease = CLOCK.monotonic() + 1.5
        while CLOCK.monotonic() < lease:
            assert await floor.queue.reap() == (0, 0)
            await asyncio.sleep(0.05)
        finish.set()
        assert (await floor.told(task, "completed")).data == "kept"


async def test_a_stopping_agent_gives_back_what_it_cannot_finish(floor: Floor) -> None:
    began = asyncio.Event()

    async def endless(job: Job) -> str:
        began.set()
        await asyncio.Event().wait()
        return ""

    task = await floor.put("endless", most=1)
    async with floor.agent("first", endless=endless) as stop:
        await began.wait()
        stop.set()
    assert await floor.kinds(task) == ["claimed", "started", "released"]
    assert await floor.queue.agents() == []
    async with floor.agent("second", endless=echo):
        await floor.told(task, "completed")


async def test_an_agent_shows_itself(floor: Floor) -> None:
    began = asyncio.Event()

    async def endless(job: Job) -> str:
        began.set()
        await asyncio.Event().wait()
        return ""

    async with floor.agent(endless=endless):
        task = await floor.put("endless")
        await began.wait()

        async def busy() -> bool | None:
            seen = [status_of(presence, 15) for presence in await floor.queue.agents()]
            return any(s.state == "busy" and s.info and s.info.running[0].id == task for s in seen) or None

        await until_some(busy)
    assert status_of((await _silent(floor))[0], 0).state == "lost"


async def _silent(floor: Floor) -> list:  # type: ignore[type-arg]  # read for one field
    await floor.queue.beat("quiet", b"not json")
    return await floor.queue.agents()


async def test_an_agent_waits_out_a_lost_server(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, CLOCK)
    await server.start()
    link = RedisLink(server.url, CLOCK, health_seconds=0.05)
    try:
        floor = Floor(RedisCoordinator(link.commands, link.blocking, "x"), link)
        await floor.queue.control(0, halted=False, paused=False)
        async with floor.agent():
            await floor.told(await floor.put(), "completed")
            first = server.pid
            assert first is not None
            os.kill(first, signal.SIGKILL)
            await until(lambda: server.pid not in {None, first})
            other = RedisLink(server.url, CLOCK)
            again = Floor(RedisCoordinator(other.commands, other.blocking, "x"), other)
            await again.queue.control(0, halted=False, paused=False)
            await again.put_new(NewTask("again"), "again")
            await again.told("again", "completed")
            await other.close()
    finally:
        await link.close()
        await server.stop()


async def test_a_task_goes_through_another_process_and_its_result_comes_back_to_sql(
    server_url: str, prefix: str, tmp_path: Path
) -> None:
    link = RedisLink(server_url, CLOCK)
    queue = RedisCoordinator(link.commands, link.blocking, prefix, lease_seconds=1)
    rules = f'{{"url": "{server_url}", "prefix": "{prefix}", "lease_seconds": 1}}'
    agents = '{"commands": {"shout": {"argv": ["tr", "a-z", "A-Z"]}, "stuck": {"argv": ["sleep", "600"]}}}'

    def start(name: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-c", AGENT, str(tmp_path), rules, agents, name])

    async with await Database.open(tmp_path / "engine.db", CLOCK) as database:
        bridge = TaskBridge(database, link, queue, CLOCK, sweep_seconds=0.05)
        database.observe(bridge.on_commit)
        services = [link.run(), bridge.run_publisher(), bridge.run_projector(), bridge.run_sweeper()]
        running = [asyncio.create_task(service) for service in services]
        first, second = start("first"), start("second")
        try:
            new = NewTask("Count", "word_count", '{"text": "to be or not to be"}')
            counted = await database.write(lambda tx: submit(tx, new, CLOCK.new_id(), "operator:ana"))

            async def state(task: Task, wanted: TaskState) -> Task:
                async def look() -> Task | None:
                    found = await database.read(lambda reader: get_task(reader, task.id))
                    return found if found.state is wanted else None

                return await until_some(look)

            assert (await state(counted, TaskState.DONE)).result == "6"
            stuck = await database.write(
                lambda tx: submit(tx, NewTask("Stuck", "stuck", max_attempts=2), CLOCK.new_id(), "operator:ana")
            )
            held = await state(stuck, TaskState.ACTIVE)
            (first if held.agent == "first" else second).kill()

            async def taken_over() -> Task | None:
                found = await database.read(lambda reader: get_task(reader, stuck.id))
                return found if (found.state, found.attempts) == (TaskState.ACTIVE, 2) else None

            assert (await until_some(taken_over)).agent != held.agent
        finally:
            for process in (first, second):
                process.send_signal(signal.SIGTERM)
            for process in (first, second):
                process.wait(timeout=30)
                assert gone(process.pid)
            for service in running:
                service.cancel()
            await asyncio.wait(running)
            await link.close()


async def test_what_a_server_knows_nothing_of_is_let_go_at_the_next_renewal(
    floor: Floor, redis: Redis, prefix: str
) -> None:
    clock = SimulatedClock()
    began, cut_off = asyncio.Event(), asyncio.Event()

    async def endless(job: Job) -> str:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut_off.set()
        return ""

    task = await floor.put("endless")
    stop = asyncio.Event()
    agent = AutonomousAgent("a", floor.link, floor.queue, {"endless": endless}, QUICK, clock)
    running = asyncio.create_task(agent.run(stop))
    await began.wait()
    await redis.delete(f"{{{prefix}:0}}:held")
    # A third of the lease is over: by its own clock the agent could believe in it for twice as long.
    await clock.advance(floor.queue.lease_seconds / 3 + 1)
    await cut_off.wait()
    stop.set()
    await running
    assert "completed" not in await floor.kinds(task)
