"""A queue with its truth, and workers in processes of their own that can be killed, stopped and cut off."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final

from engine.clock import SystemClock
from engine.coordination.bridge import TaskBridge
from engine.coordination.connection import RedisLink
from engine.coordination.coordinator import RedisCoordinator
from engine.coordination.embedded import EmbeddedServer
from engine.storage import Database, Reader
from engine.tasks import NewTask, Task, TaskState, counts, get_task, list_tasks, submit

from ...engine.waiting import until_some
from .proxy import Network

CLOCK = SystemClock()
LEASE: Final = 2.0
ENDED: Final = (TaskState.DONE, TaskState.DEAD)


class Floor:
    """Everything that a fault needs."""

    def __init__(self, folder: Path, server: EmbeddedServer, database: Database, queue: RedisCoordinator) -> None:
        self.folder = folder
        self.server = server
        self.database = database
        self.queue = queue
        self.witness = folder / "witness"
        self.network = Network(folder / "near.sock", Path(server.url.removeprefix("unix://")))
        self.random = random.Random(7)
        self._workers: dict[str, subprocess.Popen[bytes]] = {}
        self._names = 0

    def hire(self, *, through: str | None = None) -> str:
        """Start a worker; ``through`` is another address than the server's own."""
        self._names += 1
        name = f"w{self._names}"
        words = [through or self.server.url, "f", name, str(LEASE), str(self.witness)]
        self._workers[name] = subprocess.Popen([sys.executable, "-m", "tests.faults.tasks.worker", *words])
        return name

    def kill(self, name: str) -> None:
        """End a worker with SIGKILL."""
        worker = self._workers.pop(name)
        worker.kill()
        worker.wait()

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a worker a signal."""
        self._workers[name].send_signal(number)

    def present(self) -> list[str]:
        """The workers that live."""
        return sorted(self._workers)

    def end(self) -> None:
        """End every worker."""
        for name in self.present():
            self.kill(name)

    async def submit(self, number: int, seconds: float = 0.0, *, priority: int = 5, attempts: int = 3) -> list[str]:
        """Accept tasks, each of which takes so long."""
        ids = [CLOCK.new_id() for _ in range(number)]
        payload = json.dumps({"seconds": str(seconds)})
        new = NewTask("work", "work", payload, priority=priority, max_attempts=attempts)
        for start in range(0, number, 200):
            batch = ids[start : start + 200]
            await self.database.write(lambda tx, batch=batch: [submit(tx, new, one, "test") for one in batch])  # type: ignore[misc]  # mypy cannot infer a lambda with a default
        return ids

    async def task(self, task_id: str) -> Task:
        """A task as the registry has it."""
        return await self.database.read(partial(get_task, task_id=task_id))

    async def until(self, task_id: str, *states: TaskState) -> Task:
        """Wait until a task is in one of these states."""

        async def look() -> Task | None:
            found = await self.task(task_id)
            return found if found.state in states else None

        return await until_some(look)

    async def until_ended(self, number: int) -> None:
        """Wait until so many tasks are done or dead."""

        async def look() -> bool | None:
            found = await self.database.read(counts)
            return sum(found.get(state, 0) for state in ENDED) >= number or None

        await until_some(look)

    def seen(self) -> list[tuple[str, str, int, str]]:
        """What workers wrote down: what, task, token, worker."""
        lines = self.witness.read_text().splitlines() if self.witness.exists() else []
        words = [line.split() for line in lines]
        return [(what, task, int(token), worker) for what, task, token, worker in words]

    async def check(self, ids: Sequence[str]) -> Counter[TaskState]:
        """Every task ended exactly once, and every result that was taken came under the newest token."""
        tasks, ends = await self.database.read(partial(_history, ids=ids))
        ended = {(task, token) for what, task, token, _ in self.seen() if what == "ended"}
        for task in tasks:
            assert task.state in ENDED, f"{task.id} is {task.state}"
            assert ends[task.id] == 1, f"{task.id} ended {ends[task.id]} times"
            if task.state is TaskState.DONE:
                worker, token = task.result.split()
                assert int(token) == task.token, f"{task.id} has a result of {worker} under an old token"
                assert (task.id, task.token) in ended, f"{task.id} is done, and nobody did it"
        return Counter(task.state for task in tasks)


def _history(reader: Reader, ids: Sequence[str]) -> tuple[list[Task], Counter[str]]:
    wanted = set(ids)
    tasks = [task for task in list_tasks(reader, state=None, limit=1_000_000) if task.id in wanted]
    rows = reader.rows("SELECT subject, count(*) AS n FROM journal WHERE kind IN ('task.done', 'task.died') GROUP BY 1")
    assert len(tasks) == len(wanted)
    return tasks, Counter({row["subject"]: row["n"] for row in rows})


@asynccontextmanager
async def open_floor() -> AsyncIterator[Floor]:
    """A floor with its services running and no worker."""
    with tempfile.TemporaryDirectory(prefix="wf-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        server = EmbeddedServer(folder / "state", CLOCK)
        (folder / "state").mkdir()
        await server.start()
        link = RedisLink(server.url, CLOCK, timeout_seconds=1, health_seconds=0.1)
        queue = RedisCoordinator(link.commands, link.blocking, "f", lease_seconds=LEASE)
        async with await Database.open(folder / "engine.db", CLOCK) as database:
            floor = Floor(folder, server, database, queue)
            bridge = TaskBridge(database, link, queue, CLOCK, sweep_seconds=0.1, reconcile_seconds=0.5)
            database.observe(bridge.on_commit)
            services = [link.run(), bridge.run_publisher(), bridge.run_projector(), bridge.run_sweeper()]
            running = [asyncio.create_task(service) for service in services]
            await floor.network.start()
            try:
                yield floor
            finally:
                floor.end()
                await floor.network.stop()
                for service in running:
                    service.cancel()
                await asyncio.wait(running)
                await link.close()
                await server.stop()


def budget(name: str, default: int) -> int:
    """How much to do: more where the environment says so."""
    return int(os.environ.get(f"WATCHFLOOR_FAULT_{name}", default))
