"""Task files: whole or not there, whatever kills the writer; and whatever else people and programs leave among them."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.storage import Database
from engine.tasks import Task, TaskState, cancel, reprioritise
from engine.tasks.stores import JsonTaskStore, RecordError, StoreUnavailable, TaskMirror, TaskQuery

from .world import ANA, Places, World


@pytest.fixture
def kind() -> str:
    return "json"


def file_of(world: World, task: Task) -> Path:
    return world.places.folder / "tasks" / f"{task.created_at:%Y-%m}" / f"{task.id}.json"


async def test_a_file_is_plain_and_its_keys_are_sorted(world: World) -> None:
    task = await world.submit("żółć", payload='{"b": 1}')
    await world.settle()
    text = file_of(world, task).read_text(encoding="utf-8")
    assert '\n  "title": "żółć",\n' in text
    assert list(json.loads(text)) == sorted(json.loads(text))
    assert text.endswith("\n}\n")
    assert text.count("\n") > 25


def swap(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new)


PRIORITY = '"priority": 5'
CONFLICT = f'<<<<<<< HEAD\n  {PRIORITY},\n=======\n  "priority": 6,\n>>>>>>>\n'
SPOILT: dict[str, tuple[Callable[[str], str], str]] = {
    "half of it": (lambda text: text[: len(text) // 2], "line "),
    "nothing": (lambda text: "", "line 1"),
    "a conflict of git": (swap(f"  {PRIORITY},\n", CONFLICT), "at line 17"),
    "another type": (swap(PRIORITY, '"priority": "high"'), "priority is not a whole number (line 17)"),
    "out of range": (swap(PRIORITY, '"priority": 50'), "priority must be 1 to 10 (line 17)"),
    "an unknown state": (swap('"state": "pending"', '"state": "mañana"'), "not a valid TaskState"),
    "a key twice": (swap(PRIORITY, f"{PRIORITY}, {PRIORITY}"), "priority"),
    "an unknown key": (swap('"agent"', '"Agent"'), "lacks agent"),
    "a list": (lambda text: "[]", "line 1"),
    "too deep": (lambda text: "[" * 500 + "]" * 500, "deep"),
    "another task": (swap('"id": "t0001"', '"id": "t0002"'), "its id is not its file's name"),
}


@pytest.mark.parametrize("how", SPOILT)
async def test_a_bad_file_is_named_with_its_line_and_never_lost(world: World, how: str) -> None:
    spoil, wanted = SPOILT[how]
    task = await world.submit()
    before = await world.kept(task)
    file = file_of(world, task)
    spoilt = spoil(file.read_text(encoding="utf-8"))
    file.write_text(spoilt, encoding="utf-8")
    (fault,) = await world.store.faults()
    assert fault.place == f"{task.created_at:%Y-%m}/t0001.json"
    assert wanted in fault.why
    with pytest.raises(RecordError):
        await world.store.get(task.id)
    assert await world.store.find(TaskQuery()) == []
    assert await world.keeping.compare() == 1
    assert await world.store.get(task.id) == before
    (aside,) = (world.places.folder / "tasks" / "set-aside").iterdir()
    assert aside.name == "t0001.1.json"
    assert aside.read_text(encoding="utf-8") == spoilt


async def test_what_is_no_file_of_a_task_is_told_and_left_alone(world: World) -> None:
    task = await world.submit()
    await world.settle()
    month = file_of(world, task).parent
    (month / "notes.txt").write_text("mine", encoding="utf-8")
    (month / "t9999.json").write_text("{ nonsense", encoding="utf-8")
    (world.places.folder / "tasks" / "README").write_text("mine", encoding="utf-8")
    assert await world.keeping.compare() == 0
    assert {fault.place.partition("/")[2] for fault in world.keeping.status.faults} == {"notes.txt", "t9999.json"}
    assert (month / "t9999.json").read_text(encoding="utf-8") == "{ nonsense"


@pytest.mark.parametrize("sort", ["link", "pipe", "folder", "huge"])
async def test_files_that_are_no_files_do_no_harm(world: World, sort: str, tmp_path: Path) -> None:
    task = await world.submit()
    before = await world.kept(task)
    file = file_of(world, task)
    file.unlink()
    match sort:
        case "link":
            elsewhere = tmp_path / "secret"
            elsewhere.write_text("keep me", encoding="utf-8")
            file.symlink_to(elsewhere)
        case "pipe":
            os.mkfifo(file)
        case "folder":
            file.mkdir()
        case _:
            with file.open("wb") as sparse:
                sparse.truncate(5 * 2**30)
    assert len(await world.store.faults()) == 1
    assert await world.keeping.compare() == 1
    assert await world.store.get(task.id) == before
    if sort == "link":
        assert (tmp_path / "secret").read_text(encoding="utf-8") == "keep me"


async def test_a_moved_file_is_still_the_tasks(world: World) -> None:
    task = await world.submit()
    before = await world.kept(task)
    other = world.places.folder / "tasks" / "2019-01"
    other.mkdir()
    file_of(world, task).rename(other / f"{task.id}.json")
    assert await world.store.get(task.id) == before
    assert await world.keeping.compare() == 0


async def test_readers_beside_the_writer_see_whole_files_alone(world: World) -> None:
    task = await world.submit(description="long " * 2_000)
    await world.settle()
    file, stop, seen, broken = file_of(world, task), threading.Event(), set[int](), list[str]()

    def read() -> None:
        while not stop.is_set():
            try:
                seen.add(json.loads(file.read_bytes())["priority"])
            except (OSError, ValueError) as error:
                broken.append(repr(error))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for number in range(60):
            await world.database.write(lambda tx, to=number % 10 + 1: reprioritise(tx, task.id, to, ANA))  # type: ignore[misc]  # bound at once
            await world.settle()
    finally:
        stop.set()
        reader.join()
    assert broken == []
    assert seen


WRITER = """
import asyncio, sys
from pathlib import Path
from engine.clock import SystemClock
from engine.storage import Database
from engine.tasks import NewTask, cancel, submit
from engine.tasks.stores import JsonTaskStore, TaskMirror

async def main(folder):
    async with await Database.open(folder / "engine.db", SystemClock()) as database:
        mirror = TaskMirror(database, JsonTaskStore(folder / "tasks"), SystemClock())
        await mirror.begin()
        await mirror.compare()
        for number in range(6):
            await database.write(lambda tx: submit(tx, NewTask(f"task {number}"), f"c{number}", "operator:ana"))
            await mirror.flush()
            print(number, flush=True)
        await database.write(lambda tx: cancel(tx, "c1", "operator:ana"))
        await mirror.flush()
        print("cancelled", flush=True)

asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.parametrize("point", ["tasks.file:written", "tasks.file:renamed", "storage.commit:after"])
@pytest.mark.parametrize("passage", [1, 4, 7])
def test_a_kill_leaves_whole_files_and_the_next_engine_completes_them(tmp_path: Path, point: str, passage: int) -> None:
    passage = passage * 2 if point.startswith("storage") else passage
    killed = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path)],
        env={**os.environ, "WATCHFLOOR_CRASH_AT": f"{point}:{passage}"},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    for file in tmp_path.glob("tasks/*/*.json"):
        json.loads(file.read_bytes())
    # Whatever was said to be kept is in its file.
    kept = {file.stem for file in tmp_path.glob("tasks/*/*.json")}
    assert {f"c{number}" for number in killed.stdout.split() if number.isdigit()} <= kept
    asyncio.run(complete(tmp_path))
    assert list(tmp_path.glob("tasks/*/.*.tmp")) == []
    assert not (tmp_path / "tasks" / "set-aside").exists()


async def complete(folder: Path) -> None:
    """What the next engine does at its start."""
    async with await Database.open(folder / "engine.db", SimulatedClock()) as database:
        decided = await database.read(lambda r: {row["id"]: row["state"] for row in r.rows("SELECT * FROM tasks")})
        mirror = TaskMirror(database, store := JsonTaskStore(folder / "tasks"), SimulatedClock())
        await mirror.begin()
        await mirror.compare()
        assert {one.task.id: one.task.state.value for one in await store.find(TaskQuery())} == decided
        assert await store.faults() == []
        await store.close()


async def test_a_folder_that_cannot_be_written_is_told_and_waited_for(world: World, places: Places) -> None:
    await world.store.close()
    blocked = places.folder / "blocked"
    blocked.write_text("a file where the folder should be", encoding="utf-8")
    store = JsonTaskStore(blocked)
    mirror = TaskMirror(world.database, store, world.clock)
    with pytest.raises(StoreUnavailable, match="blocked cannot be used"):
        await mirror.begin()
    task = await world.submit()
    await world.database.write(lambda tx: cancel(tx, task.id, ANA))
    blocked.unlink()
    await mirror.begin()
    await mirror.compare()
    found = await store.get(task.id)
    assert found is not None
    assert found.task.state is TaskState.CANCELLED
    await store.close()
