"""Projecting a batch: whatever stands in it, it ends as if its reports had come one at a time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.redaction import Redactor
from engine.storage import Database, Transaction
from engine.storage.connect import open_writer, read_head
from engine.tasks import (
    FailurePolicy,
    NewTask,
    Report,
    ReportKind,
    TaskError,
    TaskState,
    get_task,
    pause,
    project,
    submit,
)

BEGAN = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
"""When the tasks are submitted; the reports come a minute later, and tell of moments around that."""
TABLES = ("tasks", "task_outbox", "task_projection", "task_counts", "task_done", "task_unkept", "journal")
WAITING_FOR = {4: (0, 1), 5: (1,), 6: (5,), 7: (2,)}
"""Which of eight tasks waits for which: both of two, one, a chain, and one that is paused."""


def drawn_reports() -> st.SearchStrategy[list[Report]]:
    """Reports of any sense about a few tasks, in the order of their places."""
    one = st.tuples(
        st.integers(0, 8),
        st.sampled_from(ReportKind),
        st.integers(1, 3),
        st.integers(-1_000, 61_000),
        st.integers(0, 2_000),
        st.sampled_from(["", "the agent fell silent", "boom", "half \ud800 a character\0"]),
    )
    return st.lists(one, min_size=1, max_size=40).map(
        lambda drawn: [
            Report(
                f"{place // 3 + 1}-0", kind, f"t{number}", token, token, "dev-1" if token < 3 else "",
                BEGAN + timedelta(milliseconds=at), said, said, '{"tokens":5}' if said else "", ran,
            )
            for place, (number, kind, token, at, ran, said) in enumerate(drawn)
        ]
    )  # fmt: skip


def by_entry(reports: Sequence[Report]) -> list[list[Report]]:
    """The reports of each entry of the stream: fewer can never be applied."""
    places = list(dict.fromkeys(report.stream_id for report in reports))
    return [[report for report in reports if report.stream_id == place] for place in places]


def outcome(connection: Connection, batches: Iterable[Sequence[Report]]) -> tuple[dict[str, list[Any]], int]:
    """What the database would hold in the end, the journal's hashes included, and how many reports count."""
    connection.execute("BEGIN")
    try:
        tx = Transaction(connection, BEGAN, read_head(connection), Redactor())
        tx.execute("INSERT INTO task_mirror (only, target, adopted) VALUES (1, 'x', 1)")
        for number in range(8):
            after = tuple(f"t{other}" for other in WAITING_FOR.get(number, ()))
            policy = FailurePolicy.SKIP if number == 5 else FailurePolicy.FAIL
            submit(tx, NewTask(f"task {number}", depends_on=after, on_failure=policy), f"t{number}", "operator:ana")
        pause(tx, "t7", "operator:ana")
        applied = 0
        for batch in batches:
            tx = Transaction(connection, BEGAN + timedelta(minutes=1), read_head(connection), Redactor())
            applied += project(tx, batch)
        return {table: [tuple(row) for row in tx.rows(f"SELECT * FROM {table}")] for table in TABLES}, applied
    finally:
        connection.execute("ROLLBACK")


@pytest.fixture(scope="module")
def connection(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Connection]:
    opened, _ = open_writer(tmp_path_factory.mktemp("projection") / "engine.db", 0)
    yield opened
    opened.close()


@settings(max_examples=100, deadline=None)
@given(drawn_reports())
def test_a_batch_ends_as_its_entries_one_at_a_time(connection: Connection, reports: list[Report]) -> None:
    assert outcome(connection, [reports]) == outcome(connection, by_entry(reports))


@pytest.fixture
def whole_life() -> list[Report]:
    """A task that fails once and is done the second time, and then is told of once more, too late."""
    said: list[tuple[ReportKind, int, str]] = [
        (ReportKind.CLAIMED, 1, ""),
        (ReportKind.FAILED, 1, "boom"),
        (ReportKind.CLAIMED, 2, ""),
        (ReportKind.STARTED, 2, ""),
        (ReportKind.COMPLETED, 2, ""),
        (ReportKind.COMPLETED, 2, ""),
    ]
    return [
        Report(f"{place}-0", kind, "t0", token, token, "dev-1", BEGAN, error=error, result="ok" if not error else "")
        for place, (kind, token, error) in enumerate(said, 1)
    ]


def test_every_transition_within_a_batch_is_journalled_in_its_place(
    connection: Connection, whole_life: list[Report]
) -> None:
    tables, applied = outcome(connection, [whole_life])
    rows = [(kind, subject, json.loads(data)) for _, _, kind, subject, _, data, *_ in tables["journal"]]
    told = [(kind, data.get("from")) for kind, subject, data in rows if subject == "t0"]
    assert applied == 5
    assert told == [
        ("task.submitted", None),
        ("task.assigned", "pending"),
        ("task.started", "assigned"),
        ("task.queued", "active"),
        ("task.assigned", "pending"),
        ("task.started", "assigned"),
        ("task.done", "active"),
        ("task_report.refused", None),
    ]


async def test_a_task_that_somebody_else_changed_is_not_overwritten(tmp_path: Path, whole_life: list[Report]) -> None:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=True) as database:
        await database.write(lambda tx: submit(tx, NewTask("work"), "t0", "operator:ana"))

        def meddled(tx: Transaction) -> int:
            # Whoever is faster leaves the projection nothing to change.
            tx.execute(
                "CREATE TEMP TRIGGER meddling BEFORE UPDATE ON tasks WHEN NEW.state = 'done'"
                " BEGIN SELECT RAISE(IGNORE); END"
            )
            return project(tx, whole_life)

        with pytest.raises(TaskError, match="changed meanwhile"):
            await database.write(meddled)
        assert (await database.read(lambda reader: get_task(reader, "t0"))).state is TaskState.PENDING
        assert await database.read(lambda reader: reader.rows("SELECT * FROM task_projection")) == []
