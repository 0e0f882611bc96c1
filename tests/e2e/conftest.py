"""A fresh floor for each test: shipped settings, in a repository with work that nobody committed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..tui.cli.program import Program
from .floor import Floor, make_repository


@pytest.fixture
def floor(tmp_path: Path) -> Floor:
    folder, home = tmp_path / "w", tmp_path / "home"
    folder.mkdir()
    home.mkdir()
    make_repository(folder)
    program = Program(folder, home)
    program.ok("init")
    return Floor(program)
