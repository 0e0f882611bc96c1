"""A furnished workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.workspace import Workspace

from ..tui.cli.program import Program
from .world import furnish


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program.below(tmp_path)


@pytest.fixture
def workspace(program: Program) -> Workspace:
    return furnish(program)
