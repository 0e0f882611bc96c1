"""The AutonomousAgent: claims what it can do, does it, and says what came of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from ..clock import Clock
from ..coordination.connection import RedisLink
from ..coordination.coordinator import RedisCoordinator
from ..coordination.faults import RedisUnavailable
from ..coordination.messages import Report, ReportKind
from ..coordination.output import Piece
from ..settings.agents import AgentSettings
from .attempt import Attempts
from .hands import Hands
from .job import Executor
from .output_buffer import OutputBuffer
from .report_buffer import ReportBuffer
from .tracing import AgentTraces
from .work import Work, sign_of_life

HALTED: Final = "everything was paused"
"""Why a task was given back, when an operator paused everything."""
STREAM_SECONDS: Final = 0.1
"""Least time between two sendings of what running tasks write."""
MOST_UNTOLD: Final = 2_000
"""With so many reports that could not be sent yet, an agent takes nothing more."""
FLUSH_SECONDS: Final = 2.0
"""How long a stopping agent tries to tell what it still has to tell."""


class AutonomousAgent:
    """One worker. It speaks to Redis alone; what it says becomes true when the engine has written it down.

    Args:
        agent_id: unique among agents.
        link: reaches the server; the agent runs its health check.
        coordinator: speaks to it.
        executors: what it can do, by task type.
        settings: how it works.
        clock: measures and waits.
        capabilities: what tasks may ask for besides the type.
        concurrency: how many tasks at a time.
        host, pid: this machine and process.
        output: takes what running tasks write; without it nobody can follow them.
        traces: tells of runs; nothing where nobody wants to know.
    """

    def __init__(
        self,
        agent_id: str,
        link: RedisLink,
        coordinator: RedisCoordinator,
        executors: Mapping[str, Executor],
        settings: AgentSettings,
        clock: Clock,
        *,
        capabilities: tuple[str, ...] = (),
        concurrency: int = 4,
        host: str = "",
        pid: int = 0,
        output: Callable[[Sequence[Piece]], Awaitable[None]] | None = None,
        traces: AgentTraces | None = None,
    ) -> None:
        self._id = agent_id
        self._link = link
        self._coordinator = coordinator
        self._outputs = OutputBuffer(output)
        self._attempts = Attempts(executors, settings, clock, self._outputs, traces)
        self._settings = settings
        self._clock = clock
        self._able = tuple(sorted({*executors, *settings.capabilities, *capabilities}))
        self._concurrency = concurrency
        self._host, self._pid = host, pid
        self._telling = ReportBuffer(self._report, clock, self._busy)
        self._hands = Hands(
            self._attempts,
            clock,
            lanes=concurrency,
            ahead=settings.ahead,
            ahead_seconds=settings.ahead_seconds,
            lease_seconds=coordinator.lease_seconds,
            began=self._began,
            ended=self._ended,
        )
        self._wake = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._more = False
        self._stopping = False
        self._halted = False
        self._draining = asyncio.Event()
        self._hears = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then let running tasks finish for the grace time and give the rest back."""
        services = [
            self._link.run(),
            self._whenever_up(self._beat),
            self._whenever_up(self._claim),
            self._whenever_up(self._listen),
            self._whenever_up(self._renew),
            self._whenever_up(self._send),
            self._whenever_up(self._stream),
            self._watch_leases(),
            self._attempts.deadlines.run(),
            *(self._hands.lane() for _ in range(self._concurrency)),
        ]
        running = [asyncio.create_task(service) for service in services]
        halt = asyncio.create_task(self._until_told(stop))
        try:
            await asyncio.wait({halt, *running}, return_when=asyncio.FIRST_COMPLETED)
            self._stopping = True
            # What the server is about to hand out is waited for, so that it can be given back at once.
            async with self._claiming:
                pass
            if stop.is_set():
                await self._finish(self._settings.grace_seconds)
        finally:
            if not any(service.done() for service in running):
                self._hands.stop_all("the agent stopped")
                await self._hands.empty.wait()
            await _cancel([halt, *running])
            await self._say_goodbye()
        for service in running:
            if not service.cancelled() and (error := service.exception()) is not None:
                raise error

    async def _until_told(self, stop: asyncio.Event) -> None:
        """Wait to be stopped, or to be asked to leave once everything in hand is done."""
        waiting = [asyncio.create_task(event.wait()) for event in (stop, self._draining)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            if not stop.is_set():
                waiting.append(asyncio.create_task(self._hands.empty.wait()))
                await asyncio.wait([waiting[0], waiting[-1]], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancel(waiting)

    def _allowed(self) -> tuple[tuple[str, ...], int]:
        """What to ask for now, and how many: what keeps failing is left out, or asked for once."""
        crowded = self._draining.is_set() or len(self._telling) > MOST_UNTOLD
        free = 0 if crowded else self._hands.wanted()
        shut = self._attempts.breakers.open(self._able)
        able = tuple(name for name in self._able if name not in shut)
        return able, min(free, 1) if self._attempts.breakers.probes(able) else free

    async def _claim(self) -> None:
        # Who takes a task must be able to hear that it was cancelled, or that the agent is to leave.
        await self._hears.wait()
        self._wake.clear()
        able, free = self._allowed()
        taken, wait = 0, self._settings.poll_seconds
        async with self._claiming:
            if free > 0 and able and not self._stopping:
                asked = self._clock.monotonic()
                answer = await self._coordinator.claim(self._id, able, free)
                taken = len(answer.claims)
                if answer.wait_seconds is not None:
                    wait = min(wait, answer.wait_seconds)
                for claim in answer.claims:
                    if self._halted:
                        # Handed out just before everything was paused; nothing of it has begun.
                        self._telling.say(Report(ReportKind.RELEASED, claim.id, claim.token, HALTED))
                    else:
                        self._hands.take(claim, asked)
                # A full claim may have left more behind; an emptier one has taken all that there was.
                self._more = taken >= free
        if free <= 0 or not self._more:
            with contextlib.suppress(TimeoutError):
                await self._clock.wait_for(self._wake.wait(), wait)

    def _began(self, work: Work) -> None:
        self._telling.begin(work.claim)

    def _ended(self, report: Report) -> None:
        self._telling.say(report)
        if self._more and not self._wake.is_set() and self._hands.wanted() > 0:
            self._wake.set()

    def _busy(self) -> bool:
        """More reports will follow within moments: of what is in hand, or of what a full claim is about to bring."""
        return self._hands.waiting > 0 or (self._more and self._claiming.locked())

    async def _report(self, reports: Sequence[Report]) -> None:
        # Whoever reads that a task has ended finds all that it wrote.
        await self._outputs.flush()
        await self._coordinator.report(self._id, reports)

    async def _send(self) -> None:
        await self._telling.until_due()
        await self._telling.flush()
        self._wake.set()

    async def _stream(self) -> None:
        await self._outputs.until_news()
        await self._outputs.flush()
        await self._clock.sleep(STREAM_SECONDS)

    async def _renew(self) -> None:
        await self._clock.sleep(self._coordinator.lease_seconds / 3)
        works = list(self._hands.works.values())
        asked = self._clock.monotonic()
        lost = {claim.id for claim in await self._coordinator.renew(self._id, [work.claim for work in works])}
        for work in works:
            if work.claim.id in lost:
                if self._hands.works.get(work.claim.id) is work:
                    self._hands.abandon(work)
            else:
                work.renewed = asked

    async def _watch_leases(self) -> None:
        """Let go of what could not be renewed in time, also while Redis is away: it is another agent's by now."""
        while True:
            await self._clock.sleep(min(1.0, self._coordinator.lease_seconds / 10))
            self._hands.look_after()

    async def _listen(self) -> None:
        async with self._coordinator.listen("tasks:new", "control", at_once=self._wake.set) as hints:
            # What was said before anybody listened is asked for.
            await self._sign()
            self._hears.set()
            self._wake.set()
            async for channel, text in hints:
                what, _, task_id = text.partition(" ")
                if channel == "control" and what == "cancel" and task_id in self._hands.works:
                    self._hands.abandon(self._hands.works[task_id])
                elif channel == "control" and what in {"halt", "state"}:
                    self._obey(halted=what == "halt")
                elif channel == "control" and what == "drain" and task_id == self._id:
                    self._draining.set()
                    await self._sign()
                if channel == "control":
                    # What was stopped may go on.
                    self._wake.set()

    async def _beat(self) -> None:
        await self._sign()
        await self._clock.sleep(self._settings.presence_seconds)

    async def _sign(self) -> None:
        info = sign_of_life(
            self._hands.running(),
            self._attempts,
            host=self._host,
            pid=self._pid,
            capabilities=self._able,
            concurrency=self._concurrency,
            lease_seconds=self._coordinator.lease_seconds,
            now=self._clock.monotonic(),
            draining=self._draining.is_set(),
        )
        halted, _ = await self._coordinator.beat(self._id, info.model_dump_json().encode())
        self._obey(halted=halted)

    def _obey(self, *, halted: bool) -> None:
        """Everything was paused, or may go on: what is in hand is stopped at once and given back."""
        self._halted = halted
        if halted:
            self._hands.stop_all(HALTED)

    async def _finish(self, seconds: float) -> None:
        for work in list(self._hands.works.values()):
            if work.task is None:
                self._hands.stop(work, "the agent stopped")
        with contextlib.suppress(TimeoutError):
            await self._clock.wait_for(self._hands.empty.wait(), seconds)

    async def _say_goodbye(self) -> None:
        with contextlib.suppress(RedisUnavailable, TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS), self._link.explained():
                await self._outputs.flush()
                await self._telling.flush()
                await self._coordinator.leave(self._id)

    async def _whenever_up(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._link.until_up()
            with contextlib.suppress(RedisUnavailable):  # the link says so, and knows when it is back
                async with self._link.explained():
                    await step()


async def _cancel(tasks: list[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
