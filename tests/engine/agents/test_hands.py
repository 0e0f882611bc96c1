"""How many tasks an agent holds, in which order it does them, and what it gives back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.agents import Job
from engine.agents.attempt import Attempts
from engine.agents.deadlines import Deadlines
from engine.agents.hands import Hands
from engine.agents.output_buffer import OutputBuffer
from engine.agents.report_buffer import ReportBuffer
from engine.clock import SystemClock
from engine.coordination.connection import RedisLink
from engine.coordination.coordinator import RedisCoordinator
from engine.coordination.messages import Claim, QueuedTask, Report, ReportKind
from engine.settings.agents import AgentSettings
from tests.engine.agents.test_worker import QUICK, Floor

CLOCK = SystemClock()
BODY = '{{"id": "{0}", "title": "t", "type": "work", "payload": "{{}}"}}'


class Bench:
    """Hands whose tasks go on when they are told to."""

    def __init__(self, *, ahead: int = 8, seconds: float = 10.0, lanes: int = 2) -> None:
        self.order: list[str] = []
        self.ended: list[Report] = []
        self.gates: dict[str, asyncio.Event] = {}

        async def work(job: Job) -> str:
            self.order.append(job.id)
            if job.id in self.gates:
                await self.gates[job.id].wait()
            return ""

        attempts = Attempts({"work": work}, AgentSettings(), CLOCK, OutputBuffer(None))
        self.hands = Hands(
            attempts, CLOCK, lanes=lanes, ahead=ahead, ahead_seconds=seconds, lease_seconds=30,
            began=lambda work: None, ended=self.ended.append,
        )  # fmt: skip
        self.lanes = [asyncio.create_task(self.hands.lane()) for _ in range(lanes)]

    def take(self, *names: str, hold: bool = False, ago: float = 0) -> None:
        for name in names:
            if hold:
                self.gates[name] = asyncio.Event()
            self.hands.take(Claim(name, 7, 1, BODY.format(name).encode()), CLOCK.monotonic() - ago)

    async def settle(self) -> None:
        for _ in range(20):
            await asyncio.sleep(0)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    bench = Bench()
    yield bench
    for lane in bench.lanes:
        lane.cancel()
    await asyncio.wait(bench.lanes)


async def test_long_tasks_are_taken_one_by_one_and_short_ones_ahead(bench: Bench) -> None:
    assert bench.hands.wanted() == 2
    bench.take("a", "b")
    await bench.settle()
    assert [report.kind for report in bench.ended] == [ReportKind.COMPLETED] * 2
    # By now it is known that they are short.
    assert bench.hands.wanted() == 10
    bench.take("c", "d", hold=True)
    bench.take(*"efgh")
    await bench.settle()
    assert (bench.order, bench.hands.waiting) == (list("abcd"), 4)
    # More than half of what it may hold is in hand.
    assert bench.hands.wanted() == 0
    bench.gates["c"].set()
    await bench.settle()
    assert bench.order == list("abcdefgh")


async def test_what_waits_too_long_behind_others_is_given_back() -> None:
    bench = Bench(seconds=0.1)
    bench.take("a", "b", hold=True)
    await bench.settle()
    bench.take("c", ago=2)
    bench.take("d")
    bench.hands.look_after()
    assert [(report.id, report.kind) for report in bench.ended] == [("c", ReportKind.RELEASED)]
    bench.hands.stop_all("enough")
    await asyncio.wait_for(bench.hands.empty.wait(), 10)
    assert {(report.id, report.data) for report in bench.ended[1:]} == {
        ("a", "enough"),
        ("b", "enough"),
        ("d", "enough"),
    }
    for lane in bench.lanes:
        lane.cancel()
    await asyncio.wait(bench.lanes)


async def test_a_lapsed_claim_is_let_go_without_a_word(bench: Bench) -> None:
    bench.take("a", "b", hold=True)
    await bench.settle()
    bench.take("stale", ago=31)
    next(iter(bench.hands.works.values())).renewed -= 31
    bench.hands.look_after()
    await bench.settle()
    assert bench.ended == []
    assert sorted(bench.hands.works) == ["b"]
    bench.take("next")
    await bench.settle()
    assert bench.order == ["a", "b", "next"]
    bench.gates["b"].set()


async def test_a_lane_outlives_the_task_that_is_stopped_in_it(bench: Bench) -> None:
    for name in ("a", "b", "c", "d"):
        bench.take(name, hold=True)
        await bench.settle()
        if len(bench.hands.running()) == 2:
            bench.hands.stop(bench.hands.works[name], "why")
            await bench.settle()
    assert [(report.id, report.data) for report in bench.ended] == [("b", "why"), ("c", "why"), ("d", "why")]
    assert not any(lane.done() for lane in bench.lanes)
    bench.gates["a"].set()


async def test_a_deadline_ends_its_own_task_only() -> None:
    deadlines = Deadlines(CLOCK)
    running = asyncio.create_task(deadlines.run())
    with pytest.raises(TimeoutError):
        await deadlines.within(asyncio.sleep(60, "late"), 0.01)
    assert await deadlines.within(asyncio.sleep(0, "in time"), 60) == "in time"
    outer = asyncio.create_task(deadlines.within(asyncio.sleep(60, ""), 60))
    await asyncio.sleep(0)
    outer.cancel()
    with pytest.raises(asyncio.CancelledError):
        await outer
    running.cancel()
    await asyncio.wait([running])


async def test_what_began_and_ended_is_told_once_and_nothing_is_forgotten() -> None:
    sent: list[list[tuple[str, str]]] = []
    broken = [True]

    async def send(reports: object) -> None:
        if broken.pop() if broken else False:
            raise ConnectionError
        sent.append([(report.kind.value, report.id) for report in reports])  # type: ignore[attr-defined]  # reports

    telling = ReportBuffer(send, CLOCK, lambda: False)
    telling.begin(Claim("a", 1, 1, b""))
    telling.begin(Claim("b", 2, 1, b""))
    telling.say(Report(ReportKind.COMPLETED, "a", 1))
    with pytest.raises(ConnectionError):
        await telling.flush()
    assert len(telling) == 2
    await telling.until_due()
    await telling.flush()
    assert sent == [[("started", "b"), ("completed", "a")]]
    telling.say(Report(ReportKind.COMPLETED, "b", 2))
    await telling.flush()
    assert sent[1:] == [[("completed", "b")]]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 10), min_size=30, max_size=80))
async def test_under_load_nothing_overtakes_by_more_than_what_is_held_ahead(
    server_url: str, prefix: str, priorities: list[int]
) -> None:
    held = 3 + 8
    link = RedisLink(server_url, CLOCK, health_seconds=0.1)
    queue = RedisCoordinator(link.commands, link.blocking, f"{prefix}-{CLOCK.new_id()}")
    await queue.control(0, halted=False, paused=False)
    floor = Floor(queue, link)
    order: list[str] = []

    async def work(job: Job) -> str:
        order.append(job.id)
        return ""

    tasks = {f"t{place}": (priority, place) for place, priority in enumerate(priorities)}
    await queue.enqueue([
        QueuedTask(name, frozenset({"work"}), priority, 0, 3, BODY.format(name).encode(), type="work")
        for name, (priority, _) in tasks.items()
    ])  # fmt: skip
    async with floor.agent(settings=QUICK.model_copy(update={"ahead": 8}), work=work):
        for name in tasks:
            await floor.told(name, "completed")
    await link.close()
    assert sorted(order) == sorted(tasks)
    for place, name in enumerate(order):
        better = [other for other in order[place + 1 :] if tasks[other] < tasks[name]]
        # Everything was there before the agent began, so what it does is in order but for what its lanes hold.
        assert len(better) <= held
