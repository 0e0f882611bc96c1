"""How connections are opened: what is committed is on the disk, and who only reads cannot write."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.storage.connect import open_reader, open_writer

FULL = 2


def test_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    connection, _ = open_writer(tmp_path / "engine.db", 0)
    with closing(connection):
        found = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("synchronous", "journal_mode", "foreign_keys", "trusted_schema")
        }
    assert found == {"synchronous": FULL, "journal_mode": "wal", "foreign_keys": 1, "trusted_schema": 0}


def test_a_reader_cannot_write(tmp_path: Path) -> None:
    connection, _ = open_writer(tmp_path / "engine.db", 0)
    with closing(connection), closing(open_reader(tmp_path / "engine.db")) as reader:
        assert reader.execute("SELECT count(*) FROM journal").fetchone()[0] == 0
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            reader.execute("INSERT INTO engine_facts VALUES ('a', 'b')")
