"""An agent at a real queue: what keeps failing is left alone, one that drains leaves, output comes before the end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import pytest

from engine.agents import AutonomousAgent, Executor, Job
from engine.agents.executors import echo
from engine.agents.job import Source
from engine.clock import SystemClock
from engine.coordination.connection import RedisLink
from engine.coordination.coordinator import ORIGIN, RedisCoordinator
from engine.coordination.messages import QueuedTask
from engine.coordination.output import OutputStream
from engine.coordination.presence import AgentInfo
from engine.settings.agents import AgentSettings, BreakerSettings, CoderSettings, CommandSettings
from engine.settings.coordination import RetrySettings

from ..waiting import until_some

CLOCK = SystemClock()
RULES = AgentSettings(
    presence_seconds=0.1,
    poll_seconds=0.1,
    retry=RetrySettings(base_seconds=0, cap_seconds=0),
    breaker=BreakerSettings(failures=2, open_seconds=0.5),
)


class Floor:
    """A queue, an agent, and who is there."""

    def __init__(self, link: RedisLink, queue: RedisCoordinator, prefix: str) -> None:
        self.link, self.queue = link, queue
        self.stream = OutputStream(link.commands, link.blocking, prefix)
        self._channel = f"{{{prefix}}}:control"

    async def put(self, task_id: str, kind: str, most: int = 20) -> None:
        body = b'{"id":"%s","title":"T","type":"%s","payload":"{}"}' % (task_id.encode(), kind.encode())
        await self.queue.enqueue([QueuedTask(task_id, frozenset({kind}), 5, 0, most, body)])

    async def ended(self, task_id: str) -> str:
        async def look() -> str | None:
            events = [one for one in await self.queue.read_results(ORIGIN) if one.id == task_id]
            return next((one.data for one in events if one.kind.value == "completed"), None)

        return await until_some(look)

    async def info(self) -> AgentInfo | None:
        found = await self.queue.agents()
        return AgentInfo.model_validate_json(found[0].info) if found else None

    async def drain(self, agent: str) -> None:
        await self.link.commands.publish(self._channel, f"drain {agent}")

    async def usual_seconds(self, rules: AgentSettings, kind: str, payload: str = "{}") -> float:
        """How long a task that says nothing of it may take."""
        seen: asyncio.Queue[float] = asyncio.Queue()

        async def work(job: Job) -> str:
            seen.put_nowait(job.timeout_seconds)
            return ""

        body = {"id": kind, "title": "T", "type": kind, "payload": payload}
        await self.queue.enqueue([QueuedTask(kind, frozenset({kind}), 5, 0, 1, json.dumps(body).encode())])
        agent = AutonomousAgent("a", self.link, self.queue, {kind: work}, rules, CLOCK, concurrency=1)
        stop = asyncio.Event()
        running = asyncio.create_task(agent.run(stop))
        try:
            return await asyncio.wait_for(seen.get(), 10)
        finally:
            stop.set()
            await running

    def start(self, **executors: Executor) -> tuple[asyncio.Task[None], asyncio.Event]:
        stop = asyncio.Event()
        agent = AutonomousAgent(
            "a", self.link, self.queue, executors, RULES, CLOCK, concurrency=2, output=self.stream.append
        )
        return asyncio.create_task(agent.run(stop)), stop


@pytest.fixture
async def floor(server_url: str, prefix: str) -> AsyncIterator[Floor]:
    link = RedisLink(server_url, CLOCK, health_seconds=0.1)
    queue = RedisCoordinator(link.commands, link.blocking, prefix)
    await queue.control(0, halted=False, paused=False)
    yield Floor(link, queue, prefix)
    await link.close()


async def test_what_keeps_failing_is_left_alone_and_tried_once(floor: Floor) -> None:
    well = asyncio.Event()
    tries = 0

    async def sick(job: Job) -> str:
        nonlocal tries
        tries += 1
        if not well.is_set():
            raise RuntimeError("ill")
        return "well"

    running, stop = floor.start(sick=sick, echo=echo)
    await floor.put("t1", "sick")

    async def opened() -> AgentInfo | None:
        info = await floor.info()
        return info if info and any(one.state == "open" for one in info.breakers) else None

    info = await until_some(opened)
    assert [one.name for one in info.breakers] == ["sick"]
    # The others go on meanwhile.
    await floor.put("t2", "echo")
    assert await floor.ended("t2") == "{}"
    seen = tries
    assert seen >= 2
    well.set()
    assert await floor.ended("t1") == "well"
    assert tries <= seen + 3

    async def closed() -> AgentInfo | None:
        info = await floor.info()
        return info if info and not info.breakers else None

    await until_some(closed)
    stop.set()
    await running


@pytest.mark.parametrize(
    ("kind", "payload", "seconds"),
    [
        ("build", "{}", 20),
        ("coder", "{}", 1_800),
        ("command", '{"name":"build"}', 20),
        ("command", '{"name":"other"}', 7),
        ("echo", "{}", 7),
    ],
)
async def test_a_program_may_take_as_long_as_its_own_settings_say(
    floor: Floor, kind: str, payload: str, seconds: float
) -> None:
    rules = AgentSettings(
        default_timeout_seconds=7,
        commands={"build": CommandSettings(argv=("make",), timeout_seconds=20)},
        coders={"coder": CoderSettings(argv=("code",))},
    )
    assert await floor.usual_seconds(rules, kind, payload) == seconds


async def test_one_that_drains_ends_its_work_takes_nothing_more_and_leaves(floor: Floor) -> None:
    began, go = asyncio.Event(), asyncio.Event()

    async def slow(job: Job) -> str:
        began.set()
        await go.wait()
        return "done"

    running, _ = floor.start(slow=slow, echo=echo)
    await floor.put("t1", "slow")
    await began.wait()
    await floor.drain("somebody else")
    await floor.drain("a")

    async def leaving() -> AgentInfo | None:
        info = await floor.info()
        return info if info and info.draining else None

    assert len((await until_some(leaving)).running) == 1
    await floor.put("t2", "echo")
    go.set()
    await running
    assert await floor.ended("t1") == "done"
    assert await floor.info() is None
    assert (await floor.queue.statistics()).pending == 1


async def test_all_that_a_task_wrote_is_there_when_it_has_ended(floor: Floor) -> None:
    async def chatty(job: Job) -> str:
        for number in range(200):
            job.say(Source.STDOUT, f"line {number}\n")
        return "said"

    running, stop = floor.start(chatty=chatty)
    await floor.put("t1", "chatty")
    await floor.ended("t1")
    pieces = await floor.stream.read("0-0", 1_000)
    assert "".join(one.text for one in pieces) == "".join(f"line {number}\n" for number in range(200))
    assert {one.task_id for one in pieces} == {"t1"}
    assert len({one.token for one in pieces}) == 1
    stop.set()
    await running
