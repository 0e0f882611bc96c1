"""Opening the console: the offer to make a workspace, the demo, and that both leave nothing behind."""

from __future__ import annotations

import os
import signal
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.demo import remove_stale

from .program import Program
from .terminal import ProgramHost

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def temporary() -> Iterator[Path]:
    """A short place for the demo: a socket's path has room for a hundred characters."""
    with tempfile.TemporaryDirectory(prefix="wf", dir="/tmp") as folder:
        yield Path(folder)


def test_a_no_makes_no_workspace(program: Program) -> None:
    with ProgramHost(program) as host:
        host.until_shown("is not a workspace yet")
        host.send(b"n\n")
        assert host.until_gone() == 130
    assert list(program.folder.iterdir()) == []


def test_a_yes_makes_one_and_opens_it(program: Program) -> None:
    with ProgramHost(program) as host:
        host.until_shown("is not a workspace yet")
        host.send(b"y\n")
        host.until_shown("Approvals")
        host.signal(signal.SIGTERM)
        host.until_gone()
        assert host.restored()
    assert (program.folder / "watchfloor.toml").is_file()
    assert program.processes() == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_the_demo_fills_every_panel_and_is_gone_afterwards(
    program: Program, temporary: Path, number: signal.Signals
) -> None:
    with ProgramHost(program, "demo", "--seed", "3", environment={"TMPDIR": str(temporary)}) as host:
        host.until_shown("simulated")
        for shown in ("Helper", "agent-1", "Revenue", "need you"):
            host.until_shown(shown)
        host.signal(number)
        host.until_gone()
        assert host.restored()
    assert list(temporary.iterdir()) == []
    assert Program(temporary, program.home).processes() == []


def test_a_killed_demo_is_swept_by_the_next(program: Program, temporary: Path) -> None:
    with ProgramHost(program, "demo", environment={"TMPDIR": str(temporary)}) as host:
        host.until_shown("agent-1")
        (folder,) = temporary.iterdir()
        host.process.kill()
        host.until(lambda: Program(temporary, program.home).processes() == [])
    past = (SystemClock().now() - timedelta(hours=1)).timestamp()
    os.utime(folder, (past, past))
    assert remove_stale(temporary, SystemClock()) == [folder]
    assert list(temporary.iterdir()) == []
