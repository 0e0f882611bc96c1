"""Reading the journal: every filter finds what a naive look finds, in both directions, in pages of any size."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.assembly.views import journal as reading
from engine.assembly.views.away import away_view, note_seen
from engine.assembly.views.journal import journal_page, row_page
from engine.clock import SimulatedClock
from engine.queries import AskAway, AskJournal, AskRows, RowView
from engine.storage import Database, Transaction

KINDS = ("action.proposed", "action.approved", "action.failed", "task.done", "engine.halted")
ACTORS = ("operator:ana", "persona:helper", "engine")


def fill(tx: Transaction, rows: list[tuple[int, int, int, str]]) -> None:
    """Events of these kinds, subjects, actors and words."""
    for kind, subject, actor, word in rows:
        tx.record(KINDS[kind], f"thing-{subject}", {"reason": word}, ACTORS[actor])


async def all_pages(database: Database, ask: AskJournal) -> list[int]:
    """Every row from the newest on, page by page."""
    found: list[int] = []
    while True:
        page = await database.read(lambda reader, ask=ask: journal_page(reader, ask))  # type: ignore[misc]  # mypy: bound default
        found += [row.seq for row in page.items]
        if not page.next:
            return found
        ask = ask.model_copy(update={"after": page.next})


async def all_newer(database: Database, ask: AskJournal) -> list[int]:
    """Every row from the oldest on, as one who follows gets them."""
    found: list[int] = []
    ask = ask.model_copy(update={"before": "0"})
    while True:
        page = await database.read(lambda reader, ask=ask: journal_page(reader, ask))  # type: ignore[misc]  # as above
        found += [row.seq for row in reversed(page.items)]
        if page.previous == ask.before:
            return found
        ask = ask.model_copy(update={"before": page.previous})


def naive(rows: list[RowView], ask: AskJournal) -> list[int]:
    """What a look at every row finds."""
    kinds = [kind for kind in ask.kind.split(",") if kind]
    return [
        row.seq
        for row in rows
        if (not ask.subject or row.subject == ask.subject)
        and (not ask.actor or ask.actor in {row.actor, row.actor.split(":")[-1]})
        and (not kinds or any(row.kind == k or (k.endswith("*") and row.kind.startswith(k[:-1])) for k in kinds))
        and (not ask.text or ask.text.casefold() in (row.text + row.data).casefold())
    ]


ROWS = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 3), st.integers(0, 2), st.sampled_from(("Wrong", "lunch", "Ümlaut"))),
    max_size=40,
)


@settings(max_examples=60, deadline=None)
@given(
    rows=ROWS,
    limit=st.integers(1, 7),
    kind=st.sampled_from(("", "action.*", "task.done", "task.done,engine.*", "action.approved,action.failed")),
    subject=st.sampled_from(("", "thing-1", "thing-9")),
    actor=st.sampled_from(("", "ana", "operator:ana", "engine", "nobody")),
    text=st.sampled_from(("", "wrong", "ümlaut", "approved by", '"reason"')),
)
def test_pages_in_both_directions_hold_what_a_naive_look_finds(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[int, int, int, str]],
    limit: int,
    kind: str,
    subject: str,
    actor: str,
    text: str,
) -> None:
    ask = AskJournal(limit=limit, kind=kind, subject=subject, actor=actor, text=text)

    async def look(path: Path) -> None:
        async with await Database.open(path, SimulatedClock(), inline=True) as database:
            await database.write(lambda tx: fill(tx, rows))
            everything = await database.read(lambda reader: row_page(reader, AskRows(oldest_first=True, limit=1_000)))
            wanted = naive(list(everything.items), ask)
            assert await all_pages(database, ask) == wanted[::-1]
            assert await all_newer(database, ask) == wanted

    asyncio.run(look(tmp_path_factory.mktemp("read") / "engine.db"))


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=True) as opened:
        yield opened


async def test_one_question_looks_at_no_more_than_its_window_and_goes_on(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "WINDOW", 10)
    monkeypatch.setattr(reading, "CHUNK", 4)
    await database.write(lambda tx: fill(tx, [(0, 0, 0, "x")] + [(3, 0, 0, "y")] * 60))
    page = await database.read(lambda reader: journal_page(reader, AskJournal(text="x", kind="action.*")))
    assert page.items == ()
    assert page.next
    assert await all_pages(database, AskJournal(text="x", kind="action.*")) == [1]


async def test_times_narrow(database: Database, tmp_path: Path) -> None:
    clock = SimulatedClock()
    async with await Database.open(tmp_path / "timed.db", clock, inline=True) as timed:
        for _ in range(5):
            await timed.write(lambda tx: tx.record("thing.done", "thing", {}))
            await clock.advance(60)
        begin = clock.now() - timedelta(seconds=300)
        ask = AskJournal(since=begin + timedelta(seconds=60), until=begin + timedelta(seconds=180))
        assert await all_pages(timed, ask) == [3, 2]


async def test_whole_rows_carry_what_was_hashed(database: Database) -> None:
    await database.write(lambda tx: fill(tx, [(1, 0, 0, "x"), (2, 1, 1, "y")]))
    page = await database.read(lambda reader: row_page(reader, AskRows()))
    assert [row.seq for row in page.items] == [2, 1]
    assert page.items[0].prev_hash == page.items[1].hash
    assert page.items[0].hash == database.head.hash
    assert json.loads(page.items[1].data) == {"reason": "x"}


async def test_a_digest_counts_and_tells_what_matters_most_first(database: Database) -> None:
    now = SimulatedClock().now()
    await database.write(lambda tx: note_seen(tx, "ana", 99))
    await database.write(lambda tx: fill(tx, [(0, n % 4, 1, "x") for n in range(8)] + [(2, 1, 2, "y"), (3, 0, 2, "z")]))
    view = await database.read(lambda reader: away_view(reader, AskAway(operator="ana", limit=3), now))
    assert view.counts == (("failed", 1), ("proposed", 8), ("task done", 1))
    assert view.lines[0].kind == "action.failed"
    # One line for each thing, not one for each event; the rest is counted.
    assert len(view.lines) + view.more == 4
    assert len(view.lines) == 3
    await database.write(lambda tx: note_seen(tx, "ana", view.upto))
    await database.write(lambda tx: note_seen(tx, "ana", 1))
    again = await database.read(lambda reader: away_view(reader, AskAway(operator="ana"), now))
    assert (again.counts, again.after) == ((), view.upto)
    unknown = await database.read(lambda reader: away_view(reader, AskAway(operator="ben"), now))
    assert unknown.counts == ()
