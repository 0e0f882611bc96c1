"""One suite for the three stores: what is decided about tasks stands in each of them, and in all of them alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from engine.tasks import (
    TRANSITIONS,
    NewTask,
    ReportKind,
    TaskError,
    TaskState,
    cancel,
    pause,
    replay,
    reprioritise,
    resume,
    submit,
)
from engine.tasks.graph import Plan, Step
from engine.tasks.graph_rows import submit_graph
from engine.tasks.repository import change_state
from engine.tasks.stores import TaskKeeper, TaskQuery, TaskRecord, decode, encode, seal_of
from engine.tasks.task import FailurePolicy

from .world import ANA, World

LIVE = [state for state in TaskState if not state.terminal]
AWKWARD = 'żółć \u202e\u200b\x1b[31m \N{PILE OF POO} \n\t"quoted" \\ \'; DROP TABLE tasks; -- <<<<<<< {}'


async def test_a_task_stands_in_the_store_as_it_was_submitted(world: World) -> None:
    first = await world.submit("first")
    second = await world.submit(
        AWKWARD, first, type="word_count", payload='{"text": "é", "n": 1}', priority=2, capabilities=("gpu", "eu"),
        description=AWKWARD, timeout_seconds=12.5, max_attempts=7, parent_goal="goal-1",
        due_at=world.clock.now() + timedelta(days=1), unique="only one", on_failure=FailurePolicy.WAIT,
    )  # fmt: skip
    due = world.clock.now() + timedelta(days=1)
    assert await world.kept(second) == TaskRecord(second, (first.id,), due, "only one", FailurePolicy.WAIT)
    assert (await world.kept(first)).task == first


@pytest.mark.parametrize("state", list(TaskState))
async def test_every_state_is_kept_with_all_that_belongs_to_it(world: World, state: TaskState) -> None:
    task = await world.bring(state)
    record = await world.kept(task)
    assert record.task.state is state
    assert record == await world.decided(task)
    assert (record.task.ended_at is not None) == state.terminal


@pytest.mark.parametrize("state", LIVE)
async def test_a_task_can_be_cancelled_from_every_state_that_is_not_an_end(world: World, state: TaskState) -> None:
    task = await world.bring(state)
    await world.database.write(lambda tx: cancel(tx, task.id, ANA, "not needed"))
    record = await world.kept(task)
    assert record.task.state is TaskState.CANCELLED
    assert record.task.error == "not needed"
    # What the agent says afterwards comes under an old claim.
    assert await world.report(task, ReportKind.COMPLETED, token=record.task.token - 1) == 0
    assert await world.kept(task) == record


@pytest.mark.parametrize("state", list(TaskState))
async def test_what_the_table_does_not_know_is_refused_and_leaves_no_trace(world: World, state: TaskState) -> None:
    task = await world.bring(state)
    before = await world.kept(task)
    for other in set(TaskState) - TRANSITIONS[state]:
        with pytest.raises(TaskError, match="cannot become"):
            await world.database.write(lambda tx, other=other: change_state(tx, before.task, other))  # type: ignore[misc]  # bound at once
    assert await world.kept(task) == before


async def test_of_two_that_change_the_same_task_the_second_is_refused(world: World) -> None:
    task = await world.submit()
    await world.database.write(lambda tx: reprioritise(tx, task.id, 1, ANA))
    with pytest.raises(TaskError, match="changed meanwhile"):
        await world.database.write(lambda tx: change_state(tx, task, TaskState.PAUSED))
    assert (await world.kept(task)).task.state is TaskState.PENDING


async def test_missing_dependencies_and_circles_are_refused(world: World) -> None:
    with pytest.raises(TaskError, match="does not exist"):
        await world.database.write(lambda tx: submit(tx, NewTask("work", depends_on=("nowhere",)), "t9000", ANA))
    with pytest.raises(TaskError, match="does not exist"):
        await world.database.write(lambda tx: submit(tx, NewTask("work", depends_on=("t9001",)), "t9001", ANA))
    ring = Plan("ring", tuple(Step(f"s{n}", "work", "echo", needs=(f"s{(n + 1) % 3}",)) for n in range(3)))
    with pytest.raises(TaskError, match="circle"):
        await world.database.write(lambda tx: submit_graph(tx, ring, world.clock.new_id, ANA))
    await world.settle()
    assert await world.store.counts() == {}


async def test_times_and_results_add_up_over_attempts(world: World) -> None:
    task = await world.submit()
    for kind in (ReportKind.FAILED, ReportKind.COMPLETED):
        world.clock.step(timedelta(seconds=2))
        token = next(world.tokens)
        await world.report(task, ReportKind.CLAIMED, ReportKind.STARTED, token=token)
        world.clock.step(timedelta(seconds=3.5))
        await world.report(task, kind, token=token, result="42", error="once more", usage='{"cpu_ms":12}')
    kept = (await world.kept(task)).task
    assert (kept.queue_seconds, kept.run_seconds, kept.total_seconds) == (4.0, 7.0, 11.0)
    assert (kept.result, kept.usage, kept.agent) == ("42", '{"cpu_ms":12}', "dev-1")
    assert kept.started_at is not None
    assert kept.ended_at == kept.started_at + timedelta(seconds=3.5)


async def test_a_pause_outlasts_what_it_waited_for(world: World) -> None:
    first = await world.submit("first")
    second = await world.submit("second", first)
    await world.database.write(lambda tx: pause(tx, second.id, ANA))
    await world.report(first, ReportKind.CLAIMED, ReportKind.COMPLETED)
    assert (await world.kept(second)).task.state is TaskState.PAUSED
    await world.database.write(lambda tx: resume(tx, second.id, ANA))
    assert (await world.kept(second)).task.state is TaskState.PENDING
    with pytest.raises(TaskError, match="not paused"):
        await world.database.write(lambda tx: resume(tx, second.id, ANA))


async def test_a_dead_task_can_be_replayed(world: World) -> None:
    task = await world.bring(TaskState.DEAD)
    await world.database.write(lambda tx: replay(tx, task.id, ANA))
    kept = (await world.kept(task)).task
    assert (kept.state, kept.ended_at, kept.attempts) == (TaskState.PENDING, None, 0)


async def test_texts_that_no_database_can_hold_are_made_readable(world: World) -> None:
    task = await world.submit()
    await world.report(task, ReportKind.CLAIMED, ReportKind.COMPLETED, result="a\0b\ud800c", error="")
    assert (await world.kept(task)).task.result == "a\N{SYMBOL FOR NULL}b?c"
    with pytest.raises(TaskError, match="null character"):
        await world.submit("a\0b")


async def test_the_longest_result_is_kept_whole(world: World) -> None:
    task = await world.submit()
    await world.report(task, ReportKind.CLAIMED, ReportKind.COMPLETED, result="€" * 300_000)
    assert (await world.kept(task)).task.result == "€" * 262_144


async def test_listings_are_paged_and_restricted(world: World) -> None:
    tasks = [
        await world.submit(
            f"task {number}",
            type=("echo", "word_count")[number % 2],
            capabilities=("gpu",) if number % 3 == 0 else ("eu", "gpu-2"),
            parent_goal="goal-1" if number % 5 == 0 else None,
        )
        for number in range(23)
    ]
    await world.report(tasks[4], ReportKind.CLAIMED, ReportKind.STARTED)
    await world.database.write(lambda tx: cancel(tx, tasks[7].id, ANA))
    await world.settle()
    everything = [await world.decided(task) for task in reversed(tasks)]
    queries = [
        TaskQuery(),
        TaskQuery(states=frozenset({TaskState.ACTIVE, TaskState.CANCELLED})),
        TaskQuery(type="echo"),
        TaskQuery(capability="gpu"),
        TaskQuery(agent="dev-1"),
        TaskQuery(parent_goal="goal-1"),
        TaskQuery(type="echo", capability="eu", states=frozenset({TaskState.PENDING})),
        TaskQuery(type="nobody"),
    ]
    for query in queries:
        wanted = [record for record in everything if query.wants(record)]
        found: list[TaskRecord] = []
        while page := await world.store.find(replace(query, limit=4, after=found[-1].task.id if found else "")):
            assert len(page) <= 4
            found += page
        assert found == wanted, query
    assert await world.store.counts() == {TaskState.PENDING: 21, TaskState.ACTIVE: 1, TaskState.CANCELLED: 1}


async def test_marks_tell_revisions_and_seals_by_id(world: World) -> None:
    tasks = [await world.submit(f"task {number}") for number in range(7)]
    await world.database.write(lambda tx: reprioritise(tx, tasks[2].id, 1, ANA))
    await world.settle()
    found = [*await world.store.marks("", 4), *await world.store.marks(tasks[3].id, 4)]
    assert [mark.id for mark in found] == [task.id for task in tasks]
    assert [mark.revision for mark in found] == [1, 1, 2, 1, 1, 1, 1]
    assert [mark.seal for mark in found] == [seal_of(await world.decided(task)) for task in tasks]
    assert await world.store.marks(tasks[-1].id, 4) == []


async def test_what_is_older_never_replaces_what_is_newer(world: World) -> None:
    task = await world.submit()
    old = await world.kept(task)
    await world.database.write(lambda tx: cancel(tx, task.id, ANA))
    new = await world.kept(task)
    assert await world.store.put([old]) == []
    assert await world.store.get(task.id) == new
    assert await world.store.put([new, new]) == []
    assert await world.store.get(task.id) == new
    assert await world.store.faults() == []


async def test_what_is_not_there_is_not_there(world: World) -> None:
    assert await world.store.get("t9999") is None
    assert await world.store.get("../../etc/passwd") is None
    assert await world.store.remove(["t9999"]) == 0
    assert await world.store.find(TaskQuery()) == []


async def test_old_tasks_are_forgotten_unless_somebody_waits_for_them(world: World) -> None:
    done, cancelled, needed, live = [await world.submit(f"task {n}") for n in range(4)]
    other = await world.submit("other")
    waiting = await world.submit("waiting", needed, other)
    for task in (done, needed):
        await world.report(task, ReportKind.CLAIMED, ReportKind.COMPLETED)
    await world.database.write(lambda tx: cancel(tx, cancelled.id, ANA))
    await world.settle()
    await world.database.write(lambda tx: tx.execute("DELETE FROM task_outbox"))
    keeper = TaskKeeper(world.database, world.clock, lambda: 30)
    world.clock.step(timedelta(days=30))
    assert await keeper.look() == 0
    world.clock.step(timedelta(seconds=1))
    assert await keeper.look() == 2
    assert await keeper.look() == 0
    await world.settle()
    left = sorted(record.task.id for record in await world.store.find(TaskQuery()))
    assert left == sorted(task.id for task in (needed, live, other, waiting))
    (row,) = await world.database.read(lambda r: r.rows("SELECT data FROM journal WHERE kind = 'tasks.forgotten'"))
    assert '"number":2' in row["data"]


async def test_a_record_reads_as_it_was_written(world: World) -> None:
    for state in TaskState:
        record = await world.kept(await world.bring(state, description=AWKWARD, capabilities=("gpu",)))
        assert decode(encode(record)) == (record, True)
        assert decode(encode(record).replace('"priority": 5', '"priority": 4'))[1] is False
