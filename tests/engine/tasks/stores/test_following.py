"""The store follows the database: across crashes, losses, edits by others, new workspaces and other engines."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from engine.storage import Database
from engine.tasks import ReportKind, Task, TaskState, cancel, pending_outbox
from engine.tasks.stores import Fault, StoreUnavailable, TaskMirror, TaskQuery, TaskRecord, end_mirror
from engine.tasks.task import FailurePolicy

from .conftest import EACH
from .world import ANA, Places, World, execute

pytestmark = pytest.mark.parametrize("kind", EACH[1:], indirect=True)


async def journalled(world: World, kind: str) -> list[str]:
    rows = await world.database.read(lambda r: r.rows("SELECT data FROM journal WHERE kind = ? ORDER BY seq", (kind,)))
    return [row["data"] for row in rows]


async def tamper(world: World, record: TaskRecord, title: str) -> None:
    """Somebody else changes a task in the store, without the engine."""
    if world.places.kind == "json":
        (file,) = world.places.folder.glob(f"tasks/*/{record.task.id}.json")
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f'"title": "{record.task.title}"', f'"title": "{title}"'), encoding="utf-8")
        return
    table = f'"{world.places.namespace}".tasks'
    await execute(world.places.url, f"UPDATE {table} SET title = $1 WHERE id = $2", title, record.task.id)


async def set_aside(world: World) -> list[str]:
    """What was put aside, as text."""
    if world.places.kind == "json":
        return [file.read_text(encoding="utf-8") for file in sorted(world.places.folder.glob("tasks/set-aside/*"))]
    table = f'"{world.places.namespace}".tasks_set_aside'
    return [row["was"] for row in await execute(world.places.url, f"SELECT was FROM {table} ORDER BY number")]


async def test_what_was_decided_before_a_crash_is_kept_after_it(world: World, places: Places) -> None:
    kept = await world.submit("kept")
    await world.settle()
    noted = await world.submit("noted")
    await world.database.write(lambda tx: cancel(tx, kept.id, ANA))
    assert await world.store.get(noted.id) is None
    await world.end()
    # The next engine finds by its notes alone what the store lacks.
    database = await Database.open(places.folder / "engine.db", world.clock, inline=True)
    mirror = TaskMirror(database, store := places.store(database), world.clock)
    await mirror.begin()
    assert await mirror.flush() == 2
    assert {record.task.title: record.task.state for record in await store.find(TaskQuery())} == {
        "kept": TaskState.CANCELLED,
        "noted": TaskState.PENDING,
    }
    await store.close()
    await database.close()
    # The fixture's own end closes twice, which is closing once.


async def test_what_changes_while_it_is_being_kept_is_kept_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    task = await world.submit()
    real = world.store.put
    puts = 0

    async def put(records: Sequence[TaskRecord], *, decide: bool = False) -> list[Fault]:
        nonlocal puts
        puts += 1
        if puts == 1:
            await world.database.write(lambda tx: cancel(tx, task.id, ANA))
        return await real(records, decide=decide)

    monkeypatch.setattr(world.store, "put", put)
    assert await world.keeping.flush() == 2
    found = await world.store.get(task.id)
    assert found is not None
    assert found.task.state is TaskState.CANCELLED


async def test_whoever_changes_a_task_has_it_kept(world: World) -> None:
    task = await world.submit("before")
    await world.settle()
    await world.database.write(lambda tx: tx.execute("UPDATE tasks SET title = 'after' WHERE id = ?", (task.id,)))
    kept = (await world.kept(task)).task
    assert (kept.title, kept.revision) == ("after", 2)


async def test_keeping_the_same_twice_changes_nothing(world: World) -> None:
    task = await world.submit()
    await world.settle()
    await world.database.write(lambda tx: tx.execute("INSERT INTO task_unkept VALUES (?, 1)", (task.id,)))
    assert await world.keeping.flush() == 1
    assert await set_aside(world) == []
    assert await world.keeping.compare() == 0


async def test_an_edit_by_somebody_else_is_found_put_aside_and_put_right(world: World) -> None:
    task, other = await world.submit("as decided"), await world.submit("other")
    before = await world.kept(task)
    await world.settle()
    await tamper(world, before, "as somebody wished")
    (fault,) = await world.store.faults()
    assert (fault.task_id, "somebody changed it" in fault.why) == (task.id, True)
    assert task.id in fault.place
    assert [record.task.id for record in await world.store.find(TaskQuery())] == [other.id]
    assert await world.keeping.compare() == 1
    assert await world.store.get(task.id) == before
    (aside,) = await set_aside(world)
    assert "as somebody wished" in aside
    (told,) = await journalled(world, "task_store.repaired")
    assert task.id in told
    assert await world.keeping.compare() == 0


async def test_an_edit_is_also_found_when_the_task_changes(world: World) -> None:
    task = await world.submit("as decided")
    await tamper(world, await world.kept(task), "as somebody wished")
    await world.database.write(lambda tx: cancel(tx, task.id, ANA))
    assert (await world.kept(task)).task.state is TaskState.CANCELLED
    (aside,) = await set_aside(world)
    assert "as somebody wished" in aside


async def test_what_the_store_lost_it_gets_again(world: World) -> None:
    tasks = [await world.submit(f"task {n}") for n in range(3)]
    await world.settle()
    assert await world.store.remove([tasks[0].id, tasks[2].id]) == 2
    assert await world.keeping.compare() == 2
    assert len(await world.store.find(TaskQuery())) == 3


async def test_a_new_workspace_takes_over_what_a_store_holds(world: World, places: Places) -> None:
    done = await world.bring(TaskState.DONE)
    active = await world.bring(TaskState.ACTIVE)
    first = await world.submit("first")
    rules: dict[str, Any] = {"due_at": world.clock.now(), "unique": "one", "on_failure": FailurePolicy.SKIP}
    second = await world.submit("second", first, **rules)
    dead = await world.bring(TaskState.DEAD)
    await world.settle()
    records = {task.id: await world.kept(task) for task in (done, active, first, second, dead)}
    await world.end()
    fresh = await World.begin(places, world.clock, name="other.db")
    fresh.tokens, fresh.streamed = world.tokens, world.streamed
    for task in (done, first, dead):
        assert await fresh.decided(task) == records[task.id]
    assert await fresh.decided(second) == records[second.id]
    assert records[second.id].depends_on == (first.id,)
    held = (await fresh.decided(active)).task
    assert (held.state, held.token) == (TaskState.PENDING, records[active.id].task.token + 1)
    queued = [entry.task.id for entry in await fresh.database.read(lambda r: pending_outbox(r, 100))]
    assert queued == sorted([active.id, first.id])
    assert len(await journalled(fresh, "task.adopted")) == 5
    # From here on it is the new workspace that decides.
    await fresh.report(first, ReportKind.CLAIMED, ReportKind.COMPLETED)
    assert (await fresh.kept(second)).task.state is TaskState.PENDING
    assert await fresh.keeping.compare() == 0
    await fresh.end()


async def test_taking_over_goes_on_after_a_crash_in_its_middle(world: World, places: Places) -> None:
    task = await world.submit("old")
    record = await world.kept(task)
    await world.end()
    database = await Database.open(places.folder / "other.db", world.clock, inline=True)
    await TaskMirror(database, store := places.store(database), world.clock).begin()
    await store.close()
    await database.close()
    fresh = await World.begin(places, world.clock, name="other.db")
    assert await fresh.decided(task) == record
    await fresh.end()


async def test_what_appears_later_is_reported_and_not_carried_out(world: World) -> None:
    task = await world.submit("ours")
    record = await world.kept(task)
    forged = TaskRecord(replace(record.task, id="t7777"))
    await world.store.put([forged])
    assert await world.keeping.compare() == 0
    assert await world.database.read(lambda r: r.row("SELECT 1 FROM tasks WHERE id = 't7777'")) is None
    (fault,) = world.keeping.status.faults
    assert (fault.task_id, "knows no such task" in fault.why) == ("t7777", True)
    assert len(await journalled(world, "task_store.unreadable")) == 1
    # It is told once, not at each comparison, and a restart does not make it ours.
    await world.keeping.compare()
    assert len(await journalled(world, "task_store.unreadable")) == 1
    again = await world.again()
    assert await again.database.read(lambda r: r.row("SELECT 1 FROM tasks WHERE id = 't7777'")) is None
    await again.end()


async def test_a_forged_newer_revision_does_not_win(world: World) -> None:
    task = await world.submit("ours")
    record = await world.kept(task)
    forged = TaskRecord(replace(record.task, revision=99, title="theirs"))
    await world.store.put([forged])
    assert await world.keeping.compare() == 1
    assert await world.store.get(task.id) == record
    assert "theirs" in (await set_aside(world))[0]


async def test_only_one_engine_writes(world: World, places: Places) -> None:
    second = places.store(world.database)
    with pytest.raises(StoreUnavailable, match="taken"):
        await second.open()
    await second.close()
    await world.store.close()
    third = places.store(world.database)
    await third.open()
    await third.close()


async def test_leaving_a_store_ends_the_notes_and_coming_back_compares(world: World, places: Places) -> None:
    task = await world.submit("before")
    await world.settle()
    await end_mirror(world.database)
    await world.database.write(lambda tx: cancel(tx, task.id, ANA))
    later = await world.submit("meanwhile")
    assert await world.database.read(lambda r: r.rows("SELECT * FROM task_unkept")) == []
    again = await world.again()
    assert (await again.store.get(task.id)) == await again.decided(task)
    assert (await again.store.get(later.id)) == await again.decided(later)
    await again.end()


async def test_many_pages_are_compared(world: World) -> None:
    tasks = [await world.submit(f"task {n}") for n in range(1_203)]
    await world.settle()
    await world.store.remove([tasks[n].id for n in (0, 499, 500, 501, 1_000, 1_202)])
    assert await world.keeping.compare() == 6
    assert await world.keeping.compare() == 0
    assert (await world.store.counts())[TaskState.PENDING] == 1_203


async def test_the_service_follows_soon_after_each_commit(world: World) -> None:
    task = await world.submit("first")
    world.database.observe(world.keeping.on_commit)
    service = asyncio.create_task(world.keeping.run())
    try:
        await until(world, task, "pending")
        await world.database.write(lambda tx: cancel(tx, task.id, ANA))
        await until(world, task, "cancelled")
        await until(world, task, "cancelled", well=True)
    finally:
        service.cancel()
        await asyncio.wait([service])


async def until(world: World, task: Task, state: str, *, well: bool = False) -> None:
    """Let time pass until the store, read as anybody would, has a task in a state."""
    async with asyncio.timeout(20):
        while await seen(world, task) != state or (well and not world.keeping.status.well):
            await world.clock.advance(0.1)
            await asyncio.sleep(0.005)


async def seen(world: World, task: Task) -> str:
    """A task's state as others read it; empty where the store does not have it."""
    if world.places.kind == "json":
        return next(
            (json.loads(file.read_bytes())["state"] for file in world.places.folder.glob(f"tasks/*/{task.id}.json")), ""
        )
    table = f'"{world.places.namespace}".tasks'
    rows = await execute(world.places.url, f"SELECT state FROM {table} WHERE id = $1", task.id)
    return rows[0]["state"] if rows else ""
