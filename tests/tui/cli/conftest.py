"""A program in an empty folder, and one in a fresh workspace."""

from __future__ import annotations

from pathlib import Path

import pytest

from .program import Program


@pytest.fixture
def program(tmp_path: Path) -> Program:
    return Program.below(tmp_path)


@pytest.fixture
def workspace(program: Program) -> Program:
    program.ok("init")
    return program
