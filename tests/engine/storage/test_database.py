"""Units of work: durable, grouped, isolated from one another, and journalled in an unbroken chain."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.journal import Breach, Event, Head, verify
from engine.redaction import MASK
from engine.storage import Database, Reader, StorageError, Superseded, Transaction


@pytest.fixture(params=[False, True], ids=["threaded", "inline"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=request.param) as opened:
        yield opened


def remember(name: str, value: str) -> object:
    def work(tx: Transaction) -> int:
        tx.execute("INSERT INTO engine_facts (name, value) VALUES (?, ?)", (name, value))
        return tx.record("fact.stored", name, {"value": value})

    return work


async def test_what_write_returned_for_is_on_disk(database: Database) -> None:
    await database.write(lambda tx: tx.execute("INSERT INTO engine_facts (name, value) VALUES ('a', '1')"))
    other = sqlite3.connect(database.path)
    try:
        assert other.execute("SELECT value FROM engine_facts").fetchall() == [("1",)]
    finally:
        other.close()


async def test_a_failing_unit_undoes_itself_alone(database: Database) -> None:
    def unit(name: str, fail: bool) -> object:
        def work(tx: Transaction) -> int:
            tx.execute("INSERT INTO engine_facts (name, value) VALUES (?, '')", (name,))
            seq = tx.record("fact.stored", name, {})
            if fail:
                raise ValueError(name)
            return seq

        return work

    results = await asyncio.gather(
        *(database.write(unit(f"n{i}", i % 3 == 0)) for i in range(30)),  # type: ignore[arg-type]
        return_exceptions=True,
    )
    assert [isinstance(result, ValueError) for result in results] == [i % 3 == 0 for i in range(30)]
    rows = await database.read(lambda r: r.rows("SELECT * FROM journal ORDER BY seq"))
    assert verify(rows) == Head(20, database.head.hash)
    stored = await database.read(lambda r: r.rows("SELECT name FROM engine_facts"))
    assert {row["name"] for row in stored} == {f"n{i}" for i in range(30) if i % 3}


async def test_observers_see_durable_events_in_order(database: Database) -> None:
    seen: list[Event] = []

    def observer(events: Sequence[Event]) -> None:
        seen.extend(events)

    database.observe(observer)
    await asyncio.gather(*(database.write(lambda tx, i=i: tx.record("x.done", str(i), {})) for i in range(50)))  # type: ignore[misc]
    assert [event.seq for event in seen] == list(range(1, 51))


async def test_beyond_the_fence_nothing_is_written(database: Database) -> None:
    ours = True

    def check(reader: Reader) -> None:
        if not ours:
            raise Superseded("somebody else writes here", why=f"{len(reader.rows('SELECT 1'))} row says so")

    database.fence(check)
    await database.write(lambda tx: tx.record("thing.done", "1", {}))
    ours = False
    made = await asyncio.gather(
        *(database.write(lambda tx: tx.record("thing.done", "2", {})) for _ in range(3)), return_exceptions=True
    )
    assert [type(one) for one in made] == [Superseded] * 3
    assert database.head.seq == 1
    ours = True
    assert await database.write(lambda tx: tx.record("thing.done", "3", {})) == 2


async def test_the_journal_masks_secrets(database: Database) -> None:
    await database.write(
        lambda tx: tx.record(
            "x.done", "1", {"api_key": "k", "deep": [{"password": "p"}], "text": "redis://u:hunter2@h sk-" + "a" * 30}
        )
    )
    row = await database.read(lambda r: r.row("SELECT data FROM journal"))
    assert row is not None
    assert "hunter2" not in row["data"]
    assert "sk-aaa" not in row["data"]
    assert row["data"].count(MASK) == 4


@pytest.mark.parametrize(
    ("column", "value"),
    [("data", '{"value":"9"}'), ("actor", "mallory"), ("at_us", 1), ("kind", "fact.forged"), ("hash", "f" * 64)],
)
async def test_a_changed_row_is_named(database: Database, column: str, value: object) -> None:
    for i in range(5):
        await database.write(remember(f"n{i}", str(i)))  # type: ignore[arg-type]
    await database.close()
    other = sqlite3.connect(database.path)
    other.row_factory = sqlite3.Row
    try:
        for sql in ("DELETE FROM journal", "UPDATE journal SET actor = 'mallory' WHERE seq = 3"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                other.execute(sql)
        other.execute("DROP TRIGGER journal_is_append_only_on_update")
        other.execute(f"UPDATE journal SET {column} = ? WHERE seq = 3", (value,))
        found = verify(other.execute("SELECT * FROM journal ORDER BY seq"))
    finally:
        other.close()
    assert isinstance(found, Breach)
    assert found.seq == 3


async def test_a_removed_row_is_named(database: Database) -> None:
    for i in range(5):
        await database.write(remember(f"n{i}", str(i)))  # type: ignore[arg-type]
    rows = await database.read(lambda r: r.rows("SELECT * FROM journal WHERE seq <> 4 ORDER BY seq"))
    assert verify(rows) == Breach(4, "row is missing; the next one found is 5")


async def test_rows_that_changed_places_are_named(database: Database) -> None:
    for i in range(5):
        await database.write(remember(f"n{i}", str(i)))  # type: ignore[arg-type]
    rows = await database.read(lambda r: r.rows("SELECT * FROM journal ORDER BY seq"))
    swapped = [dict(row) for row in rows]
    swapped[2], swapped[3] = swapped[3] | {"seq": 3}, swapped[2] | {"seq": 4}
    found = verify(swapped)
    assert isinstance(found, Breach)
    assert found.seq == 3


async def test_the_chain_goes_on_after_a_restart(tmp_path: Path) -> None:
    for _ in range(3):
        async with await Database.open(tmp_path / "engine.db", SimulatedClock()) as database:
            await database.write(lambda tx: tx.record("x.done", "1", {}))
    async with await Database.open(tmp_path / "engine.db", SimulatedClock()) as database:
        rows = await database.read(lambda r: r.rows("SELECT * FROM journal ORDER BY seq"))
        assert verify(rows) == database.head
        assert database.head.seq == 3


async def test_a_full_disk_is_said_and_nothing_half_done(tmp_path: Path) -> None:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock()) as database:
        await database.write(lambda tx: tx.record("x.done", "1", {}))
        pages = (await database.read(lambda r: r.row("PRAGMA page_count")))[0]  # type: ignore[index]
        database._writer.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(StorageError, match="the disk is full"):
            await database.write(lambda tx: [tx.record("x.done", "2", {"pad": "y" * 4000}) for _ in range(100)])
        database._writer.execute("PRAGMA max_page_count = 1000000")
        await database.write(lambda tx: tx.record("x.done", "3", {}))
        rows = await database.read(lambda r: r.rows("SELECT * FROM journal ORDER BY seq"))
        assert [row["subject"] for row in rows] == ["1", "3"]
        assert verify(rows) == database.head


async def test_a_file_that_is_no_database_is_refused_with_the_cause(tmp_path: Path) -> None:
    path = tmp_path / "engine.db"
    path.write_bytes(b"hello" * 1000)
    with pytest.raises(StorageError, match="not a SQLite database"):
        await Database.open(path, SimulatedClock())


async def test_an_edited_migration_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "engine.db"
    async with await Database.open(path, SimulatedClock()):
        pass
    other = sqlite3.connect(path)
    other.execute("UPDATE schema_migrations SET sha256 = 'x' WHERE version = 1")
    other.commit()
    other.close()
    with pytest.raises(StorageError, match="migration 0001 differs"):
        await Database.open(path, SimulatedClock())
