"""The program in an empty folder, and in a fresh floor: shipped settings, inside a repository with uncommitted work."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..tui.cli.program import Program
from .floor import Floor, make_repository


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program.below(tmp_path)


@pytest.fixture
def floor(program: Program) -> Floor:
    make_repository(program.folder)
    program.ok("init")
    return Floor(program)
