"""The queue against a model of it: whatever is done in whatever order, both say the same."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from engine.clock import SystemClock
from engine.coordination.client import make_client
from engine.coordination.coordinator import ORIGIN, RedisCoordinator
from engine.coordination.embedded import EmbeddedServer
from engine.coordination.messages import Claim, QueuedTask, Report, ReportKind

T = TypeVar("T")
NOW = 1_800_000_000_000
LEASE = 30_000
LAPSES = 10
_RUNS = itertools.count()
_PRIORITIES = st.lists(st.integers(1, 3), min_size=1, max_size=5)
_NEEDS = st.sampled_from([("a",), ("b",), ("a", "x")])


@dataclass
class Known:
    """A task as the model has it."""

    priority: int
    arrival: int
    needs: frozenset[str]
    attempts: int = 0
    lapses: int = 0
    due: int | None = None
    claim: Claim | None = None
    until: int = 0
    started: bool = False


class Server:
    """One server for all runs."""

    loop = asyncio.new_event_loop()
    folder: Path
    server: EmbeddedServer


class Machine(RuleBasedStateMachine):
    """Does to both what is done to one."""

    def __init__(self) -> None:
        super().__init__()
        self.client = make_client(Server.server.url, None, 5, 8)
        self.queue = RedisCoordinator(self.client, self.client, f"m{next(_RUNS)}", lease_seconds=LEASE / 1000)
        self.run(self.queue.control(0, halted=False, paused=False))
        self.now = NOW
        self.tasks: dict[str, Known] = {}
        self.old: list[Claim] = []
        self.newest = 0
        self.ended: list[str] = []
        self.made = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return Server.loop.run_until_complete(work)

    def teardown(self) -> None:
        self.run(self.client.aclose())

    @rule(
        priorities=st.lists(st.integers(1, 3), min_size=1, max_size=5), needs=_NEEDS, delay=st.sampled_from([0, 0, 50])
    )
    def enqueue(self, priorities: list[int], needs: tuple[str, ...], delay: int) -> None:
        tasks = []
        for priority in priorities:
            self.made += 1
            name = f"t{self.made}"
            due = self.now + delay if delay else 0
            tasks.append(QueuedTask(name, frozenset(needs), priority, 0, 2, name.encode(), type=needs[0], due_ms=due))
            self.tasks[name] = Known(priority, self.made, frozenset(needs), due=due or None)
        assert self.run(self.queue.enqueue(tasks, now_ms=self.now)) == len(tasks)
        assert self.run(self.queue.enqueue(tasks[:1], now_ms=self.now)) == 0

    @rule(most=st.integers(1, 6), able=st.sampled_from([("a",), ("a", "b"), ("a", "b", "x"), ("x",)]))
    def claim(self, most: int, able: tuple[str, ...]) -> None:
        self._promote()
        waiting = [
            (one.priority, one.arrival, name)
            for name, one in self.tasks.items()
            if one.claim is None and one.due is None and one.needs <= set(able)
        ]
        expected = [name for _, _, name in sorted(waiting)[:most]]
        claims = self.run(self.queue.claim("w", able, most, now_ms=self.now)).claims
        assert [claim.id for claim in claims] == expected
        for claim in claims:
            one = self.tasks[claim.id]
            assert claim.token > self.newest
            assert claim.attempt == one.attempts + 1
            self.newest = claim.token
            one.claim, one.until, one.started = claim, self.now + LEASE, False

    @precondition(lambda self: any(one.claim for one in self.tasks.values()))
    @rule(data=st.data(), kind=st.sampled_from(list(ReportKind)))
    def report(self, data: st.DataObject, kind: ReportKind) -> None:
        name = data.draw(st.sampled_from(sorted(name for name, one in self.tasks.items() if one.claim)))
        one = self.tasks[name]
        assert one.claim is not None
        report = Report(kind, name, one.claim.token, "said", 70)
        assert self.run(self.queue.report("w", [report], now_ms=self.now)) == [True]
        attempt = one.claim.attempt
        if kind is ReportKind.STARTED:
            one.started = True
            return
        self.old.append(one.claim)
        one.claim = None
        if kind is ReportKind.RETRY and attempt < 2:
            one.attempts, one.due = attempt, self.now + 70
        elif kind is not ReportKind.RELEASED:
            del self.tasks[name]
            self.ended.append(name)

    @precondition(lambda self: self.old)
    @rule(data=st.data(), kind=st.sampled_from(list(ReportKind)))
    def report_late(self, data: st.DataObject, kind: ReportKind) -> None:
        claim = data.draw(st.sampled_from(self.old))
        assert self.run(self.queue.report("w", [Report(kind, claim.id, claim.token)], now_ms=self.now)) == [False]
        assert self.run(self.queue.renew("w", [claim], now_ms=self.now)) == [claim]

    @precondition(lambda self: any(one.claim for one in self.tasks.values()))
    @rule()
    def renew(self) -> None:
        held = [one for one in self.tasks.values() if one.claim]
        assert self.run(self.queue.renew("w", [one.claim for one in held if one.claim], now_ms=self.now)) == []
        for one in held:
            one.until = self.now + LEASE

    @rule(step=st.sampled_from([1, 60, LEASE // 2, LEASE]))
    def pass_time(self, step: int) -> None:
        self.now += step

    @rule()
    def reap(self) -> None:
        lapsed = [name for name, one in self.tasks.items() if one.claim and one.until <= self.now]
        found, _ = self.run(self.queue.reap(now_ms=self.now))
        assert found == len(lapsed)
        for name in lapsed:
            one = self.tasks[name]
            assert one.claim is not None
            self.old.append(one.claim)
            if one.started:
                one.attempts = one.claim.attempt
            else:
                one.lapses += 1
            one.claim = None
            if one.attempts >= 2 or one.lapses >= LAPSES:
                del self.tasks[name]
                self.ended.append(name)
        self._promote()

    @precondition(lambda self: self.tasks)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.tasks)))
        assert self.run(self.queue.cancel([name, "unknown"])) == 1
        claim = self.tasks.pop(name).claim
        if claim:
            self.old.append(claim)

    @precondition(lambda self: self.tasks)
    @rule(data=st.data(), priority=st.integers(1, 3))
    def reprioritise(self, data: st.DataObject, priority: int) -> None:
        name = data.draw(st.sampled_from(sorted(self.tasks)))
        one = self.tasks[name]
        assert self.run(self.queue.reprioritise(name, priority)) == (one.claim is None)
        if one.claim is None:
            one.priority = priority

    @invariant()
    def the_numbers_agree(self) -> None:
        if not self.made:
            return
        found = self.run(self.queue.statistics())
        held = sum(one.claim is not None for one in self.tasks.values())
        delayed = sum(one.due is not None for one in self.tasks.values())
        assert (found.leased, found.delayed, found.pending) == (held, delayed, len(self.tasks) - held - delayed)
        every = {f"t{number}" for number in range(1, self.made + 1)}
        assert self.run(self.queue.known(sorted(every))) == set(self.tasks)
        told = self.run(self.queue.read_results(ORIGIN, 100_000))
        ends = [event.id for event in told if event.kind.value in {"completed", "dead"}]
        assert ends == self.ended
        assert found.results == len(told)

    def _promote(self) -> None:
        for one in self.tasks.values():
            if one.due is not None and one.due <= self.now:
                one.due = None


@pytest.fixture(scope="module", autouse=True)
def _server() -> Any:
    Server.folder = Path(tempfile.mkdtemp(prefix="wf-"))
    Server.server = EmbeddedServer(Server.folder, SystemClock())
    with contextlib.closing(Server.loop):
        Server.loop.run_until_complete(Server.server.start())
        yield
        Server.loop.run_until_complete(Server.server.stop())
    shutil.rmtree(Server.folder)


TestMachine = Machine.TestCase
TestMachine.settings = settings(
    max_examples=25, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
