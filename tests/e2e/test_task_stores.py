"""Tasks kept as files and in PostgreSQL: by the real engine, done by a real agent, across a kill -9."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import asyncpg  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.postgres import PASSWORD, postgres

from ..engine.waiting import until, until_some
from .floor import Floor

Look: TypeAlias = Callable[[], Awaitable[dict[str, dict[str, Any]]]]
"""Tasks as anybody reads them in the store, by title."""

pytestmark = [pytest.mark.timeout(120)]


@pytest.fixture(params=["json", pytest.param("postgresql", marks=pytest.mark.xdist_group("postgres"))])
async def look(request: pytest.FixtureRequest, floor: Floor) -> AsyncIterator[Look]:
    """A floor whose settings name a store, and a way to read it from outside."""
    if request.param == "json":
        configure(floor, 'store = "json"', 'directory = "work/tasks"')

        async def read_files() -> dict[str, dict[str, Any]]:
            files = [json.loads(file.read_bytes()) for file in floor.folder.glob("work/tasks/*/*.json")]
            return {one["title"]: one for one in files}

        yield read_files
        return
    with postgres() as server:
        # A PostgreSQL that others use too may hold a schema of an earlier run.
        namespace = f"floor_{abs(hash(floor.folder)) % 10**9}"
        configure(floor, 'store = "postgresql"', f'url = "{server.url}"', f'namespace = "{namespace}"')

        async def select() -> dict[str, dict[str, Any]]:
            connection = await asyncpg.connect(server.url)
            try:
                return {row["title"]: dict(row) for row in await connection.fetch(f'SELECT * FROM "{namespace}".tasks')}
            except asyncpg.UndefinedTableError:
                return {}
            finally:
                await connection.close()

        yield select
        connection = await asyncpg.connect(server.url)
        await connection.execute(f'DROP SCHEMA IF EXISTS "{namespace}" CASCADE')
        await connection.close()


def configure(floor: Floor, *lines: str) -> None:
    """Name a store in the settings."""
    file = floor.folder / "watchfloor.toml"
    program = '[agents.commands.payload]\nargv = ["printenv", "WATCHFLOOR_PAYLOAD"]'
    table = "\n".join(("[tasks]", *lines, program))
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{table}\n", encoding="utf-8")


async def until_done(look: Look, title: str) -> dict[str, Any]:
    """Wait until a task is done, as the store tells."""

    async def see() -> dict[str, Any] | None:
        found = (await look()).get(title)
        return found if found is not None and found["state"] == "done" else None

    return await until_some(see)


async def test_a_task_is_done_in_the_store_also_across_a_kill(floor: Floor, look: Look) -> None:
    program = floor.program
    program.ok("tasks", "submit", "early", "--type", "payload", "--payload", '{"text": "three little words"}')
    with program.running("run") as engine:
        await floor.up()
        with program.running("agent", "--id", "worker-1"):
            early = await until_done(look, "early")
            assert (early["agent"], early["attempts"]) == ("worker-1", 1)
            assert "three little words" in early["result"]
            assert early["run_ms"] > 0
            assert json.loads(early["usage"])["programs"] == 1
        first = program.ok("tasks", "list", "--json").data["items"][0]["id"]
        engine.kill()
        engine.wait(timeout=30)
    # No engine is there to tell the store.
    program.ok("tasks", "submit", "meanwhile", "--after", first, "--capability", "far")
    assert "meanwhile" not in await look()
    with floor.engine():
        await floor.up()
        with program.running("agent", "--id", "worker-2", "--capability", "far"):
            meanwhile = await until_done(look, "meanwhile")
            assert (meanwhile["agent"], list(meanwhile["depends_on"])) == ("worker-2", [first])
        listed = program.ok("tasks", "list", "--json").data["items"]
        stored = await look()
        assert {one["title"]: one["state"] for one in listed} == {name: one["state"] for name, one in stored.items()}
    assert [row["kind"] for row in floor.journal("task_store.chosen")] == ["task_store.chosen"]
    assert program.ok("audit", "verify").code == 0
    for file in [*(floor.folder / ".watchfloor").rglob("*"), *floor.folder.glob("work/**/*")]:
        assert not file.is_file() or PASSWORD.encode() not in file.read_bytes(), file


async def test_a_workspace_that_lost_its_database_finds_its_tasks_in_the_files(floor: Floor) -> None:
    configure(floor, 'store = "json"')
    program, files = floor.program, floor.folder / "tasks"
    program.ok("tasks", "submit", "old", "--type", "nobody_does_this")
    with floor.engine():
        await until(lambda: any(files.glob("*/*.json")))
    for file in (floor.folder / ".watchfloor").glob("engine.db*"):
        file.unlink()
    (floor.folder / ".watchfloor" / "journal.anchor").unlink(missing_ok=True)
    with floor.engine():
        await until(lambda: floor.database.exists() and adopted(floor))
        (task,) = program.ok("tasks", "list", "--json").data["items"]
        assert (task["title"], task["state"]) == ("old", "pending")


def adopted(floor: Floor) -> bool:
    """Whether the engine has taken over a task; nothing while it makes its database."""
    try:
        return bool(floor.journal("task.adopted"))
    except sqlite3.OperationalError:
        return False


def test_settings_that_do_not_fit_are_refused_with_the_reason(floor: Floor) -> None:
    configure(floor, 'store = "postgresql"')
    answer = floor.program.run("status")
    assert answer.code != 0
    assert "the store postgresql needs an url" in answer.err
