"""The audit: finds a flipped byte, a removed row, a cut tail, and names the row."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.journal_audit import AuditError, append_anchor, audit
from engine.storage import Database


@pytest.fixture
async def journal(tmp_path: Path) -> Path:
    path = tmp_path / "engine.db"
    async with await Database.open(path, SimulatedClock()) as database:
        for i in range(20):
            await database.write(lambda tx, i=i: tx.record("thing.done", f"thing-{i}", {"text": f"marker-{i:02d}"}))  # type: ignore[misc]
        append_anchor(tmp_path / "anchor", database.head)
    return path


def test_an_untouched_journal_holds(journal: Path) -> None:
    report = audit(journal, journal.with_name("anchor"))
    assert report.ok
    assert report.rows == 20


def test_a_flipped_byte_names_the_row(journal: Path) -> None:
    raw = journal.read_bytes()
    assert raw.count(b"marker-07") == 1
    journal.write_bytes(raw.replace(b"marker-07", b"marker-77"))
    report = audit(journal)
    assert report.breach is not None
    assert report.breach.seq == 8


def test_a_cut_tail_is_found_by_the_anchor(journal: Path) -> None:
    connection = sqlite3.connect(journal)
    connection.execute("DROP TRIGGER journal_is_append_only_on_delete")
    connection.execute("DELETE FROM journal WHERE seq > 15")
    connection.commit()
    connection.close()
    assert audit(journal).ok
    report = audit(journal, journal.with_name("anchor"))
    assert report.breach is not None
    assert report.breach.seq == 16


def test_a_missing_database_is_an_error_with_the_cause(tmp_path: Path) -> None:
    with pytest.raises(AuditError, match="no such file"):
        audit(tmp_path / "nothing.db")


def test_a_byte_that_is_no_text_any_more_names_the_row(journal: Path) -> None:
    raw = journal.read_bytes()
    journal.write_bytes(raw.replace(b"marker-11", b"marker-\xff1"))
    report = audit(journal)
    assert report.breach is not None
    assert report.breach.seq == 12
