"""Tasks by the clock: each planned moment once, also where the engine was away, and never two unfinished ones."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.storage import Database, Transaction
from engine.tasks import NewTask, Report, ReportKind, TaskError, TaskState, get_task, list_tasks, project
from engine.tasks.cron import TaskCron, add_cron, get_cron, list_crons, remove_cron, submit_due
from engine.tasks.cron_runner import CronRunner

from ..waiting import until_some

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Floor:
    """A database on a simulated clock."""

    def __init__(self, database: Database, clock: SimulatedClock) -> None:
        self.database = database
        self.clock = clock
        self._places = 0

    async def add(self, name: str = "hourly", entry: str = "0 * * * *", zone: str = "UTC") -> TaskCron:
        return await self.database.write(lambda tx: add_cron(tx, name, entry, zone, NewTask("report"), "test"))

    async def due(self) -> int:
        return await self.database.write(lambda tx: submit_due(tx, self.clock.new_id))

    async def cron(self, name: str = "hourly") -> TaskCron:
        found = await self.database.read(lambda reader: get_cron(reader, name))
        assert found is not None
        return found

    async def finish(self, task_id: str) -> None:
        def work(tx: Transaction) -> None:
            for kind in (ReportKind.CLAIMED, ReportKind.COMPLETED):
                self._places += 1
                project(tx, [Report(f"{self._places}-0", kind, task_id, 1, 1, "a", self.clock.now())])

        await self.database.write(work)


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    clock = SimulatedClock(START)
    async with await Database.open(tmp_path / "engine.db", clock) as database:
        yield Floor(database, clock)


async def test_each_moment_submits_once(floor: Floor) -> None:
    assert (await floor.add()).next_at == START + timedelta(hours=1)
    assert await floor.due() == 0
    await floor.clock.advance(timedelta(hours=1).total_seconds())
    assert (await floor.due(), await floor.due()) == (1, 0)
    cron = await floor.cron()
    assert (cron.runs, cron.missed, cron.next_at) == (1, 0, START + timedelta(hours=2))
    task = await floor.database.read(lambda reader: get_task(reader, cron.last_task))
    assert (task.title, task.state) == ("report", TaskState.PENDING)


async def test_an_unfinished_task_is_not_joined_by_another(floor: Floor) -> None:
    await floor.add()
    await floor.clock.advance(timedelta(hours=1).total_seconds())
    await floor.due()
    first = (await floor.cron()).last_task
    await floor.clock.advance(timedelta(hours=1).total_seconds())
    await floor.due()
    cron = await floor.cron()
    assert (cron.runs, cron.missed, cron.last_task) == (1, 1, first)
    await floor.finish(first)
    await floor.clock.advance(timedelta(hours=1).total_seconds())
    await floor.due()
    assert (await floor.cron()).runs == 2


async def test_an_engine_that_was_away_catches_up_once(floor: Floor) -> None:
    await floor.add()
    await floor.clock.advance(timedelta(days=2, minutes=30).total_seconds())
    assert await floor.due() == 1
    cron = await floor.cron()
    assert (cron.runs, cron.missed) == (1, 47)
    assert cron.next_at == START + timedelta(days=2, hours=1)
    assert len(await floor.database.read(lambda reader: list_tasks(reader, state=None, limit=10))) == 1


async def test_what_is_wrong_is_refused(floor: Floor) -> None:
    await floor.add()
    with pytest.raises(TaskError, match="one called hourly"):
        await floor.add()
    for entry in ("22-22 * * * *", "0 0 30 2 *", "* * * *", "*/0 * * * *"):
        with pytest.raises(TaskError, match="cron task refused"):
            await floor.add("other", entry)
    waiting = NewTask("late", due_at=START)
    with pytest.raises(TaskError, match="cannot depend"):
        await floor.database.write(lambda tx: add_cron(tx, "w", "@daily", "UTC", waiting, "test"))
    with pytest.raises(TaskError, match="no cron task"):
        await floor.database.write(lambda tx: remove_cron(tx, "none", "test"))


async def test_the_runner_waits_for_the_next_moment_and_hears_of_new_entries(floor: Floor) -> None:
    runner = CronRunner(floor.database, floor.clock)
    floor.database.observe(runner.on_commit)
    running = asyncio.create_task(runner.run())
    await floor.add("minutely", "* * * * *")

    async def submitted() -> bool | None:
        await floor.clock.advance(2)
        return bool((await floor.cron("minutely")).runs) or None

    await until_some(submitted)
    await floor.database.write(lambda tx: remove_cron(tx, "minutely", "test"))
    assert await floor.database.read(lambda reader: list_crons(reader, 10)) == []
    running.cancel()
    await asyncio.wait([running])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(1, 400), min_size=1, max_size=12), st.sampled_from(["* * * * *", "*/7 * * * *", "@hourly"]))
async def test_no_moment_is_counted_twice_or_left_out(floor: Floor, steps: list[int], entry: str) -> None:
    name = floor.clock.new_id()
    cron = await floor.add(name, entry)
    first, began = cron.next_at, floor.clock.now()
    for minutes in steps:
        await floor.clock.advance(timedelta(minutes=minutes).total_seconds())
        while await floor.due():
            pass
    cron = await floor.cron(name)
    spacing = {"* * * * *": 1, "*/7 * * * *": 0, "@hourly": 60}[entry]
    if spacing:
        passed = (floor.clock.now() - first) // timedelta(minutes=spacing) + 1 if floor.clock.now() >= first else 0
        assert cron.runs + cron.missed == passed
    assert cron.next_at > floor.clock.now() >= began
    await floor.database.write(lambda tx: remove_cron(tx, name, "test"))
