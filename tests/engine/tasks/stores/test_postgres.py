"""PostgreSQL as a store: its losses are waited out, its password is told to nobody, its encryption is as asked for."""

from __future__ import annotations

import asyncio
import contextlib
import traceback
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]  # it ships no types
import pytest
import trustme

from engine.clock import SystemClock
from engine.storage import Database
from engine.tasks import NewTask, cancel, submit
from engine.tasks.stores import StoreUnavailable, TaskMirror, TaskQuery
from engine.tasks.stores.postgres import PostgresTaskStore
from tests.postgres import PASSWORD, Server, prepared, running

from ...waiting import until
from .conftest import POSTGRES
from .world import ANA, Places, World, drop, execute

pytestmark = POSTGRES


@pytest.fixture
def kind() -> str:
    return "postgresql"


async def end_connections(url: str) -> None:
    """The server shows everybody but us the door."""
    await execute(url, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'watchfloor'")


async def test_other_programs_can_query_the_tasks(world: World) -> None:
    task = await world.submit("work", capabilities=("gpu",), type="word_count")
    await world.kept(task)
    (row,) = await execute(
        world.places.url,
        f'SELECT title, state, capabilities, created_at FROM "{world.places.namespace}".tasks WHERE state = $1',
        "pending",
    )
    assert (row["title"], row["capabilities"], row["created_at"]) == ("work", ["gpu"], task.created_at)


async def test_a_lost_connection_is_made_anew(world: World) -> None:
    task = await world.submit()
    await world.settle()
    await end_connections(world.places.url)
    await world.database.write(lambda tx: cancel(tx, task.id, ANA))
    # The first call may find the connection dead; what could not be kept is still noted.
    with contextlib.suppress(StoreUnavailable):
        await world.settle()
    assert (await world.kept(task)).task.state.value == "cancelled"


async def test_an_answer_that_does_not_come_is_not_waited_for_for_ever(places: Places, world: World) -> None:
    task = await world.submit()
    await world.settle()
    await world.store.close()
    store = PostgresTaskStore(places.url, places.namespace, timeout_seconds=0.3)
    await store.open()
    other = await asyncpg.connect(places.url)
    try:
        await other.execute("BEGIN")
        await other.execute(f'LOCK TABLE "{places.namespace}".tasks IN ACCESS EXCLUSIVE MODE')
        with pytest.raises(StoreUnavailable, match=r"0\.3 s|statement timeout"):
            await store.get(task.id)
    finally:
        await other.close()
    assert await store.get(task.id) is not None
    await store.close()


async def test_a_cancelled_call_leaves_no_answer_behind_for_the_next(world: World) -> None:
    tasks = [await world.submit(f"task {n}") for n in range(50)]
    await world.settle()
    for _ in range(5):
        call = asyncio.create_task(world.store.find(TaskQuery()))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait([call])
        found = await world.store.get(tasks[7].id)
        assert found is not None
        assert found.task.title == "task 7"


async def test_tables_of_a_newer_or_edited_version_are_left_alone(world: World) -> None:
    await world.store.close()
    table = f'"{world.places.namespace}".schema_migrations'
    await execute(world.places.url, f"UPDATE {table} SET sha256 = 'edited' WHERE version = 1")
    with pytest.raises(StoreUnavailable, match="step 0001"):
        await world.places.store(world.database).open()
    await execute(world.places.url, f"UPDATE {table} SET version = 9 WHERE version = 1")
    with pytest.raises(StoreUnavailable, match="step 0009"):
        await world.places.store(world.database).open()


async def test_a_user_who_may_not_make_schemas_can_use_one_that_is_there(world: World) -> None:
    await world.store.close()
    url, namespace = world.places.url, world.places.namespace
    await execute(url, f"CREATE ROLE {namespace}_low LOGIN PASSWORD '{PASSWORD}'")
    try:
        await execute(url, f'GRANT USAGE, CREATE ON SCHEMA "{namespace}" TO {namespace}_low')
        await execute(url, f'GRANT ALL ON ALL TABLES IN SCHEMA "{namespace}" TO {namespace}_low')
        store = PostgresTaskStore(url.replace("tester:", f"{namespace}_low:"), namespace)
        await store.open()
        assert await store.counts() == {}
        await store.close()
    finally:
        await drop(url, namespace)
        await execute(url, f"DROP ROLE {namespace}_low")


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://tester:hunter2-of-ana@127.0.0.1:{port}/postgres",
        "postgresql://tester:hunter2-of-ana@127.0.0.1:{port}/nowhere",
        "postgresql://nobody:hunter2-of-ana@127.0.0.1:1/postgres",
        "postgresql://tester:hunter2-of-ana@127.0.0.1:{port}/postgres?sslmode=hunter2-of-ana",
        "postgresql://tester:hunter2-of-ana@127.0.0.1:hunter2-of-ana/postgres",
        "postgresql://tester:hunter2/of-ana@127.0.0.1:{port}/postgres",
        "postgresql://tester:hunter2@of-ana@127.0.0.1:{port}/postgres",
        "postgresql://tester:hunter2?of@ana@127.0.0.1:{port}/postgres",
        "postgresql://tester:hunter2%40of@[127.0.0.1:{port}/postgres",
    ],
)
async def test_no_error_tells_the_password(server: Server, wrong: str) -> None:
    url = wrong.format(port=server.url.rpartition(":")[2].partition("/")[0])
    store = PostgresTaskStore(url, "tasks_never", timeout_seconds=5)
    with pytest.raises(StoreUnavailable) as caught:
        await store.open()
    told = "".join(traceback.format_exception(caught.value))
    assert "hunter2" not in told
    assert "hunter2" not in store.target
    assert "hunter2" not in repr(store)
    await store.close()


async def test_another_machine_is_not_asked_before_encryption_was_decided() -> None:
    for url in ("postgresql://ana:pw@db.example.com/tasks", "postgresql://ana:pw@localhost:1,db.example.com:2/tasks"):
        store = PostgresTaskStore(url)
        with pytest.raises(StoreUnavailable, match="sslmode=verify-full"):
            await store.open()
        await store.close()


@pytest.fixture
async def encrypted(tmp_path: Path) -> AsyncIterator[tuple[Server, Path]]:
    """A server that speaks TLS alone, under the name localhost."""
    authority = trustme.CA()
    certificate = authority.issue_cert("localhost")
    bundle = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(bundle)
    with prepared() as server:
        assert server.folder is not None
        chain, key = server.folder / "data" / "server.crt", server.folder / "data" / "server.key"
        certificate.cert_chain_pems[0].write_to_path(chain)
        key.touch(mode=0o600)
        certificate.private_key_pem.write_to_path(key)
        hosts = server.folder / "data" / "pg_hba.conf"
        hosts.write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n", encoding="ascii")
        server.give_away(chain, key)
        with running(server, "ssl=on", "ssl_cert_file=server.crt", "ssl_key_file=server.key"):
            yield server, bundle


async def test_the_address_says_how_the_server_must_prove_itself(
    encrypted: tuple[Server, Path], tmp_path: Path
) -> None:
    server, bundle = encrypted
    right = server.url.replace("127.0.0.1", "localhost")
    store = PostgresTaskStore(f"{right}?sslmode=verify-full&sslrootcert={bundle}")
    await store.open()
    assert await store.counts() == {}
    await store.close()
    stranger = tmp_path / "stranger.pem"
    trustme.CA().cert_pem.write_to_path(stranger)
    for url in (
        f"{right}?sslmode=disable",
        f"{right}?sslmode=verify-full&sslrootcert={stranger}",
        # Right authority, another name.
        f"{server.url}?sslmode=verify-full&sslrootcert={bundle}",
    ):
        store = PostgresTaskStore(url, timeout_seconds=5)
        with pytest.raises(StoreUnavailable):
            await store.open()
        await store.close()


async def test_a_server_that_comes_late_and_goes_again_gets_everything(tmp_path: Path) -> None:
    clock = SystemClock()
    async with await Database.open(tmp_path / "engine.db", clock) as database:
        with prepared() as server:
            store = PostgresTaskStore(server.url, timeout_seconds=2)
            mirror = TaskMirror(database, store, clock)
            database.observe(mirror.on_commit)
            service = asyncio.create_task(mirror.run())
            try:
                await until(lambda: bool(mirror.status.why))
                await database.write(lambda tx: submit(tx, NewTask("early"), "t1", ANA))
                with running(server):
                    await until(lambda: mirror.status.well)
                    await database.write(lambda tx: cancel(tx, "t1", ANA))
                    await until_kept(server.url, "cancelled")
                await database.write(lambda tx: submit(tx, NewTask("late"), "t2", ANA))
                await until(lambda: not mirror.status.well)
                assert PASSWORD not in mirror.status.why
                noted = await database.read(lambda r: r.rows("SELECT task_id FROM task_unkept"))
                assert [row["task_id"] for row in noted] == ["t2"]
            finally:
                service.cancel()
                await asyncio.wait([service])
        kinds = await database.read(
            lambda r: [
                row["kind"] for row in r.rows("SELECT kind FROM journal WHERE kind LIKE 'task_store.%' ORDER BY seq")
            ]
        )
        assert kinds == ["task_store.chosen", "task_store.lost", "task_store.reached", "task_store.lost"]
    assert PASSWORD.encode() not in (tmp_path / "engine.db").read_bytes()


async def until_kept(url: str, state: str) -> None:
    """Wait until the one task has a state."""
    async with asyncio.timeout(30):
        while (await execute(url, "SELECT state FROM watchfloor.tasks"))[0]["state"] != state:
            pass
