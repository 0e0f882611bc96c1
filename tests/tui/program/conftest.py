"""A workspace in which things happen soon."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..cli.program import Program

SETTINGS = """\
[personas.helper]
name = "Helper"
role = "does what it is asked"
mode = "autonomous"

[governance]
grace_seconds = 0

[agents.commands.bytes]
argv = ["/bin/cat", "payload.bin"]
"""


@pytest.fixture
def program(tmp_path: Path) -> Program:
    found = Program.below(tmp_path)
    found.ok("init")
    (found.folder / "watchfloor.toml").write_text(SETTINGS, encoding="utf-8")
    (found.folder / "HEARTBEAT.md").write_text("", encoding="utf-8")
    return found
