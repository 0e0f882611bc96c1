"""A world of the gate with its journal, pruned and proven as the engine does."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

from engine.assembly.archivist import CHECKS
from engine.governance import Action
from engine.governance.sealing import end_states, live_things
from engine.journal.pruning import Pruned, Pruner
from engine.journal_audit import AuditReport, append_anchor, audit

from ..governance.support import World


def pruner_of(world: World) -> Pruner:
    """What the engine prunes with."""
    return Pruner(world.database, world.path.parent / "archive", live_things, end_states)


async def prune(world: World, *, archive: bool = True) -> Pruned:
    """Prune everything that is older than now."""
    return await pruner_of(world).prune(world.clock.now(), actor="operator:ben", reason="test", archive=archive)


def prove(world: World) -> AuditReport:
    """The proof that ``watchfloor audit verify`` makes."""
    return audit(world.path, world.path.with_name("anchor"), CHECKS)


def anchor(world: World) -> None:
    """Note the head outside the database."""
    append_anchor(world.path.with_name("anchor"), world.database.head)


async def executed(world: World, text: str = "hello") -> Action:
    """An action from its proposal to its effect."""
    action = await world.propose(text=text)
    await world.approve(action)
    await world.launcher.step()
    found = await world.get(action)
    assert found.status.value == "executed"
    return found


async def later(world: World, seconds: float = 3_600) -> None:
    """Time passes."""
    await world.clock.advance(timedelta(seconds=seconds).total_seconds())


def change(path: Path, sql: str, *parameters: object) -> int:
    """Change the file behind everybody's back, past every trigger; returns how many rows."""
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f'DROP TRIGGER "{name}"')
        changed = connection.execute(sql, parameters).rowcount
        connection.commit()
    return changed
