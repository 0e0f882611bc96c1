"""The AutonomousAgent: claims what it can do, does it, and says what came of it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from ..clock import Clock
from ..coordination.connection import RedisLink
from ..coordination.coordinator import RedisCoordinator
from ..coordination.faults import RedisUnavailable
from ..coordination.messages import Claim, Report, ReportKind
from ..coordination.presence import AgentInfo, RunningTask
from ..settings.agents import AgentSettings
from .job import Executor, JobFailed, read_job

RESULT_CHARACTERS: Final = 262_144
"""Most characters of a result or an error that are sent."""
HALTED: Final = "everything was paused"
"""Why a task was given back, when an operator paused everything."""
FLUSH_SECONDS: Final = 2.0
"""How long a stopping agent tries to tell what it still has to tell."""


class _Work:
    """A task in hand."""

    def __init__(self, claim: Claim, renewed: float) -> None:
        self.claim = claim
        self.title = ""
        self.renewed = renewed
        self.lost = False
        self.why = "the agent stopped"
        self.task: asyncio.Task[Report] | None = None


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
        host: this machine.
        pid: this process.
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
    ) -> None:
        self._id = agent_id
        self._link = link
        self._coordinator = coordinator
        self._executors = executors
        self._settings = settings
        self._clock = clock
        self._able = tuple(sorted({*executors, *settings.capabilities, *capabilities}))
        self._concurrency = concurrency
        self._host, self._pid = host, pid
        self._works: dict[str, _Work] = {}
        self._reports: list[Report] = []
        self._wake = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._stopping = False
        self._halted = False
        self._unsent = asyncio.Event()
        self._counts = {"done": 0, "failed": 0}

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then let running tasks finish for the grace time and give the rest back."""
        services = [
            self._link.run(),
            self._whenever_up(self._beat),
            self._whenever_up(self._claim),
            self._whenever_up(self._listen),
            self._whenever_up(self._renew),
            self._whenever_up(self._send),
            self._watch_leases(),
        ]
        running = [asyncio.create_task(service) for service in services]
        halt = asyncio.create_task(stop.wait())
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

    async def _claim(self) -> None:
        self._wake.clear()
        free = self._concurrency - len(self._works)
        taken = 0
        async with self._claiming:
            if free > 0 and not self._stopping:
                asked = self._clock.monotonic()
                claims = (await self._coordinator.claim(self._id, self._able, free)).claims
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
        work = _Work(claim, asked)
        self._works[claim.id] = work
        work.task = asyncio.create_task(self._attempt(work), name=f"task-{claim.id}")
        work.task.add_done_callback(lambda task: self._end(work, task))

    def _end(self, work: _Work, task: asyncio.Task[Report]) -> None:
        claim = work.claim
        del self._works[claim.id]
        self._wake.set()
        if work.lost:
            return
        if task.cancelled():
            self._say(Report(ReportKind.RELEASED, claim.id, claim.token, work.why))
        else:
            self._say(task.result())

    async def _attempt(self, work: _Work) -> Report:
        claim = work.claim
        try:
            job = read_job(claim.id, claim.body, claim.attempt, self._settings.default_timeout_seconds)
            work.title = job.title
            executor = self._executors.get(job.type)
            if executor is None:
                raise JobFailed(f"no executor is called {job.type}", retry=False)
            self._say(Report(ReportKind.STARTED, claim.id, claim.token))
            result = await self._clock.wait_for(executor(job), job.timeout_seconds)
        except JobFailed as failure:
            return self._failure(claim, failure.sentence(), retry=failure.retry)
        except TimeoutError:
            return self._failure(claim, "its time was up", retry=True)
        except Exception as error:  # noqa: BLE001  # an executor's fault is the task's failure, not the agent's
            return self._failure(claim, f"{type(error).__name__}: {error}", retry=True)
        self._counts["done"] += 1
        return Report(ReportKind.COMPLETED, claim.id, claim.token, result[:RESULT_CHARACTERS])

    def _failure(self, claim: Claim, why: str, *, retry: bool) -> Report:
        self._counts["failed"] += 1
        if not retry:
            return Report(ReportKind.DEAD, claim.id, claim.token, why[:RESULT_CHARACTERS])
        rules = self._settings.retry
        longest = min(rules.base_seconds * 2 ** min(claim.attempt - 1, 30), rules.cap_seconds)
        # Between half and all of it, so that what failed together does not come back together.
        delay = longest * (0.5 + self._clock.random.random() / 2)
        return Report(ReportKind.RETRY, claim.id, claim.token, why[:RESULT_CHARACTERS], int(delay * 1000))

    def _say(self, report: Report) -> None:
        self._reports.append(report)
        self._unsent.set()

    async def _send(self) -> None:
        await self._unsent.wait()
        self._unsent.clear()
        sending = tuple(self._reports)
        try:
            await self._coordinator.report(self._id, sending)
        except BaseException:
            # It may have arrived all the same; then it is refused as stale the second time, which changes nothing.
            self._unsent.set()
            raise
        del self._reports[: len(sending)]

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
                self._wake.set()

    async def _beat(self) -> None:
        await self._sign()
        await self._clock.sleep(self._settings.presence_seconds)

    async def _sign(self) -> None:
        lease, now = self._coordinator.lease_seconds, self._clock.monotonic()
        running = tuple(
            RunningTask(id=work.claim.id, title=work.title, lease_left_seconds=max(0.0, work.renewed + lease - now))
            for work in self._works.values()
        )
        info = AgentInfo(
            host=self._host,
            pid=self._pid,
            capabilities=self._able,
            concurrency=self._concurrency,
            running=running,
            done=self._counts["done"],
            failed=self._counts["failed"],
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

    def _abandon(self, work: _Work) -> None:
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
