"""An engine that another one has taken the place of: whatever it was at, it writes nothing more, and it ends."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from engine.clock import SystemClock
from engine.coordination.connection import RedisLink
from engine.coordination.leader import LeaderLease
from engine.workspace import Workspace

from ..engine.coordination.servers import programs, single
from ..engine.waiting import until, until_some
from ..tui.cli.program import Program
from .test_kill import ended, errors
from .world import client_of, furnish

CLOCK = SystemClock()
pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def url() -> Iterator[str]:
    with single(programs()["embedded"]) as url:
        yield url


def sharing(folder: Path, home: Path, url: str) -> tuple[Program, Workspace]:
    """A workspace that shares a server and, by mistake, its prefix."""
    folder.mkdir()
    program = Program(folder, home)
    workspace = furnish(program)
    with workspace.settings_file.open("a", encoding="utf-8") as file:
        file.write(f'\n[coordination]\nurl = "{url}"\nleader_seconds = 5\n')
    return program, workspace


def journal(workspace: Workspace) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(workspace.database)) as connection:
        return connection.execute("SELECT kind, data FROM journal ORDER BY seq").fetchall()


async def answers(workspace: Workspace) -> bool | None:
    client = await client_of(workspace)
    if client is None:
        return None
    await client.close()
    return True


async def leads_or_ended(url: str, process: subprocess.Popen[bytes]) -> str | None:
    link = RedisLink(url, CLOCK)
    try:
        leader = await LeaderLease(link.commands, "watchfloor", CLOCK, pid=0, host="").current()
    finally:
        await link.close()
    leads = leader is not None and leader.pid == process.pid
    return "ended" if ended(process) else "leads" if leads else None


async def test_a_leader_that_was_suspended_too_long_steps_down(program: Program, tmp_path: Path, url: str) -> None:
    first, where = sharing(tmp_path / "first", program.home, url)
    second, _ = sharing(tmp_path / "second", program.home, url)
    with first.running("run") as old:
        await until_some(lambda: answers(where))
        refused = second.run("run")
        assert "another engine leads this workspace" in refused.err
        old.send_signal(signal.SIGSTOP)

        with ExitStack() as stack:
            new = stack.enter_context(second.running("run"))
            while await until_some(lambda: leads_or_ended(url, new)) == "ended":  # noqa: B023  # awaited at once
                # The term of the old one is not over yet.
                new = stack.enter_context(second.running("run"))
            old.send_signal(signal.SIGCONT)
            await until(lambda: ended(old))
            assert old.returncode not in {0, None}
            assert "another engine leads this workspace" in errors(old)
            assert not ended(new)


async def test_what_is_older_than_the_database_knows_writes_nothing(program: Program, workspace: Workspace) -> None:
    with program.running("run") as engine:
        await until_some(lambda: answers(workspace))
        with closing(sqlite3.connect(workspace.database, isolation_level=None)) as another:
            another.execute("UPDATE engine_facts SET value = value + 1 WHERE name = 'engine_epoch'")
        written = journal(workspace)
        await until(lambda: ended(engine))
        assert "another engine runs in this workspace" in errors(engine)
    assert journal(workspace) == written
