"""An engine's database with a store beside it, as the running engine puts them together."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import asyncpg  # type: ignore[import-untyped]  # it ships no types

from engine.clock import SimulatedClock
from engine.storage import Database
from engine.tasks import NewTask, Report, ReportKind, Task, TaskState, cancel, get_task, pause, project, submit
from engine.tasks.stores import JsonTaskStore, SqliteTaskStore, TaskMirror, TaskRecord, TaskStore
from engine.tasks.stores.postgres import PostgresTaskStore
from engine.tasks.stores.sqlite import records_of

KINDS: Final = ("sqlite", "json", "postgresql")
ANA: Final = "operator:ana"


@dataclass
class Places:
    """Where a test keeps its tasks.

    Attributes:
        kind: one of ``KINDS``.
        folder: of the database, and of the files.
        url: of the PostgreSQL server, where one is needed.
        namespace: its schema.
    """

    kind: str
    folder: Path
    url: str = ""
    namespace: str = "tasks_1"

    def store(self, database: Database) -> TaskStore:
        """A store of that kind."""
        match self.kind:
            case "sqlite":
                return SqliteTaskStore(database)
            case "json":
                return JsonTaskStore(self.folder / "tasks")
            case _:
                return PostgresTaskStore(self.url, self.namespace, timeout_seconds=10)


@dataclass
class World:
    """Tasks, decided in a database and kept in a store; ids and stream places rise."""

    places: Places
    database: Database
    clock: SimulatedClock
    store: TaskStore
    mirror: TaskMirror | None
    ids: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    streamed: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    tokens: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @classmethod
    async def begin(cls, places: Places, clock: SimulatedClock | None = None, name: str = "engine.db") -> World:
        """Open both, and compare them as an engine does at its start."""
        clock = clock or SimulatedClock()
        database = await Database.open(places.folder / name, clock, inline=True)
        store = places.store(database)
        mirror = None if places.kind == "sqlite" else TaskMirror(database, store, clock)
        world = cls(places, database, clock, store, mirror)
        if mirror is not None:
            await mirror.begin()
            await mirror.compare()
        return world

    async def end(self) -> None:
        """Close both, without a last word to the store: as little happens as in a crash."""
        await self.store.close()
        await self.database.close()

    @property
    def keeping(self) -> TaskMirror:
        """What keeps the store in step, where it is not the database itself."""
        assert self.mirror is not None
        return self.mirror

    async def again(self) -> World:
        """The same after a restart."""
        await self.end()
        following = await World.begin(self.places, self.clock)
        following.ids, following.streamed, following.tokens = self.ids, self.streamed, self.tokens
        return following

    async def settle(self) -> None:
        """Bring the store up to date."""
        if self.mirror is not None:
            await self.mirror.flush()

    async def submit(self, title: str = "work", *after: Task, **options: Any) -> Task:
        """Submit a task that waits for others."""
        new = NewTask(title, depends_on=tuple(task.id for task in after), **options)
        task_id = f"t{next(self.ids):04d}"
        return await self.database.write(lambda tx: submit(tx, new, task_id, ANA))

    async def report(self, task: Task, *kinds: ReportKind, token: int | None = None, **more: Any) -> int:
        """Have an agent say something about a task; how many of it changed anything."""
        token = next(self.tokens) if token is None else token
        reports = [
            Report(f"{next(self.streamed)}-0", kind, task.id, token, 1, "dev-1", self.clock.now(), **more)
            for kind in kinds
        ]
        return await self.database.write(lambda tx: project(tx, reports))

    async def decided(self, task: Task) -> TaskRecord:
        """A task as the database has it."""
        (record,) = await self.database.read(lambda reader: records_of(reader, [task.id]))
        return record

    async def kept(self, task: Task) -> TaskRecord:
        """A task as the store has it, once it is up to date."""
        await self.settle()
        record = await self.store.get(task.id)
        assert record is not None
        return record

    async def state(self, task: Task) -> TaskState:
        """What the database says of a task."""
        return (await self.database.read(lambda reader: get_task(reader, task.id))).state

    async def bring(self, state: TaskState, **options: Any) -> Task:
        """A task that was brought to a state by what really leads there."""
        first = await self.submit("first") if state in {TaskState.BACKLOG, TaskState.FAILED} else None
        task = await self.submit("work", *((first,) if first else ()), **options)
        match state:
            case TaskState.ASSIGNED:
                await self.report(task, ReportKind.CLAIMED)
            case TaskState.ACTIVE:
                await self.report(task, ReportKind.CLAIMED, ReportKind.STARTED)
            case TaskState.DONE:
                await self.report(task, ReportKind.CLAIMED, ReportKind.STARTED, ReportKind.COMPLETED, result="42")
            case TaskState.DEAD:
                await self.report(task, ReportKind.CLAIMED, ReportKind.STARTED, ReportKind.DEAD, error="broken")
            case TaskState.CANCELLED:
                await self.database.write(lambda tx: cancel(tx, task.id, ANA))
            case TaskState.PAUSED:
                await self.database.write(lambda tx: pause(tx, task.id, ANA))
            case TaskState.FAILED:
                assert first is not None
                await self.database.write(lambda tx: cancel(tx, first.id, ANA))
            case _:
                pass
        assert await self.state(task) is state
        return task


async def drop(url: str, namespace: str) -> None:
    """Forget a schema, so that the next test may have its name."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(f'DROP SCHEMA IF EXISTS "{namespace}" CASCADE')
    finally:
        await connection.close()


async def execute(url: str, sql: str, *parameters: object) -> list[Any]:
    """Do something in PostgreSQL behind the engine's back."""
    connection = await asyncpg.connect(url)
    try:
        return list(await connection.fetch(sql, *parameters))
    finally:
        await connection.close()
