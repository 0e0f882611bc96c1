"""A gap is answered once, and again only when it is deeper: over many runs, restarts and relapses."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.crm import Interaction, write_rows
from engine.goals import Goal, GoalRepository, GoalType, assess, evaluate, gaps_of, shortfall, update_goals
from engine.governance.proposal import Proposal
from engine.settings.goals import GoalSettings
from engine.storage import Database

START = date(2026, 3, 1)


class Gate:
    """Keeps what is proposed, each dedupe key once, as the gate does."""

    def __init__(self) -> None:
        self.asked: dict[tuple[str, str | None], Proposal] = {}
        self.times = 0

    async def __call__(self, proposal: Proposal) -> str:
        self.times += 1
        self.asked.setdefault((proposal.proposer, proposal.dedupe_key), proposal)
        return f"{proposal.proposer}/{proposal.dedupe_key}"


async def aim(database: Database, target: int = 100, days: int = 100) -> Goal:
    goal = Goal("g", "Contacts", GoalType.ACTIVITY, target, START, START + timedelta(days=days))
    await database.write(lambda tx: GoalRepository().add(tx, goal, actor="operator:ana", limit=10))
    return goal


async def contact(database: Database, clock: SimulatedClock, count: int, tag: str) -> None:
    rows = [Interaction(f"{tag}-{number}", "Acme", "call", "", clock.now(), "ana") for number in range(count)]
    await database.write(lambda tx: write_rows(tx, rows))


async def test_a_gap_that_stays_as_deep_is_answered_once_in_many_runs(
    database: Database, clock: SimulatedClock
) -> None:
    await aim(database)
    gate = Gate()
    for number in range(60):
        # One contact each day keeps the distance as it is: nine points.
        await contact(database, clock, 1, str(number))
        for _ in range(3):
            await update_goals(database, GoalSettings(), gate)
        await clock.advance(86_400)
    assert gate.times == 1


async def test_each_deeper_step_is_answered_once(database: Database, clock: SimulatedClock) -> None:
    await aim(database)
    gate = Gate()
    for _ in range(91):
        await update_goals(database, GoalSettings(), gate)
        await clock.advance(86_400)
    assert [key for _, key in gate.asked] == ["gap:1:0", "gap:1:1", "gap:1:2", "gap:1:3"]
    assert gate.times == 4


async def test_a_goal_that_wavers_around_its_line_asks_once(database: Database, clock: SimulatedClock) -> None:
    await aim(database)
    gate = Gate()
    await update_goals(database, GoalSettings(), gate)
    for number in range(30):
        # Back on the line in the evening, behind it again the next morning.
        goal = await database.read(lambda reader: GoalRepository().get(reader, "g"))
        found = await database.read(lambda reader, goal=goal: evaluate(reader, goal, clock.now().date()))  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
        elapsed = (clock.now().date() - START).days
        await contact(database, clock, elapsed - found.whole_value, str(number))
        await update_goals(database, GoalSettings(), gate)
        await clock.advance(86_400)
        await update_goals(database, GoalSettings(), gate)
    assert gate.times == 1
    gaps = await database.read(lambda reader: gaps_of(reader, "g"))
    assert [(gap.number, gap.depth, gap.action_id) for gap in gaps] == [(1, 0, "goal:g/gap:1:0")]


async def test_after_a_rest_it_is_a_new_gap(database: Database, clock: SimulatedClock) -> None:
    await aim(database)
    gate = Gate()
    await update_goals(database, GoalSettings(gap_rest_days=5), gate)
    await contact(database, clock, 15, "a")
    await update_goals(database, GoalSettings(gap_rest_days=5), gate)
    await clock.advance(86_400 * 7)
    await update_goals(database, GoalSettings(gap_rest_days=5), gate)
    assert [key for _, key in gate.asked] == ["gap:1:0", "gap:2:0"]


@given(days=st.lists(st.tuples(st.integers(0, 6), st.booleans()), min_size=5, max_size=40))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_no_key_is_ever_asked_twice_and_depth_only_grows(
    tmp_path_factory: pytest.TempPathFactory, days: list[tuple[int, bool]]
) -> None:
    path: Path = tmp_path_factory.mktemp("gaps") / "engine.db"
    from datetime import UTC, datetime

    clock = SimulatedClock(datetime(2026, 3, 2, 12, tzinfo=UTC))
    gate = Gate()
    settings_ = GoalSettings()
    async with await Database.open(path, clock, inline=True) as database:
        goal = await aim(database, target=100, days=50)
        for number, (contacts, again) in enumerate(days):
            await contact(database, clock, contacts, str(number))
            for _ in range(2 if again else 1):
                await update_goals(database, settings_, gate)
            found = await database.read(lambda reader: evaluate(reader, goal, clock.now().date()))
            gaps = await database.read(lambda reader: gaps_of(reader, "g"))
            if found.behind and clock.now().date() <= goal.end:
                assert gaps[-1].closed is None
                assert gaps[-1].depth >= shortfall(goal, found) // settings_.gap_step_points
            await clock.advance(86_400)
    assert gate.times == len(gate.asked)


@given(
    target=st.integers(1, 10**17),
    total=st.integers(1, 4_000),
    passed=st.integers(-5, 4_100),
    value=st.fractions(min_value=-(10**6), max_value=10**19),
)
def test_the_shortfall_is_between_nothing_and_all(target: int, total: int, passed: int, value: object) -> None:
    goal = Goal("g", "x", GoalType.REVENUE, target, START, START + timedelta(days=total))
    found = assess(goal, value, START + timedelta(days=passed))  # type: ignore[arg-type]  # Hypothesis gives fractions
    short = shortfall(goal, found)
    assert 0 <= short <= 100
    assert short == 0 or found.behind
    assert 0 <= found.progress <= 100
