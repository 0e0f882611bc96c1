"""A workspace from before there was a history of stages: what is known is taken over, and no gap is answered again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import resources

import pytest

import engine.storage

_FIRST = (
    "INSERT INTO accounts VALUES ('A', 'A', '', '', '', '', 1);"
    "INSERT INTO opportunities VALUES ('1','A','','','closed_won','Won','2026-01-01','2026-03-01',100,5);"
    "INSERT INTO opportunities VALUES ('2','A','','','closed_lost','Lost',NULL,'2026-03-02',0,6);"
    "INSERT INTO opportunities VALUES ('3','A','','','negotiation','Negotiation','2026-02-01',NULL,0,7);"
    "INSERT INTO opportunities VALUES ('4',NULL,'','','prospecting','Prospecting',NULL,NULL,NULL,8);"
    "INSERT INTO goals VALUES ('g','G','revenue',1,'2026-01-01','2026-02-01','active',1,1);"
    "INSERT INTO goal_gaps VALUES ('g', 1, 1, NULL, 'a1');"
    "INSERT INTO goal_gaps VALUES ('g', 2, 2, NULL, NULL);"
)


@pytest.fixture
def upgraded() -> Iterator[sqlite3.Connection]:
    folder = resources.files(engine.storage) / "migrations"
    scripts = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    with closing(sqlite3.connect(":memory:")) as connection:
        for script in scripts:
            if script.name.startswith("0010"):
                connection.executescript(_FIRST)
            if script.name[:4] in {"0001", "0005", "0010"}:
                connection.executescript(script.read_text(encoding="utf-8"))
        yield connection


def test_the_history_begins_with_what_the_rows_say(upgraded: sqlite3.Connection) -> None:
    rows = upgraded.execute("SELECT id, number, stage, day, at_us FROM stage_history ORDER BY id, number").fetchall()
    assert rows == [
        ("1", 1, "qualification", "2026-01-01", 5),
        ("1", 2, "closed_won", "2026-03-01", 5),
        ("2", 1, "closed_lost", "2026-03-02", 6),
        ("3", 1, "negotiation", "2026-02-01", 7),
        ("4", 1, "prospecting", None, 8),
    ]


def test_answered_gaps_stay_answered_at_any_depth(upgraded: sqlite3.Connection) -> None:
    assert upgraded.execute("SELECT number, depth FROM goal_gaps ORDER BY number").fetchall() == [(1, 100), (2, -1)]
