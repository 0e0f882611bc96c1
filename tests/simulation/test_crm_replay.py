"""2017 of the CRM data set, day by day: the four metrics against a computation that knows nothing of the engine."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.crm import import_crm, stage_on
from engine.goals import Goal, GoalRepository, GoalState, GoalType, evaluate, measure, update_goals
from engine.governance.proposal import Proposal
from engine.settings.goals import CrmSettings, GoalSettings
from engine.storage import Database

from .replay import DATA, FIRST, LAST, needs_data, replay

pytestmark = [needs_data, pytest.mark.timeout(180)]

MONTH_ENDS = [date(2017, month + 1, 1) - timedelta(days=1) for month in range(1, 12)] + [LAST]


@pytest.fixture
def clock() -> SimulatedClock:
    return SimulatedClock(datetime(2016, 12, 31, tzinfo=UTC))


@pytest.fixture
async def database(tmp_path: Path, clock: SimulatedClock) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as opened:
        yield opened


def independent(day: date) -> dict[str, Fraction]:
    """The four metrics of 2017 at the end of a day, from the CSV file and nothing else."""
    today = day.isoformat()
    revenue = won = closed = pipeline = activity = Fraction(0)
    with (DATA / "sales_pipeline.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            cents = int(row["close_value"] or 0) * 100
            over = row["deal_stage"] in ("Won", "Lost")
            if over and "2017-01-01" <= row["close_date"] <= today:
                closed += 1
                if row["deal_stage"] == "Won":
                    won += 1
                    revenue += cents
            if row["engage_date"] <= today and not (over and row["close_date"] <= today):
                pipeline += cents
            if row["account"]:
                activity += sum("2017-01-01" <= row[name] <= today for name in ("engage_date", "close_date"))
    quality = won * 10_000 / closed if closed else Fraction(0)
    return {"revenue": revenue, "quality": quality, "pipeline": pipeline, "activity": activity}


def year(goal_type: GoalType, target: int = 1) -> Goal:
    return Goal(goal_type.value, f"2017 {goal_type.value}", goal_type, target, FIRST, LAST)


async def test_the_four_metrics_equal_an_independent_computation_at_every_months_end(
    database: Database, clock: SimulatedClock
) -> None:
    compared = 0
    async for day in replay(database, clock):
        if day.day not in MONTH_ENDS:
            continue
        found = await database.read(
            lambda reader, day=day: {kind.value: measure(reader, year(kind), day.day) for kind in GoalType}  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
        )
        assert found == independent(day.day), day.day
        compared += 1
    assert compared == 12
    # The last table says the same about every month's end in hindsight.
    for end in MONTH_ENDS:
        found = await database.read(
            lambda reader, end=end: {kind.value: measure(reader, year(kind), end) for kind in GoalType}  # type: ignore[misc]  # as above
        )
        assert found == independent(end), end


async def test_one_import_of_the_last_table_gives_the_same_days(database: Database, clock: SimulatedClock) -> None:
    report = await import_crm(database, DATA, CrmSettings(), "operator:ana")
    assert (report.imported, report.rejected_total) == (8_885, 0)
    for end in MONTH_ENDS:
        found = await database.read(
            lambda reader, end=end: {  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
                kind.value: measure(reader, year(kind), end) for kind in GoalType if kind is not GoalType.ACTIVITY
            }
        )
        expected = independent(end)
        del expected["activity"]
        assert found == expected, end


async def test_stages_as_of_a_day_are_those_of_the_dates(database: Database, clock: SimulatedClock) -> None:
    await import_crm(database, DATA, CrmSettings(), "operator:ana")
    for day in (date(2017, 1, 15), date(2017, 6, 30), LAST):
        with (DATA / "sales_pipeline.csv").open(encoding="utf-8", newline="") as file:
            expected = {row["opportunity_id"]: _stage(row, day.isoformat()) for row in csv.DictReader(file)}
        found = await database.read(
            lambda reader, day=day, ids=tuple(expected): {one: stage_on(reader, one, day) for one in ids}  # type: ignore[misc]  # as above
        )
        assert found == expected
    # The first row of the file closes on the first of March.
    before = await database.read(lambda reader: stage_on(reader, "1C1I7A6R", date(2017, 2, 28)))
    assert before == "qualification"


def _stage(row: dict[str, str], today: str) -> str | None:
    match row["deal_stage"]:
        case "Prospecting":
            return "prospecting"
        case "Won" | "Lost" if row["close_date"] <= today:
            return f"closed_{row['deal_stage'].lower()}"
        case _:
            return "qualification" if row["engage_date"] <= today else None


async def test_a_year_of_daily_runs_proposes_once_for_each_gap(database: Database, clock: SimulatedClock) -> None:
    goals = GoalRepository()
    final = independent(LAST)
    # Revenue just reached, twice as much activity as there will be, and a quality that the year comes near to.
    targets = {
        GoalType.REVENUE: int(final["revenue"]),
        GoalType.ACTIVITY: int(final["activity"]) * 2,
        GoalType.QUALITY: 6_300,
    }
    await clock.advance(86_400)
    for kind, target in targets.items():
        goal = year(kind, target)
        await database.write(lambda tx, goal=goal: goals.add(tx, goal, actor="operator:ana", limit=10))  # type: ignore[misc]  # as above
    proposals: list[Proposal] = []

    async def propose(proposal: Proposal) -> str:
        proposals.append(proposal)
        return f"action-{len(proposals)}"

    behind: Counter[str] = Counter()
    async for day in replay(database, clock):
        # Twice a day, as after a restart.
        for _ in range(2):
            await update_goals(database, GoalSettings(), propose)
        for kind, target in targets.items():
            found = await database.read(
                lambda reader, kind=kind, target=target, day=day: evaluate(reader, year(kind, target), day.day)  # type: ignore[misc]  # as above
            )
            behind[kind.value] += found.behind
    keys = [(proposal.proposer, proposal.dedupe_key) for proposal in proposals]
    assert len(set(keys)) == len(keys)
    asked = Counter(proposal.proposer for proposal in proposals)
    assert behind["activity"] > 300
    # Half of what is needed: behind by 0, 25 and, on the last day, 50 points.
    assert 2 <= asked["goal:activity"] <= 3
    assert 1 <= asked["goal:revenue"] <= behind["revenue"] / 10
    assert asked["goal:quality"] <= 4
    history = await database.read(lambda reader: goals.history(reader, "activity"))
    assert [row[0] for row in history] == [FIRST + timedelta(days=number) for number in range(365)]

    await clock.advance(86_400)
    ended = await update_goals(database, GoalSettings(), propose)
    states = await database.read(lambda reader: {goal.id: goal.state for goal in goals.all(reader)})
    assert states == {
        "revenue": GoalState.COMPLETED,
        "activity": GoalState.MISSED,
        "quality": GoalState.COMPLETED if final["quality"] >= 6_300 else GoalState.MISSED,
    }
    assert ended.measured == 2
    assert len(proposals) == len(keys)
