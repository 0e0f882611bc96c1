"""The numbers that are kept with every change are those that counting would find, after any life of tasks."""

from __future__ import annotations

import tempfile
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.storage import Database, Reader, Transaction
from engine.tasks import (
    TRANSITIONS,
    NewTask,
    TaskState,
    counts,
    counts_by_type,
    done_lately,
    list_tasks,
    newest_tasks,
    submit,
    waiting,
)
from engine.tasks.repository import change_state, get_task
from engine.tasks.stores.sqlite import remove_records

KINDS: Final = (("echo", ()), ("coder", ("gpu",)), ("coder", ()))
STATES: Final = tuple(TaskState)
STEPS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9), st.integers(0, 200)), max_size=40)


def _live(tx: Transaction, steps: list[tuple[int, int, int]], clock: SimulatedClock) -> None:
    for number, choice, seconds in steps:
        task_id = f"t{number}"
        row = tx.row("SELECT 1 FROM tasks WHERE id = ?", (task_id,))
        clock.step(timedelta(seconds=seconds))
        if row is None:
            kind, needs = KINDS[choice % len(KINDS)]
            submit(tx, NewTask(f"task {number}", type=kind, capabilities=needs, priority=1 + choice), task_id, "x")
            continue
        task = get_task(tx, task_id)
        following = sorted(TRANSITIONS[task.state])
        if not following or choice == 9:
            remove_records(tx, [task_id])
        else:
            change_state(tx, task, following[choice % len(following)], at=clock.now())


def _check(reader: Reader) -> None:
    tasks = list_tasks(reader, state=None, limit=100)
    assert counts(reader) == Counter(task.state for task in tasks)
    for state in STATES:
        here = [task for task in tasks if task.state is state]
        assert counts_by_type(reader, state) == Counter(task.type for task in here)
        newest = sorted(here, key=lambda task: (task.created_at, task.id), reverse=True)
        assert newest_tasks(reader, state, 3) == newest[:3]
    for one in waiting(reader, without="none", limit=10):
        here = [task for task in tasks if (task.type, *task.capabilities) == one.needs and not task.state.terminal]
        assert one.by_state == Counter(task.state for task in here)
        queued = [task.queued_at for task in here if task.state is TaskState.PENDING and task.queued_at]
        assert one.oldest_at == min(queued, default=None)
    rows = reader.rows("SELECT number FROM task_counts")
    assert all(row["number"] > 0 for row in rows)


@settings(max_examples=40, deadline=None)
@given(steps=STEPS)
async def test_after_any_life_the_numbers_are_right(steps: list[tuple[int, int, int]]) -> None:
    clock = SimulatedClock()
    with tempfile.TemporaryDirectory() as folder:
        async with await Database.open(Path(folder) / "engine.db", clock, inline=True) as database:
            await database.write(lambda tx: _live(tx, steps, clock))
            await database.read(_check)


async def test_what_was_done_is_counted_by_minutes_that_end_now_and_forgotten_after_a_while(tmp_path: Path) -> None:
    clock = SimulatedClock()

    def done(tx: Transaction, task_id: str) -> None:
        task = submit(tx, NewTask(task_id, type="coder", capabilities=("gpu",)), task_id, "x")
        for state in (TaskState.ASSIGNED, TaskState.ACTIVE, TaskState.DONE):
            task = change_state(tx, task, state)

    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as database:

        async def minutes() -> tuple[int, ...]:
            found = await database.read(lambda reader: done_lately(reader, clock.now(), 20))
            return found.get(("coder", "gpu"), (0,) * 20)

        for number in range(3):
            await database.write(lambda tx, number=number: done(tx, f"t{number}"))  # type: ignore[misc]  # mypy: bound default
            clock.step(timedelta(seconds=70))
        assert (await minutes())[-5:] == (0, 1, 1, 1, 0)
        clock.step(timedelta(minutes=18))
        assert sum(await minutes()) == 1
        clock.step(timedelta(hours=1))
        assert sum(await minutes()) == 0
        await database.write(lambda tx: done(tx, "t9"))
        rows = await database.read(lambda reader: reader.rows("SELECT slot FROM task_done"))
        assert len(rows) == 1, "what is too old for any chart is not kept"
