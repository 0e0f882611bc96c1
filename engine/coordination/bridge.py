"""Between the truth and its transport: what SQL accepted goes to Redis, what agents report comes back, once."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Final

from ..clock import Clock
from ..journal import Event
from ..storage import Database, Transaction
from ..tasks import (
    Task,
    TaskState,
    lost_candidates,
    project,
    projected_position,
    restart_projection,
    settle_outbox,
)
from .connection import RedisLink
from .coordinator import RedisCoordinator
from .faults import RedisUnavailable
from .messages import RateLimit
from .reading import controls, ended_but_claimed, known_incarnation, republish_all, to_tell
from .shard import Shard
from .translate import queued, report_of
from .wire import BATCH

WAIT_MS: Final = 5_000
"""How long the projector waits at the server for a report before it asks again."""
QUEUE_TARGETS: Final = frozenset({"*", "tasks"})
"""A pause of scope ``queue`` with one of these targets stops the queue; any other is a capability, and stops tasks that
ask for it."""
_INCARNATION: Final = "redis_incarnation"


class TaskBridge:
    """Keeps Redis in step with the database and the database in step with the agents.

    Its three ``run_...`` coroutines are services to be supervised; each waits while Redis is away and goes on when it
    is back. The single steps are public for tests and for whoever needs one now.

    Args:
        database: the truth.
        link: reaches the server.
        coordinator: speaks to it.
        clock: spaces the sweeps.
        sweep_seconds: time between two sweeps.
        reconcile_seconds: time between two comparisons.
        limits: how often tasks of a type may begin, asked with every sweep.
        trace: the context of a task's trace; empty where it is not traced.
    """

    def __init__(
        self,
        database: Database,
        link: RedisLink,
        coordinator: RedisCoordinator,
        clock: Clock,
        *,
        sweep_seconds: float = 1.0,
        reconcile_seconds: float = 30.0,
        limits: Callable[[], Mapping[str, RateLimit]] = dict,
        trace: Callable[[str], str] = lambda _task: "",
    ) -> None:
        self._database = database
        self._link = link
        self._coordinator = coordinator
        self._clock = clock
        self._sweep_seconds = sweep_seconds
        self._reconcile_seconds = reconcile_seconds
        self._limits = limits
        self._trace = trace
        self._news = asyncio.Event()
        self._unsure = True
        self._lives: dict[int, str] = {}
        """The life of each shard's server that the database knows of."""

    def on_commit(self, events: Sequence[Event]) -> None:
        """To be given to :meth:`Database.observe`: what was committed may have to be published."""
        if any(event.kind.startswith("task.") for event in events):
            self._news.set()

    def notify(self) -> None:
        """There may be something to publish."""
        self._news.set()

    async def run_publisher(self) -> None:
        """Publish what is in the outbox, soon after each commit, until cancelled."""

        async def step() -> None:
            self._news.clear()
            if await self.publish():
                return
            try:
                await self._clock.wait_for(self._news.wait(), self._sweep_seconds)
            except TimeoutError:
                return

        await self._forever(step)

    async def run_projector(self) -> None:
        """Bring reports into the database as they come, until cancelled."""

        async def follow(shard: Shard) -> None:
            async def step() -> None:
                await self.project_next(shard, wait_ms=WAIT_MS)

            await self._forever(step)

        async with asyncio.TaskGroup() as group:
            for shard in self._coordinator.shards:
                group.create_task(follow(shard), name=f"task-projector-{shard.number}")

    async def run_sweeper(self) -> None:
        """Take lapsed leases back, tell Redis what is stopped, and compare both sides, until cancelled."""
        compared = float("-inf")

        async def step() -> None:
            nonlocal compared
            forgot = await self.recognise()
            if forgot or self._clock.monotonic() - compared >= self._reconcile_seconds:
                await self.reconcile()
                compared = self._clock.monotonic()
            await self.push_controls()
            await self._coordinator.reap()
            await self._clock.sleep(self._sweep_seconds)

        await self._forever(step)

    async def publish(self) -> int:
        """Publish one batch of the outbox, in order.

        Returns:
            how many entries were settled.
        """
        if self._unsure:
            # An earlier call may have reached the server without our learning it, and the work may even be finished:
            # what the stream says of it has to be known before anything is sent again.
            await self.drain()
        entries, due = await self._database.read(to_tell)
        if not entries:
            self._unsure = False
            return 0
        self._unsure = True
        for op, group in groupby(entries, key=lambda entry: entry.op):
            await self._tell(op, [entry.task for entry in group], due)
        await self._database.write(lambda tx: settle_outbox(tx, entries[-1].seq))
        self._unsure = False
        return len(entries)

    async def project_next(self, shard: Shard | None = None, *, wait_ms: int = 0) -> int:
        """Bring one batch of a shard's reports into the database, and let go of them in Redis.

        Args:
            shard: whose; the first one's by default.
            wait_ms: how long to wait for the first report.

        Returns:
            how many reports were read.
        """
        shard = shard or self._coordinator.shards[0]
        number = shard.number
        position = await self._database.read(lambda reader: projected_position(reader, number))
        events = await shard.read_results(position, wait_ms=wait_ms)
        if not events:
            return 0
        reports = [report_of(event) for event in events]

        def work(tx: Transaction) -> list[str]:
            # Another reader may have been faster: what it applied is left out by its place in the stream.
            project(tx, reports, number)
            return ended_but_claimed(tx, reports)

        strays = await self._database.write(work)
        await shard.settle(events[-1])
        if strays:
            await self._coordinator.cancel(strays)
        return len(events)

    async def drain(self) -> None:
        """Bring every report that the stream holds now into the database."""
        for shard in self._coordinator.shards:
            while await self.project_next(shard):
                pass

    async def recognise(self) -> bool:
        """Find out whether the servers still are the ones that were spoken to before.

        Returns:
            whether one forgot everything since, in which case its stream is read from its beginning.
        """
        return any([await self._recognise(shard) for shard in self._coordinator.shards])

    async def _recognise(self, shard: Shard) -> bool:
        number = shard.number
        name = f"{_INCARNATION}:{number}" if number else _INCARNATION
        life = await shard.incarnation(self._clock.new_id())
        if life == self._lives.get(number):
            return False
        known = await self._database.read(lambda reader: known_incarnation(reader, name))
        if life == known:
            self._lives[number] = life
            return False

        def work(tx: Transaction) -> None:
            restart_projection(tx, number)
            tx.execute(
                "INSERT INTO engine_facts (name, value) VALUES (?, ?)"
                " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (name, json.dumps(life)),
            )

        await self._database.write(work)
        self._lives[number] = life
        return True

    async def reconcile(self) -> int:
        """Have Redis told again of every task that it ought to know and does not.

        Returns:
            how many tasks were found to be forgotten.
        """
        forgotten, after = 0, ""
        while page := await self._database.read(partial(lost_candidates, limit=BATCH, after=after)):
            after = page[-1].id
            known = await self._coordinator.known([task.id for task in page])
            missing = [task for task in page if task.id not in known]
            if missing:
                # A task may be unknown because it has ended: what the stream says decides, and republish() compares.
                await self.drain()
                forgotten += await self._database.write(partial(republish_all, tasks=missing))
        if forgotten:
            self.notify()
        return forgotten

    async def push_controls(self) -> None:
        """Tell Redis, and through it the agents, what is stopped."""
        epoch, stopped, queues, agents = await self._database.read(controls)
        await self._coordinator.control(
            epoch,
            halted=stopped,
            paused=bool(QUEUE_TARGETS & queues),
            paused_agents=agents,
            paused_capabilities=queues - QUEUE_TARGETS,
            limits=self._limits(),
        )

    async def _tell(self, op: str, tasks: Sequence[Task], due: Mapping[str, datetime]) -> None:
        match op:
            case "enqueue" | "resume":
                ready = [task for task in tasks if task.state is TaskState.PENDING]
                await self._coordinator.enqueue(
                    [queued(task, due.get(task.id), self._trace(task.id)) for task in ready]
                )
            case "cancel" | "pause":
                stopped = {TaskState.CANCELLED, TaskState.PAUSED}
                await self._coordinator.cancel([task.id for task in tasks if task.state in stopped])
            case _:
                await self._coordinator.reprioritise_many([(task.id, task.priority) for task in tasks])

    async def _forever(self, step: Callable[[], Awaitable[None]]) -> None:
        while True:
            await self._link.until_up()
            try:
                async with self._link.explained():
                    await step()
            except RedisUnavailable:
                self._unsure = True
