"""kill -9 at every step from the question to the settlement: each decision is whole or was never made."""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.crashpoint import VARIABLE
from engine.governance.proof import action_breaches
from engine.journal import Head, verify
from engine.storage import Database

from .crash_child import EDITED

ROOT = Path(__file__).parents[4]
DECISIONS = 6
"""An edit, two yeses to each of two actions, a no."""
COMMITS = 12
"""Commits of one life, about: what lies beyond its end kills nobody."""
POINTS = [
    *(f"gate.decide:recorded:{k}" for k in range(1, DECISIONS + 1)),
    *(f"storage.commit:{side}:{k}" for side in ("before", "after") for k in range(1, COMMITS + 1)),
    *(f"launch.effect:{side}:{k}" for side in ("before", "after") for k in (1, 2)),
]


def live(folder: Path, crash_at: str) -> int:
    environment = {**os.environ, VARIABLE: crash_at, "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-m", "tests.engine.governance.decisions.crash_child", str(folder)]
    return subprocess.run(argv, cwd=ROOT, env=environment, check=False, timeout=50).returncode


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_leaves_every_decision_whole_or_unmade(tmp_path: Path, point: str) -> None:
    died = live(tmp_path, point)
    assert died == -signal.SIGKILL or (died == 0 and int(point.rpartition(":")[2]) > 8)
    assert live(tmp_path, "") == 0
    connection = sqlite3.connect(tmp_path / "engine.db")
    connection.row_factory = sqlite3.Row
    try:
        rows = {row["tool"]: row for row in connection.execute("SELECT * FROM actions")}
        decisions = connection.execute("SELECT action_id, revision, verdict, decider FROM decisions").fetchall()
        assert len(decisions) == len({tuple(row) for row in decisions})
        said = {(row["verdict"], row["decider"]) for row in decisions}
        assert isinstance(verify(connection.execute("SELECT * FROM journal ORDER BY seq")), Head)
    finally:
        connection.close()
    assert asyncio.run(_breaches(tmp_path)) == []
    ran = len((tmp_path / "command.log").read_text().splitlines()) if (tmp_path / "command.log").exists() else 0
    assert (ran, rows["command"]["status"]) in {(1, "executed"), (0, "failed")}
    (mail,) = (tmp_path / "outbox").glob("*.eml")
    assert f"Subject: {EDITED}" in mail.read_text()
    assert (rows["email"]["status"], rows["email"]["edited_by"]) == ("executed", "robin")
    assert (rows["chat"]["status"], rows["chat"]["decided_by"]) == ("rejected", "quinn")
    assert {("edited", "robin"), ("approved", "pat"), ("approved", "quinn"), ("rejected", "quinn")} <= said


async def _breaches(folder: Path) -> list[str]:
    async with await Database.open(folder / "engine.db", SystemClock()) as database:
        return await database.read(lambda reader: [str(each) for each in action_breaches(reader)])
