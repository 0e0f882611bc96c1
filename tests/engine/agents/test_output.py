"""What tasks write: sent in batches, bounded everywhere, kept in order, and nothing of a stale claim."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from engine.agents.follower import OutputFollower
from engine.agents.job import Source
from engine.agents.output_buffer import BUFFER_CHARACTERS, OutputBuffer
from engine.clock import SimulatedClock
from engine.coordination.output import PIECE_CHARACTERS, OutputStream, Piece
from engine.storage import Database
from engine.tasks import NewTask, cancel, submit
from engine.tasks.output import TEXT_CHARACTERS, Written, forget_output, keep, output_position, read_output, read_whole


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=True) as opened:
        await opened.write(lambda tx: submit(tx, NewTask("t"), "t1", "operator:ana"))
        yield opened


async def test_pieces_are_joined_bounded_and_sent_in_order() -> None:
    sent: list[Piece] = []

    async def send(pieces: Sequence[Piece]) -> None:
        sent.extend(pieces)

    buffer = OutputBuffer(send)
    buffer.add("t1", 1, Source.STDOUT, "one ")
    buffer.add("t1", 1, Source.STDOUT, "two")
    buffer.add("t1", 1, Source.STDERR, "three")
    await buffer.flush()
    assert [(one.source, one.text) for one in sent] == [("stdout", "one two"), ("stderr", "three")]
    sent.clear()
    buffer.add("t1", 1, Source.STDOUT, "x" * (3 * BUFFER_CHARACTERS))
    buffer.add("t1", 1, Source.STDOUT, "the end")
    buffer.add("t2", 1, Source.STDOUT, "another's")
    await buffer.flush()
    assert sum(len(one.text) for one in sent if one.task_id == "t1") <= BUFFER_CHARACTERS
    assert "".join(one.text for one in sent if one.task_id == "t1").endswith("the end")
    assert sent[-1].text == "another's"
    assert buffer.dropped >= 2 * BUFFER_CHARACTERS
    assert all(len(one.text) <= PIECE_CHARACTERS for one in sent)


async def test_what_could_not_be_sent_waits() -> None:
    failing = True

    async def send(pieces: Sequence[Piece]) -> None:
        if failing:
            raise ConnectionError("away")
        sent.extend(pieces)

    sent: list[Piece] = []
    buffer = OutputBuffer(send)
    buffer.add("t1", 1, Source.NOTE, "kept")
    with pytest.raises(ConnectionError):
        await buffer.flush()
    failing = False
    await buffer.until_news()
    await buffer.flush()
    await buffer.flush()
    assert [one.text for one in sent] == ["kept"]


async def test_the_stream_brings_it_over(redis: Any, prefix: str) -> None:
    stream = OutputStream(redis, redis, prefix)
    await stream.append([Piece("t1", 7, "stdout", "a\x1b[2J\ud800"), Piece("t1", 7, "diff", "+b")])
    first, second = await stream.read("0-0")
    assert (first.task_id, first.token, first.source, first.text) == ("t1", 7, "stdout", "a\x1b[2J?")
    assert second.text == "+b"
    await stream.trim(second.position)
    assert [one.text for one in await stream.read("0-0")] == ["+b"]
    await redis.xadd(f"{{{prefix}}}:output", {"nonsense": b"\xff"})
    assert (await stream.read(second.position))[0].task_id == ""


async def test_it_is_kept_in_order_and_of_the_newest_part(database: Database) -> None:
    pieces = [Written("t1", 0, "stdout", f"{number} " + "x" * 9_000, f"{number}-0") for number in range(1, 101)]
    pieces += [Written("t1", 0, "diff", "+a\n", "101-0"), Written("t1", 0, "diff", "+b\n", "102-0")]
    pieces += [Written("gone", 0, "stdout", "nobody's", "103-0"), Written("t1", 0, "odd", "?", "104-0")]
    assert await database.write(lambda tx: keep(tx, pieces)) == 102
    kept = await database.read(lambda reader: read_output(reader, "t1", 0, 1_000))
    assert sum(len(one.text) for one in kept) <= TEXT_CHARACTERS
    assert kept[-1].text.startswith("100 ")
    assert [one.seq for one in kept] == sorted(one.seq for one in kept)
    after = await database.read(lambda reader: read_output(reader, "t1", kept[-2].seq, 10))
    assert [one.seq for one in after] == [kept[-1].seq]
    assert await database.read(lambda reader: read_whole(reader, "t1", "diff")) == "+a\n+b\n"
    assert await database.read(output_position) == "104-0"


async def test_a_stale_claim_adds_nothing_and_the_newest_diff_counts(database: Database) -> None:
    await database.write(lambda tx: keep(tx, [Written("t1", 0, "diff", "old", "1-0")]))
    await database.write(lambda tx: tx.execute("UPDATE tasks SET token = 5 WHERE id = 't1'"))
    stale = [Written("t1", 4, "stdout", "late", "2-0"), Written("t1", 5, "diff", "new", "3-0")]
    assert await database.write(lambda tx: keep(tx, stale)) == 1
    assert await database.read(lambda reader: read_output(reader, "t1", 0, 10)) == []
    assert await database.read(lambda reader: read_whole(reader, "t1", "diff")) == "new"


async def test_it_is_forgotten_after_a_while(tmp_path: Path) -> None:
    clock = SimulatedClock()
    async with await Database.open(tmp_path / "e.db", clock, inline=True) as database:
        await database.write(lambda tx: submit(tx, NewTask("t"), "t1", "operator:ana"))
        await database.write(lambda tx: keep(tx, [Written("t1", 0, "stdout", "x", "1-0")]))
        await clock.advance(timedelta(days=30).total_seconds())
        assert await database.write(lambda tx: forget_output(tx, 7)) == 0
        await database.write(lambda tx: tx.execute("DELETE FROM task_outbox"))
        await database.write(lambda tx: tx.execute("DELETE FROM tasks"))
        assert await database.write(lambda tx: forget_output(tx, 7)) == 1


async def test_how_long_it_is_kept_is_a_setting_that_holds_from_the_next_tidying_on(tmp_path: Path) -> None:
    clock, days = SimulatedClock(), 30
    async with await Database.open(tmp_path / "e.db", clock, inline=True) as database:
        for task in ("ended", "runs"):
            await database.write(lambda tx, task=task: submit(tx, NewTask(task), task, "operator:ana"))  # type: ignore[misc]  # bound at once
            written = [Written(task, 0, "stdout", "x", "1-0"), Written(task, 0, "diff", "+x", "2-0")]
            await database.write(lambda tx, written=written: keep(tx, written))  # type: ignore[misc]  # as above
        await database.write(lambda tx: cancel(tx, "ended", "operator:ana"))
        unreached = cast("Any", None)
        follower = OutputFollower(database, unreached, unreached, clock, lambda: days)
        await clock.advance(timedelta(days=29).total_seconds())
        assert await follower.tidy() == 0
        days = 28
        assert await follower.tidy() == 2
        assert await database.read(lambda reader: len(read_output(reader, "runs", 0, 10))) == 1
        assert await database.read(lambda reader: read_output(reader, "ended", 0, 10)) == []
