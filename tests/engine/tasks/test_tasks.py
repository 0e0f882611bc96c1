"""Tasks: accepted durably, ordered by what they depend on, changed by each report once and by none that is stale."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.storage import Database
from engine.tasks import (
    TRANSITIONS,
    NewTask,
    Report,
    ReportKind,
    Task,
    TaskError,
    TaskState,
    cancel,
    get_task,
    pending_outbox,
    project,
    projected_position,
    replay,
    reprioritise,
    republish,
    settle_outbox,
    submit,
)

AT = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=True) as opened:
        yield opened


class World:
    """Submits tasks and reports about them, with ids and stream places that rise."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._ids = itertools.count(1)
        self._places = itertools.count(1)

    async def submit(self, title: str = "work", *after: Task, **options: object) -> Task:
        new = NewTask(title, depends_on=tuple(task.id for task in after), **options)  # type: ignore[arg-type]
        task_id = f"t{next(self._ids):03d}"
        return await self.database.write(lambda tx: submit(tx, new, task_id, "operator:ana"))

    def report(self, task: Task, event: ReportKind, token: int, **more: Any) -> Report:
        return Report(f"{next(self._places)}-0", event, task.id, token, 1, "dev-1", AT, **more)

    async def apply(self, *reports: Report) -> int:
        return await self.database.write(lambda tx: project(tx, reports))

    async def state(self, task: Task) -> TaskState:
        return (await self.database.read(lambda r: get_task(r, task.id))).state

    async def announced(self) -> list[tuple[str, str]]:
        return [(entry.op, entry.task.id) for entry in await self.database.read(lambda r: pending_outbox(r, 100))]


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


async def test_an_accepted_task_is_announced_in_the_same_unit(world: World) -> None:
    task = await world.submit()
    assert await world.announced() == [("enqueue", task.id)]
    entries = await world.database.read(lambda r: pending_outbox(r, 10))
    await world.database.write(lambda tx: settle_outbox(tx, entries[-1].seq))
    assert await world.announced() == []


async def test_a_task_runs_after_what_it_depends_on(world: World) -> None:
    first, second = await world.submit("first"), await world.submit("second")
    both = await world.submit("both", first, second)
    assert both.state is TaskState.BACKLOG
    for number, task in enumerate((first, second)):
        assert await world.state(both) is TaskState.BACKLOG
        await world.apply(
            world.report(task, ReportKind.CLAIMED, number + 1), world.report(task, ReportKind.COMPLETED, number + 1)
        )
    assert await world.state(both) is TaskState.PENDING
    assert ("enqueue", both.id) in await world.announced()


@pytest.mark.parametrize("end", ["dead", "cancelled"])
async def test_what_depends_on_a_lost_task_fails_with_the_reason(world: World, end: str) -> None:
    first = await world.submit("first")
    second = await world.submit("second", first)
    third = await world.submit("third", second)
    if end == "dead":
        await world.apply(world.report(first, ReportKind.CLAIMED, 1), world.report(first, ReportKind.DEAD, 1))
    else:
        await world.database.write(lambda tx: cancel(tx, first.id, "operator:ana"))
    assert await world.state(second) is TaskState.FAILED
    failed = await world.database.read(lambda r: get_task(r, third.id))
    assert failed.state is TaskState.FAILED
    assert "second" in failed.error


async def test_missing_and_failed_dependencies_are_refused(world: World) -> None:
    with pytest.raises(TaskError, match="does not exist"):
        await world.database.write(
            lambda tx: submit(tx, NewTask("work", depends_on=("nowhere",)), "t900", "operator:ana")
        )
    gone = await world.submit()
    await world.database.write(lambda tx: cancel(tx, gone.id, "operator:ana"))
    with pytest.raises(TaskError, match="is cancelled"):
        await world.submit("late", gone)


async def test_a_result_under_an_old_token_changes_nothing_and_is_journalled(world: World) -> None:
    task = await world.submit()
    await world.apply(world.report(task, ReportKind.CLAIMED, 1), world.report(task, ReportKind.RELEASED, 1))
    await world.apply(world.report(task, ReportKind.CLAIMED, 2))
    assert await world.apply(world.report(task, ReportKind.COMPLETED, 1, result="old")) == 0
    assert await world.apply(world.report(task, ReportKind.COMPLETED, 2, result="new")) == 1
    done = await world.database.read(lambda r: get_task(r, task.id))
    assert (done.state, done.result) == (TaskState.DONE, "new")
    refused = await world.database.read(lambda r: r.rows("SELECT * FROM journal WHERE kind = 'task_report.refused'"))
    assert len(refused) == 1


async def test_reports_read_twice_count_once(world: World) -> None:
    task = await world.submit()
    reports = (world.report(task, ReportKind.CLAIMED, 1), world.report(task, ReportKind.FAILED, 1))
    assert await world.apply(*reports) == 2
    assert await world.apply(*reports) == 0
    assert await world.database.read(projected_position) == "2-0"


async def test_what_an_agent_reports_about_a_cancelled_task_is_refused(world: World) -> None:
    task = await world.submit()
    await world.apply(world.report(task, ReportKind.CLAIMED, 1), world.report(task, ReportKind.STARTED, 1))
    await world.database.write(lambda tx: cancel(tx, task.id, "operator:ana", "not needed"))
    await world.apply(world.report(task, ReportKind.COMPLETED, 1))
    assert await world.state(task) is TaskState.CANCELLED
    assert ("cancel", task.id) in await world.announced()


async def test_a_dead_task_lives_again_only_by_replay(world: World) -> None:
    task = await world.submit()
    await world.apply(world.report(task, ReportKind.CLAIMED, 1), world.report(task, ReportKind.DEAD, 1, error="boom"))
    assert await world.apply(world.report(task, ReportKind.RELEASED, 1)) == 0
    again = await world.database.write(lambda tx: replay(tx, task.id, "operator:ana"))
    assert (again.state, again.attempts, again.error) == (TaskState.PENDING, 0, "")
    with pytest.raises(TaskError, match="not dead"):
        await world.database.write(lambda tx: replay(tx, task.id, "operator:ana"))


async def test_a_task_that_redis_forgot_is_announced_again_unless_it_moved_on(world: World) -> None:
    task = await world.submit()
    await world.apply(world.report(task, ReportKind.CLAIMED, 1))
    held = await world.database.read(lambda r: get_task(r, task.id))
    await world.database.write(lambda tx: republish(tx, task))
    assert await world.state(task) is TaskState.ASSIGNED
    await world.database.write(lambda tx: republish(tx, held))
    assert await world.state(task) is TaskState.PENDING
    assert (await world.announced()).count(("enqueue", task.id)) == 2


async def test_only_waiting_tasks_change_priority(world: World) -> None:
    task = await world.submit(priority=5)
    assert (await world.database.write(lambda tx: reprioritise(tx, task.id, 1, "operator:ana"))).priority == 1
    await world.apply(world.report(task, ReportKind.CLAIMED, 1))
    with pytest.raises(TaskError, match="does not wait"):
        await world.database.write(lambda tx: reprioritise(tx, task.id, 2, "operator:ana"))


@pytest.mark.parametrize(
    "options",
    [
        {"title": " "},
        {"priority": 0},
        {"priority": 11},
        {"payload": "[]"},
        {"payload": '{"a":1,"a":2}'},
        {"payload": "{"},
        {"max_attempts": 0},
        {"timeout_seconds": 0.0},
    ],
    ids=str,
)
def test_tasks_that_cannot_be_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(TaskError):
        NewTask(**({"title": "work"} | options))  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(ReportKind)), st.integers(1, 4)), max_size=25))
async def test_no_sequence_of_reports_leaves_the_table(
    tmp_path_factory: pytest.TempPathFactory, reports: list[tuple[ReportKind, int]]
) -> None:
    path = tmp_path_factory.mktemp("tasks") / "engine.db"
    async with await Database.open(path, SimulatedClock(), inline=True) as database:
        world = World(database)
        task = await world.submit()
        before = await world.state(task)
        ended = False
        for event, token in reports:
            await world.apply(world.report(task, event, token))
            after = await world.state(task)
            assert after is before or after in TRANSITIONS[before]
            assert not (ended and after is not before)
            ended = after.terminal
            before = after
