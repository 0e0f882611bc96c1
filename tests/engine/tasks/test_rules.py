"""Tasks that wait for a moment, that are the only one of their name, and what becomes of what waited for a failure."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.storage import Database
from engine.tasks import (
    FailurePolicy,
    NewTask,
    Report,
    ReportKind,
    Task,
    TaskError,
    TaskState,
    cancel,
    due_of,
    get_task,
    list_tasks,
    project,
    replay,
    retry,
    settle_outbox,
    submit,
)
from engine.tasks.dead import Buried, count_dead, list_dead, purge_dead, replay_dead
from engine.tasks.repository import change_state

START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class Floor:
    """A registry."""

    def __init__(self, database: Database, clock: SimulatedClock) -> None:
        self.database = database
        self.clock = clock
        self._places = 0

    async def submit(self, new: NewTask) -> Task:
        return await self.database.write(lambda tx: submit(tx, new, self.clock.new_id(), "test"))

    async def report(self, task: Task, *kinds: ReportKind) -> None:
        for kind in kinds:
            self._places += 1
            report = Report(f"{self._places}-0", kind, task.id, 1, 1, "a", self.clock.now(), error="broken")
            await self.database.write(lambda tx, report=report: project(tx, [report]))  # type: ignore[misc]  # a default

    async def die(self, task: Task) -> None:
        await self.report(task, ReportKind.CLAIMED, ReportKind.DEAD)
        await self.database.write(lambda tx: settle_outbox(tx, 1_000_000))

    async def state(self, task: Task) -> TaskState:
        return (await self.database.read(lambda reader: get_task(reader, task.id))).state


@pytest.fixture
async def floor(tmp_path: Path) -> AsyncIterator[Floor]:
    clock = SimulatedClock(START)
    async with await Database.open(tmp_path / "engine.db", clock) as database:
        yield Floor(database, clock)


async def test_a_unique_name_has_one_unfinished_task(floor: Floor) -> None:
    first = await floor.submit(NewTask("a", unique="k"))
    assert (await floor.submit(NewTask("b", unique="k"))).id == first.id
    other = await floor.submit(NewTask("c", unique="other"))
    assert other.id != first.id
    await floor.die(first)
    second = await floor.submit(NewTask("d", unique="k"))
    assert second.id != first.id
    with pytest.raises(TaskError, match="unique name by now"):
        await floor.database.write(lambda tx: replay(tx, first.id, "test"))
    await floor.database.write(lambda tx: cancel(tx, second.id, "test"))
    await floor.database.write(lambda tx: replay(tx, first.id, "test"))
    assert (await floor.submit(NewTask("e", unique="k"))).id == first.id


async def test_when_a_task_is_due_is_kept(floor: Floor) -> None:
    late = await floor.submit(NewTask("late", due_at=START + timedelta(hours=1)))
    soon = await floor.submit(NewTask("soon"))
    assert late.state is TaskState.PENDING
    assert await floor.database.read(lambda reader: due_of(reader, late.id)) == START + timedelta(hours=1)
    assert await floor.database.read(lambda reader: due_of(reader, soon.id)) is None


@pytest.mark.parametrize(
    ("policy", "state"),
    [
        (FailurePolicy.FAIL, TaskState.FAILED),
        (FailurePolicy.SKIP, TaskState.CANCELLED),
        (FailurePolicy.WAIT, TaskState.BACKLOG),
    ],
)
async def test_each_policy_does_what_it_says(floor: Floor, policy: FailurePolicy, state: TaskState) -> None:
    first = await floor.submit(NewTask("first"))
    then = await floor.submit(NewTask("then", depends_on=(first.id,), on_failure=policy))
    last = await floor.submit(NewTask("last", depends_on=(then.id,)))
    await floor.die(first)
    assert await floor.state(then) is state
    if policy is FailurePolicy.WAIT:
        assert await floor.state(last) is TaskState.BACKLOG
        await floor.database.write(lambda tx: retry(tx, first.id, "test"))
        await floor.report(first, ReportKind.CLAIMED, ReportKind.COMPLETED)
        assert await floor.state(then) is TaskState.PENDING
    else:
        assert await floor.state(last) is TaskState.FAILED
        found = await floor.database.read(lambda reader: get_task(reader, then.id))
        assert "first, which is dead: broken" in found.error


async def test_dead_letters_are_listed_replayed_and_forgotten(floor: Floor) -> None:
    dead = [await floor.submit(NewTask(f"t{number}", "a" if number % 2 else "b")) for number in range(5)]
    for task in dead:
        await floor.die(task)
    page = await floor.database.read(lambda reader: list_dead(reader, Buried(), 3))
    rest = await floor.database.read(lambda reader: list_dead(reader, Buried(), 3, page[-1].id))
    assert [task.id for task in page + rest] == [task.id for task in reversed(dead)]
    assert await floor.database.read(count_dead) == {"a": 2, "b": 3}
    assert await floor.database.write(lambda tx: replay_dead(tx, Buried(type="a"), "test", 100)) == (2, 0)
    assert await floor.state(dead[1]) is TaskState.PENDING
    with pytest.raises(TaskError, match="is not dead"):
        await floor.database.write(lambda tx: purge_dead(tx, Buried((dead[1].id,)), "test", 100))
    waiting = await floor.submit(NewTask("bait"))
    old = Buried(before=START - timedelta(days=1))
    assert await floor.database.write(lambda tx: purge_dead(tx, old, "test", 100)) == (0, 0)
    assert await floor.database.write(lambda tx: purge_dead(tx, Buried(), "test", 100)) == (3, 0)
    left = await floor.database.read(lambda reader: list_tasks(reader, state=None, limit=10))
    assert {task.id for task in left} == {dead[1].id, dead[3].id, waiting.id}
    told = await floor.database.read(lambda reader: reader.rows("SELECT data FROM journal WHERE kind = 'task.purged'"))
    assert len(told) == 3


async def test_what_failed_because_of_a_dead_letter_waits_again_once_that_is_replayed(floor: Floor) -> None:
    first = await floor.submit(NewTask("first"))
    then = await floor.submit(NewTask("then", depends_on=(first.id,)))
    named = await floor.submit(NewTask("named", depends_on=(first.id,), unique="k"))
    last = await floor.submit(NewTask("last", depends_on=(then.id,)))
    await floor.die(first)
    other = await floor.submit(NewTask("other", unique="k"))
    assert await floor.database.write(lambda tx: replay_dead(tx, Buried((first.id,)), "test", 100)) == (1, 0)
    states = [await floor.state(task) for task in (first, then, last)]
    assert states == [TaskState.PENDING, TaskState.BACKLOG, TaskState.BACKLOG]
    assert await floor.state(named) is TaskState.FAILED, "another unfinished task has its name"
    with pytest.raises(TaskError, match=f"{other.id} has its unique name by now"):
        await floor.database.write(lambda tx: retry(tx, named.id, "test"))
    await floor.report(first, ReportKind.CLAIMED, ReportKind.COMPLETED)
    assert await floor.state(then) is TaskState.PENDING


async def test_a_dead_task_that_somebody_waits_for_is_not_forgotten(floor: Floor) -> None:
    first = await floor.submit(NewTask("first"))
    await floor.submit(NewTask("then", depends_on=(first.id,), on_failure=FailurePolicy.WAIT))
    await floor.die(first)
    assert await floor.database.write(lambda tx: purge_dead(tx, Buried(), "test", 100)) == (0, 1)


async def test_what_a_change_gives_back_is_what_was_written(floor: Floor) -> None:
    task = await floor.submit(NewTask("t", max_attempts=2))

    async def check(state: TaskState, **changes: object) -> None:
        nonlocal task
        await floor.clock.advance(1.234567)
        task = await floor.database.write(lambda tx: change_state(tx, task, state, **changes))  # type: ignore[arg-type]  # as given
        assert task == await floor.database.read(lambda reader: get_task(reader, task.id))

    await check(TaskState.ASSIGNED, agent="a", token=5, attempts=1)
    await check(TaskState.ACTIVE, at=floor.clock.now())
    await check(TaskState.PENDING, error="no")
    await check(TaskState.PAUSED)
    await check(TaskState.PENDING, error="")
    await check(TaskState.ACTIVE, token=6, attempts=2)
    await check(TaskState.DEAD, result="half", usage="{}")
    await check(TaskState.PENDING, attempts=0)
