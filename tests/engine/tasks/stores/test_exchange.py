"""Tasks as records on their way out and in: all that fit together, or none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.tasks import ReportKind, TaskError, TaskState, cancel
from engine.tasks.stores import TaskQuery, TaskRecord, encode
from engine.tasks.stores.exchange import exported, imported

from .world import ANA, Places, World


@pytest.fixture
def kind() -> str:
    return "sqlite"


async def take(world: World, *texts: str) -> int:
    return await world.database.write(lambda tx: imported(tx, texts, ANA))


async def written(world: World) -> list[str]:
    """All tasks, oldest first, as pages bring them."""
    texts: list[str] = []
    after = ""
    while True:
        query = TaskQuery(after=after, limit=3)
        page, after = await world.database.read(lambda r: exported(r, query))  # noqa: B023  # awaited at once
        texts += page
        if not after:
            return texts[::-1]


async def test_what_is_taken_along_arrives_as_it_was(world: World, places: Places) -> None:
    for state in TaskState:
        await world.bring(state, parent_goal="goal-1")
    texts = await written(world)
    assert len(texts) == len(TaskState) + 2
    other = await World.begin(places, world.clock, name="other.db")
    # In any order: what they depend on is among them.
    assert await take(other, *reversed(texts)) == len(texts)
    there = {record.task.id: record for record in await world.store.find(TaskQuery(limit=100))}
    for record in await other.store.find(TaskQuery(limit=100)):
        if there[record.task.id].task.state in {TaskState.ASSIGNED, TaskState.ACTIVE}:
            assert record.task.state is TaskState.PENDING
        else:
            assert record == there[record.task.id]
    assert await take(other, *texts) == 0
    await other.end()


async def test_only_what_is_newer_is_taken(world: World) -> None:
    task = await world.submit()
    (old,) = await written(world)
    await world.database.write(lambda tx: cancel(tx, task.id, ANA))
    assert await take(world, old) == 0
    assert await world.state(task) is TaskState.CANCELLED


async def test_a_record_that_an_operator_edited_counts_by_its_revision(world: World) -> None:
    task = await world.submit("as it was")
    (text,) = await written(world)
    edited = json.loads(text) | {"title": "as it shall be", "revision": 2}
    assert await take(world, json.dumps(edited)) == 1
    assert (await world.decided(task)).task.title == "as it shall be"
    (row,) = await world.database.read(lambda r: r.rows("SELECT * FROM journal WHERE kind = 'task.adopted'"))
    assert row["actor"] == ANA


async def test_dependants_go_on_by_what_was_brought(world: World) -> None:
    first = await world.submit("first")
    second = await world.submit("second", first)
    record = await world.decided(first)
    done = replace(record.task, state=TaskState.DONE, revision=5, ended_at=world.clock.now(), result="42")
    assert await take(world, encode(TaskRecord(done))) == 1
    assert await world.state(second) is TaskState.PENDING
    assert await world.report(second, ReportKind.CLAIMED, ReportKind.COMPLETED) == 2


async def test_circles_gaps_repeats_and_nonsense_are_refused_whole(world: World) -> None:
    task = await world.submit()
    record = await world.decided(task)

    def made(name: str, *needs: str, **more: object) -> str:
        task = replace(record.task, id=name, state=TaskState.BACKLOG, **more)  # type: ignore[arg-type]  # of a task
        return encode(TaskRecord(task, needs))

    cases = {
        "circle|wait for each other": [made("a", "b"), made("b", "c"), made("c", "a")],
        "itself|wait for each other": [made("a", "a")],
        "gap|neither here nor among them": [made("a"), made("b", "nowhere")],
        "repeat|twice": [made("a"), made("a")],
        "nonsense|line 1": [made("a"), "{"],
        "step|approval step": [made("a", type="action")],
    }
    for name, texts in cases.items():
        with pytest.raises(TaskError, match=name.partition("|")[2]):
            await take(world, *texts)
        assert await world.store.counts() == {TaskState.PENDING: 1}, name
    assert await take(world, made("b", "a"), made("a", task.id)) == 2


async def test_long_texts_make_short_pages(world: World) -> None:
    for number in range(7):
        task = await world.submit(f"task {number}")
        await world.report(task, ReportKind.CLAIMED, ReportKind.COMPLETED, result="x" * 262_144)
    texts, after = await world.database.read(lambda r: exported(r, TaskQuery(limit=100)))
    assert (len(texts), bool(after)) == (4, True)
    rest, after = await world.database.read(lambda r: exported(r, TaskQuery(limit=100, after=after)))
    assert (len(rest), after) == (3, "")
