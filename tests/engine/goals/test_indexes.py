"""Every question that is asked of the CRM tables for a goal is answered from an index."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from engine.goals import Goal, GoalType, measure, series
from engine.storage import Database, Reader
from engine.storage.unit import Parameters

DAY = date(2026, 2, 15)


class Watching(Reader):
    """Keeps every question with the way in which SQLite answers it."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(connection)
        self._asked = connection
        self.plans: list[str] = []

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        self._plan(sql, parameters)
        return super().rows(sql, parameters)

    def row(self, sql: str, parameters: Parameters = ()) -> sqlite3.Row | None:
        self._plan(sql, parameters)
        return super().row(sql, parameters)

    def _plan(self, sql: str, parameters: Parameters) -> None:
        steps = self._asked.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
        self.plans += [step["detail"] for step in steps]


@pytest.fixture
async def reader(database: Database, tmp_path: Path) -> AsyncIterator[Watching]:
    """A reader of a database that has its tables and nothing in them."""
    with closing(sqlite3.connect(tmp_path / "engine.db")) as connection:
        connection.row_factory = sqlite3.Row
        yield Watching(connection)


@pytest.mark.parametrize("kind", list(GoalType))
async def test_no_table_is_read_row_by_row(reader: Watching, kind: GoalType) -> None:
    goal = Goal("g", "x", kind, 1, date(2026, 1, 1), date(2026, 3, 31))
    measure(reader, goal, DAY)
    series(reader, goal, DAY)
    read = [plan for plan in reader.plans if "opportunities" in plan or "interactions" in plan]
    assert read
    assert all("INDEX" in plan for plan in read), read
