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
from ..coordination.messages import Claim, Report, ReportKind
from ..coordination.output import Piece
from ..settings.agents import AgentSettings
from .attempt import Attempts
from .job import Executor, Job
from .sending import OutputBuffer
from .work import Work, sign_of_life

HALTED: Final = "everything was paused"
"""Why a task was given back, when an operator paused everything."""
STREAM_SECONDS: Final = 0.1
"""Least time between two sendings of what running tasks write."""
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
    ) -> None:
        self._id = agent_id
        self._link = link
        self._coordinator = coordinator
        self._outputs = OutputBuffer(output)
        self._attempts = Attempts(executors, settings, clock, self._outputs)
        self._settings = settings
        self._clock = clock
        self._able = tuple(sorted({*executors, *settings.capabilities, *capabilities}))
        self._concurrency = concurrency
        self._host, self._pid = host, pid
        self._works: dict[str, Work] = {}
        self._reports: list[Report] = []
        self._wake = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._stopping = False
        self._halted = False
        self._unsent = asyncio.Event()
        self._draining = asyncio.Event()

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
            await self._give_back()
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
            while self._draining.is_set() and not stop.is_set():
                working = [work.task for work in self._works.values() if work.task is not None]
                if not working:
                    return
                await asyncio.wait([waiting[0], *working], return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _cancel(waiting)

    def _allowed(self) -> tuple[tuple[str, ...], int]:
        """What to ask for now, and how many: what keeps failing is left out, or asked for once."""
        free = 0 if self._draining.is_set() else self._concurrency - len(self._works)
        shut = self._attempts.breakers.open(self._able)
        able = tuple(name for name in self._able if name not in shut)
        return able, min(free, 1) if self._attempts.breakers.probes(able) else free

    async def _claim(self) -> None:
        self._wake.clear()
        able, free = self._allowed()
        taken = 0
        async with self._claiming:
            if free > 0 and able and not self._stopping:
                asked = self._clock.monotonic()
                claims = (await self._coordinator.claim(self._id, able, free)).claims
                taken = len(claims)
                for claim in claims:
                    if self._halted:
                        # Handed out just before everything was paused; nothing of it has begun.
                        self._say(Report(ReportKind.RELEASED, claim.id, claim.token, HALTED))
                    else:
                        self._begin(claim, asked)
        # A full claim may have left more behind; an emptier one has taken all that there was.
        if free <= 0 or taken < free:
            with contextlib.suppress(TimeoutError):
                await self._clock.wait_for(self._wake.wait(), self._settings.poll_seconds)

    def _begin(self, claim: Claim, asked: float) -> None:
        work = Work(claim, asked)
        self._works[claim.id] = work
        work.task = asyncio.create_task(self._attempt(work), name=f"task-{claim.id}")
        work.task.add_done_callback(lambda task: self._end(work, task))

    def _end(self, work: Work, task: asyncio.Task[Report]) -> None:
        claim = work.claim
        del self._works[claim.id]
        self._wake.set()
        if work.lost:
            return
        if task.cancelled():
            self._say(Report(ReportKind.RELEASED, claim.id, claim.token, work.why))
        else:
            self._say(task.result())

    async def _attempt(self, work: Work) -> Report:
        claim = work.claim

        def began(job: Job) -> None:
            work.title = job.title
            self._say(Report(ReportKind.STARTED, claim.id, claim.token))

        return await self._attempts.run(claim, began)

    def _say(self, report: Report) -> None:
        self._reports.append(report)
        self._unsent.set()

    async def _send(self) -> None:
        await self._unsent.wait()
        self._unsent.clear()
        sending = tuple(self._reports)
        try:
            # Whoever reads that a task has ended finds all that it wrote.
            await self._outputs.flush()
            await self._coordinator.report(self._id, sending)
        except BaseException:
            # It may have arrived all the same; then it is refused as stale the second time, which changes nothing.
            self._unsent.set()
            raise
        del self._reports[: len(sending)]

    async def _stream(self) -> None:
        await self._outputs.until_news()
        await self._outputs.flush()
        await self._clock.sleep(STREAM_SECONDS)

    async def _renew(self) -> None:
        await self._clock.sleep(self._coordinator.lease_seconds / 3)
        works = list(self._works.values())
        asked = self._clock.monotonic()
        lost = {claim.id for claim in await self._coordinator.renew(self._id, [work.claim for work in works])}
        for work in works:
            if work.claim.id in lost:
                self._abandon(work)
            else:
                work.renewed = asked

    async def _watch_leases(self) -> None:
        """Let go of what could not be renewed in time, also while Redis is away: it is another agent's by now."""
        while True:
            await self._clock.sleep(min(1.0, self._coordinator.lease_seconds / 10))
            oldest = self._clock.monotonic() - self._coordinator.lease_seconds
            for work in list(self._works.values()):
                if work.renewed <= oldest:
                    self._abandon(work)

    async def _listen(self) -> None:
        async with self._coordinator.listen("tasks:new", "control") as hints:
            self._wake.set()
            # What was said before anybody listened is asked for.
            await self._sign()
            async for channel, text in hints:
                what, _, task_id = text.partition(" ")
                if channel == "control" and what == "cancel" and task_id in self._works:
                    self._abandon(self._works[task_id])
                elif channel == "control" and what in {"halt", "state"}:
                    self._obey(halted=what == "halt")
                elif channel == "control" and what == "drain" and task_id == self._id:
                    self._draining.set()
                    await self._sign()
                self._wake.set()

    async def _beat(self) -> None:
        await self._sign()
        await self._clock.sleep(self._settings.presence_seconds)

    async def _sign(self) -> None:
        info = sign_of_life(
            self._works.values(),
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
        if not halted:
            return
        for work in list(self._works.values()):
            if work.task is not None and not work.lost and work.why != HALTED:
                work.why = HALTED
                work.task.cancel()

    def _abandon(self, work: Work) -> None:
        # Whatever it would still report is stale, so it reports nothing.
        work.lost = True
        if work.task is not None:
            work.task.cancel()

    async def _finish(self, seconds: float) -> None:
        working = [work.task for work in self._works.values() if work.task is not None]
        if working:
            await asyncio.wait(working, timeout=seconds)

    async def _give_back(self) -> None:
        await _cancel([work.task for work in list(self._works.values()) if work.task is not None])

    async def _say_goodbye(self) -> None:
        with contextlib.suppress(RedisUnavailable, TimeoutError):
            async with asyncio.timeout(FLUSH_SECONDS), self._link.explained():
                await self._outputs.flush()
                if self._reports:
                    await self._coordinator.report(self._id, tuple(self._reports))
                    self._reports.clear()
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
