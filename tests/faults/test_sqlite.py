"""Whatever statement fails, and however: nothing of its unit is there, what was promised is, and the next one works.

Seven ways of failing at the k-th statement, for every k until nothing fails any more; each before the statement had its
effect, and a commit also after it had: then what was refused may be there, and the journal holds all the same.
"""

from __future__ import annotations

import asyncio
import itertools
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import closing
from pathlib import Path
from typing import Any, Final, Protocol

import pytest

from engine.canonical import JSON
from engine.clock import SimulatedClock
from engine.governance import Gate, Stage
from engine.governance.proposal import Proposal
from engine.journal import Head, verify
from engine.operators import Operator, Role
from engine.settings.governance import GovernanceSettings
from engine.settings.tools import ToolsSettings
from engine.storage import Database, StorageError, Transaction
from engine.tasks import NewTask, submit
from engine.tools import ToolRegistry, built_in_tools

FAILURES: Final = {
    "busy": "database is locked",
    "busy snapshot": "database is locked (SQLITE_BUSY_SNAPSHOT)",
    "full": "database or disk is full",
    "write error": "disk I/O error",
    "sync error": "disk I/O error (fsync)",
    "corrupt": "database disk image is malformed",
    "interrupted": "interrupted",
}
ANA: Final = Operator("ana", Role.OPERATOR)


class Failing:
    """The writer's connection, of which one statement fails."""

    def __init__(self, connection: sqlite3.Connection, words: str, *, after: bool) -> None:
        self._connection = connection
        self._words = words
        self._after = after
        self.left = 0
        """Statements until one fails; 0 for never."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """Run it, or fail."""
        self.left -= 1
        if self.left != 0:
            return self._connection.execute(sql, *parameters)
        if self._after:
            self._connection.execute(sql, *parameters)
        raise sqlite3.OperationalError(self._words)


class World:
    """A database whose writer can be made to fail, and units of work of several systems."""

    def __init__(self, database: Database, words: str, *, after: bool) -> None:
        self.database = database
        self.failing = Failing(database._writer, words, after=after)
        database._writer = self.failing  # type: ignore[assignment]  # it does what the connection does
        clock = SimulatedClock()
        tools = ToolRegistry(built_in_tools(ToolsSettings()), clock)
        self.gate = Gate(GovernanceSettings(), tools, clock, lambda _, __: Stage.UNKNOWN)
        self.clock = clock
        self.promised: list[str] = []
        self.refused: list[str] = []

    async def one(self, number: int) -> None:
        """A unit that writes a task, a question, its answer and a line of the journal."""
        name = f"unit {number}"

        def work(tx: Transaction) -> None:
            submit(tx, NewTask(name, "work", "{}"), self.clock.new_id(), "test")
            arguments: dict[str, JSON] = {"to": ["jo@acme.example"], "subject": name, "body": name}
            proposal = Proposal("send_proposal", "email", arguments, "persona:helper", name)
            action = self.gate.propose(tx, proposal)
            self.gate.approve(tx, action.id, action.revision, action.digest, ANA)
            tx.record("unit.done", name, {})

        try:
            await self.database.write(work)
        except StorageError:
            self.refused.append(name)
        else:
            self.promised.append(name)


class Open(Protocol):
    """Makes a world."""

    def __call__(self, words: str, *, after: bool = False) -> Awaitable[World]:
        """One whose statements fail with these words, ``after`` they had their effect or before."""
        ...


@pytest.fixture(params=["alone", "in-a-group"])
async def open_world(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Open]:
    opened: list[Database] = []

    async def make(words: str, *, after: bool = False) -> World:
        database = await Database.open(
            tmp_path / f"{len(opened)}.db", SimulatedClock(), inline=request.param == "alone"
        )
        opened.append(database)
        return World(database, words, after=after)

    yield make
    for database in opened:
        await database.close()


async def every_statement_fails_once(world: World) -> None:
    """Two units at a time, until a round in which nothing failed."""
    await world.one(0)
    for k in itertools.count(1):
        world.failing.left = k
        refused = len(world.refused)
        await asyncio.gather(world.one(2 * k), world.one(2 * k + 1))
        if world.failing.left > 0 and len(world.refused) == refused:
            world.failing.left = 0
            return


def told(path: Path) -> tuple[Counter[str], int, int]:
    """How often each unit is in the journal, which holds; how many tasks and answered questions there are."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        rows = connection.execute("SELECT * FROM journal ORDER BY seq").fetchall()
        assert isinstance(verify(rows), Head)
        [tasks] = connection.execute("SELECT count(*) FROM tasks").fetchone()
        [actions] = connection.execute("SELECT count(*) FROM actions WHERE status = 'approved'").fetchone()
    return Counter(row["subject"] for row in rows if row["kind"] == "unit.done"), tasks, actions


@pytest.mark.parametrize("words", FAILURES.values(), ids=[name.replace(" ", "-") for name in FAILURES])
async def test_a_statement_that_fails_takes_its_unit_and_no_other(open_world: Open, words: str) -> None:
    world = await open_world(words)
    await every_statement_fails_once(world)
    assert len(world.refused) >= 20
    done, tasks, actions = told(world.database.path)
    assert done == Counter(world.promised)
    assert tasks == actions == len(world.promised)


async def test_a_commit_that_happened_although_it_failed_is_gone_on_from(open_world: Open) -> None:
    world = await open_world(FAILURES["sync error"], after=True)
    await every_statement_fails_once(world)
    await world.one(-1)
    assert world.promised[-1] == "unit -1"
    done, tasks, actions = told(world.database.path)
    assert set(world.promised) <= set(done) <= {*world.promised, *world.refused}
    assert set(done.values()) == {1}
    assert tasks == actions == len(done)
