from __future__ import annotations

import os
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.storage import Database


@dataclass(frozen=True, slots=True)
class Repository:
    """A real repository, untouched by whatever git settings this machine has."""

    path: Path

    def git(self, *arguments: str) -> None:
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.path.parent),
            "GIT_CONFIG_GLOBAL": "/dev/null",
            "GIT_CONFIG_NOSYSTEM": "1",
        }
        identity = ["-c", "user.name=Ana", "-c", "user.email=ana@example.org", "-c", "init.defaultBranch=main"]
        subprocess.run(["git", *identity, *arguments], cwd=self.path, env=environment, check=True, capture_output=True)

    def commit_all(self) -> None:
        self.git("add", "-A")
        self.git("commit", "-m", "work")


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    path = tmp_path / "repo"
    path.mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    made = Repository(path)
    made.git("init")
    (path / "kept.txt").write_text("one\n")
    made.commit_all()
    return made


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2026, 3, 10, 12, 0, tzinfo=UTC))


@pytest.fixture
async def database(tmp_path: Path, clock: SimulatedClock) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as opened:
        yield opened
