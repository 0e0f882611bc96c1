"""kill -9 at every step of an execution: each effect happens once, or not at all, or is shown as uncertain."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from engine.crashpoint import VARIABLE
from engine.journal import Head, verify

ROOT = Path(__file__).parents[3]
POINTS = [
    *(f"gate.start:recorded:{k}" for k in (1, 2, 3)),
    *(f"launch.effect:before:{k}" for k in (1, 2)),
    *(f"launch.effect:after:{k}" for k in (1, 2)),
    *(f"launch.finish:after:{k}" for k in (1, 2)),
    "file.rename:before:1",
    "file.rename:after:1",
]


def live(folder: Path, crash_at: str) -> int:
    environment = {**os.environ, VARIABLE: crash_at, "PYTHONPATH": str(ROOT)}
    argv = [sys.executable, "-m", "tests.engine.governance.crash_child", str(folder)]
    return subprocess.run(argv, cwd=ROOT, env=environment, check=False, timeout=50).returncode


@pytest.mark.parametrize("point", POINTS)
def test_a_kill_at_any_step_runs_nothing_twice_and_loses_nothing(tmp_path: Path, point: str) -> None:
    assert live(tmp_path, point) == -signal.SIGKILL
    assert live(tmp_path, "") == 0
    connection = sqlite3.connect(tmp_path / "engine.db")
    connection.row_factory = sqlite3.Row
    try:
        statuses = {row["tool"]: row["status"] for row in connection.execute("SELECT tool, status FROM actions")}
        said = connection.execute("SELECT count(*) FROM chat_messages").fetchone()[0]
        assert isinstance(verify(connection.execute("SELECT * FROM journal ORDER BY seq")), Head)
    finally:
        connection.close()
    ran = len((tmp_path / "command.log").read_text().splitlines()) if (tmp_path / "command.log").exists() else 0
    command = statuses.pop("command")
    assert (ran, command) in {(1, "executed"), (1, "uncertain"), (0, "uncertain")}
    assert statuses == {"email": "executed", "chat": "executed"}
    assert said == 1
    assert len(list((tmp_path / "outbox").glob("*.eml"))) == 1
    assert [path.name for path in (tmp_path / "outbox").glob(".*")] == []
