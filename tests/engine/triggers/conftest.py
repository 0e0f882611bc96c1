"""A real git repository."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


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
