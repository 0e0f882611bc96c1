"""2017 of the CRM data set with all that starts work by itself: what the five jobs say they did is what they did.

By default three weeks are replayed; ``WATCHFLOOR_REPLAY_DAYS=365`` replays the year.
"""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

from engine.assembly.initiative import Initiative
from engine.clock import SimulatedClock
from engine.crm import stage_of
from engine.goals import Goal, GoalRepository, GoalState, GoalType
from engine.governance import Gate, Launcher, Stage
from engine.insights import Found, listed
from engine.settings import Settings
from engine.storage import Database, Reader, Transaction
from engine.tools import Surroundings, ToolRegistry, built_in_tools
from engine.workspace import create_workspace

from .replay import needs_data, replay

pytestmark = [needs_data, pytest.mark.timeout(900)]

DAYS: Final = int(os.environ.get("WATCHFLOOR_REPLAY_DAYS", "21"))
START: Final = date(2017, 5, 15) if DAYS < 365 else date(2017, 1, 1)
JOBS: Final = (
    "pattern_scan",
    "goal_progress_update",
    "proactive_outreach_check",
    "context_summarization",
    "daily_digest_generation",
)


@dataclass
class World:
    """An engine's initiative, its gate, and the launcher that carries out what may run."""

    root: Path
    database: Database
    clock: SimulatedClock
    initiative: Initiative
    launcher: Launcher
    counts: Counter[str] = field(default_factory=Counter)

    async def run(self, job: str) -> int:
        """One run of a job, and what it says that it did."""
        count = (await self.initiative.scheduler.jobs[job].run()).count
        self.counts[job] += count
        return count

    async def number(self, sql: str, *values: object) -> int:
        """One number from the database."""
        row = await self.database.read(lambda reader: reader.row(sql, values))  # type: ignore[arg-type]  # plain values
        assert row is not None
        return int(row[0])


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    clock = SimulatedClock(datetime(2016, 12, 31, tzinfo=UTC))
    workspace = create_workspace(tmp_path / "ws", settings="", heartbeat="", policy="")
    async with await Database.open(workspace.root / "engine.db", clock, inline=True) as database:
        settings = Settings()
        toolbox = ToolRegistry(built_in_tools(settings.tools, Surroundings(workspace=workspace.root)), clock)
        gate = Gate(settings.governance, toolbox, clock, _stage)
        launcher = Launcher(database, gate, toolbox, clock, workspace.root)
        initiative = Initiative(database, clock, workspace, settings, gate, _nobody)
        yield World(workspace.root, database, clock, initiative, launcher)


def _stage(reader: Reader, account_id: str) -> Stage:
    return Stage.named(stage_of(reader, account_id))


def _nobody(_tx: Transaction, _scanner: str, _quiet_seconds: int) -> int:
    raise AssertionError("no scanner runs here")


async def test_the_five_jobs_do_what_they_say(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    last = START + timedelta(days=DAYS - 1)
    goal = Goal("g1", "Revenue", GoalType.REVENUE, 2_000_000_000, START, last, GoalState.ACTIVE)
    await world.database.write(lambda tx: GoalRepository().add(tx, goal, actor="operator:ana", limit=10))
    types: Counter[str] = Counter()
    async for _day in replay(world.database, world.clock, first=START, last=last):
        await _an_evening(world)
    found = await world.database.read(lambda reader: listed(reader, ended=True, skip=0, limit=10_000))
    types.update(item.pattern.type.value for item in found)
    await _holds(world, found)
    with capsys.disabled():
        sys.stdout.write(f"\n{DAYS} days from {START}: patterns {dict(types)}; jobs did {dict(world.counts)}\n")


async def _an_evening(world: World) -> None:
    before = await world.number("SELECT count(*) FROM patterns")
    assert await world.run("pattern_scan") == await world.number("SELECT count(*) FROM patterns") - before
    active = await world.number("SELECT count(*) FROM goals WHERE state = 'active'")
    assert await world.run("goal_progress_update") == active
    made = "SELECT count(*) FROM actions WHERE dedupe_key LIKE 'pattern:%'"
    before = await world.number(made)
    assert await world.run("proactive_outreach_check") == await world.number(made) - before
    asked = "SELECT count(*) FROM actions WHERE tool = 'account_context'"
    before = await world.number(asked)
    assert await world.run("context_summarization") == await world.number(asked) - before
    assert await world.run("daily_digest_generation") == 1
    await world.launcher.step()
    # Everything again, at once: nobody is asked the same twice.
    again = {job: await world.run(job) for job in ("pattern_scan", "context_summarization")}
    assert again["pattern_scan"] == 0
    written = world.root / "digests" / f"{world.clock.now().date()}.md"
    assert written.is_file()


async def _holds(world: World, found: list[Found]) -> None:
    for item in found:
        assert item.pattern.confidence >= 70
        assert len(item.pattern.evidence) >= 2
    proposals = await world.number("SELECT count(*) FROM actions WHERE dedupe_key LIKE 'pattern:%'")
    distinct = await world.number("SELECT count(DISTINCT dedupe_key) FROM actions WHERE dedupe_key LIKE 'pattern:%'")
    answered = await world.number("SELECT count(*) FROM patterns WHERE action_id IS NOT NULL")
    assert proposals == distinct == answered == world.counts["proactive_outreach_check"]
    close = await world.number(
        "SELECT count(*) FROM patterns a JOIN patterns b ON a.account_id = b.account_id AND a.family = b.family"
        " AND a.id < b.id WHERE abs(a.answered_us - b.answered_us) < 14 * 86400000000"
    )
    assert close == 0
    sent = await world.number("SELECT count(*) FROM actions WHERE tool = 'email' AND status = 'executed'")
    assert len(list((world.root / "outbox").glob("*.eml"))) == sent > 0
    # Once per gap, and again only where it has become a step deeper.
    gaps = await world.number("SELECT count(*) FROM actions WHERE proposer = 'goal:g1'")
    answers = await world.number(
        "SELECT count(DISTINCT json_extract(data, '$.gap') || '/' || json_extract(data, '$.depth'))"
        " FROM journal WHERE kind = 'goal.answered'"
    )
    deepest = await world.number("SELECT sum(depth + 1) FROM goal_gaps WHERE goal_id = 'g1'")
    assert 1 <= gaps == answers <= deepest
    assert await world.number("SELECT count(*) FROM account_contexts") > 0
