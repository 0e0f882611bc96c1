"""Taking the workspace: a command that holds it for a moment delays an engine's start and does not refuse it."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from engine.assembly.foundation import lay_foundation
from engine.clock import SystemClock
from engine.coordination import WorkspaceLock, WorkspaceLocked
from engine.settings import Settings
from engine.storage import Superseded
from engine.workspace import Workspace, create_workspace, prepare_state


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    made = create_workspace(tmp_path / "ws", settings="", heartbeat="", policy="")
    prepare_state(made)
    return made


async def test_an_engine_waits_for_a_command_to_end(workspace: Workspace) -> None:
    command = WorkspaceLock(workspace.state, briefly=True)
    command.acquire()
    start = asyncio.create_task(lay_foundation(workspace, Settings(), SystemClock(), note=True))
    done, _ = await asyncio.wait({start}, timeout=0.5)
    assert not done
    command.release()
    foundation = await start
    assert foundation.epoch == 1
    await foundation.close(note=True)


async def test_an_engine_is_not_waited_for(workspace: Workspace) -> None:
    with WorkspaceLock(workspace.state), pytest.raises(WorkspaceLocked, match="another engine runs"):
        await lay_foundation(workspace, Settings(), SystemClock(), note=True)


async def test_whoever_is_older_than_the_database_knows_writes_nothing(workspace: Workspace) -> None:
    foundation = await lay_foundation(workspace, Settings(), SystemClock(), note=True)
    try:
        await foundation.database.write(lambda tx: tx.record("thing.done", "1", {}))
        with closing(sqlite3.connect(workspace.database, isolation_level=None)) as another:
            another.execute("UPDATE engine_facts SET value = '2' WHERE name = 'engine_epoch'")
        with pytest.raises(Superseded, match="it has epoch 2, and this one has 1"):
            await foundation.database.write(lambda tx: tx.record("thing.done", "2", {}))
    finally:
        await foundation.close(note=True)
    with closing(sqlite3.connect(workspace.database)) as connection:
        kinds = [kind for (kind,) in connection.execute("SELECT kind FROM journal ORDER BY seq")]
    assert kinds == ["engine.started", "thing.done"]
