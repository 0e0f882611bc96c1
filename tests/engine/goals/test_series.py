"""A goal day by day: every point is the metric of that day, the pace is exact, and the projection is the stated one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.crm import Account, Interaction, Opportunity, write_rows
from engine.goals import Goal, GoalRepository, GoalType, evaluate, measure, method, series, update_goals
from engine.governance.kinds import Stage
from engine.settings.goals import GoalSettings
from engine.storage import Database

START = date(2026, 1, 1)
_DAYS = st.integers(-20, 60)
_STAGES = st.sampled_from([Stage.PROSPECTING, Stage.NEGOTIATION, Stage.CLOSED_WON, Stage.CLOSED_LOST])
_DEALS = st.lists(st.tuples(_STAGES, st.none() | _DAYS, st.integers(0, 40), st.integers(0, 10**12)), max_size=25)


def deal(number: int, stage: Stage, engaged: int | None, lasts: int, cents: int) -> Opportunity:
    begun = None if engaged is None else START + timedelta(days=engaged)
    closed = (begun or START) + timedelta(days=lasts) if stage.value.startswith("closed") else None
    return Opportunity(f"o{number}", "A", "", "", stage, "", begun, closed, cents)


@given(deals=_DEALS, contacts=st.lists(_DAYS, max_size=20), length=st.integers(1, 50), today=st.integers(-3, 60))
@settings(max_examples=40, deadline=None)
async def test_every_point_is_the_metric_of_that_day(
    tmp_path_factory: pytest.TempPathFactory,
    deals: list[tuple[Stage, int | None, int, int]],
    contacts: list[int],
    length: int,
    today: int,
) -> None:
    path: Path = tmp_path_factory.mktemp("series") / "engine.db"
    as_of = START + timedelta(days=today)
    moments = [datetime(2026, 1, 1, 23, 59, 59, 999_999, UTC) + timedelta(days=day) for day in contacts]
    async with await Database.open(path, SimulatedClock(datetime(2026, 6, 1, tzinfo=UTC)), inline=True) as database:
        await database.write(lambda tx: write_rows(tx, [Account("A", "A", "", "", "", "")]))
        await database.write(lambda tx: write_rows(tx, [deal(number, *one) for number, one in enumerate(deals)]))
        rows = [Interaction(str(number), "A", "call", "", at, "ana") for number, at in enumerate(moments)]
        await database.write(lambda tx: write_rows(tx, rows))
        for kind in GoalType:
            goal = Goal("g", "x", kind, 1_000, START, START + timedelta(days=length))
            points = await database.read(lambda reader, goal=goal: series(reader, goal, as_of))  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
            assert [point.day for point in points] == [START + timedelta(days=day) for day in range(length + 1)]
            for point in points:
                assert point.pace == 1_000 * (point.day - START).days // length
                assert (point.actual is None) == (point.day > as_of)
                assert (point.origin == "ahead") == (point.day > as_of)
                if point.actual is not None:
                    value = await database.read(lambda reader, g=goal, d=point.day: measure(reader, g, d))  # type: ignore[misc]  # as above
                    assert point.actual == value // 1


def goal(kind: GoalType = GoalType.ACTIVITY, target: int = 90, days: int = 90) -> Goal:
    return Goal("g", "Quarter", kind, target, START, START + timedelta(days=days))


async def contact(database: Database, days: range) -> None:
    rows = [
        Interaction(f"c{day}", "A", "call", "", datetime(2026, 1, 1, 9, tzinfo=UTC) + timedelta(days=day), "ana")
        for day in days
    ]
    await database.write(lambda tx: write_rows(tx, rows))


async def test_the_first_day_counts_once(database: Database) -> None:
    await database.write(lambda tx: write_rows(tx, [Account("A", "A", "", "", "", "")]))
    deals = [
        deal(1, Stage.NEGOTIATION, 0, 0, 1_00),
        deal(2, Stage.CLOSED_WON, 0, 3, 20_00),
        deal(3, Stage.CLOSED_LOST, -4, 4, 300_00),
        deal(4, Stage.PROSPECTING, None, 0, 4_000_00),
    ]
    await database.write(lambda tx: write_rows(tx, deals))
    points = await database.read(lambda reader: series(reader, goal(GoalType.PIPELINE), START + timedelta(days=4)))
    assert [point.actual for point in points[:5]] == [4_021_00, 4_021_00, 4_021_00, 4_001_00, 4_001_00]


async def test_the_projection_is_a_straight_line_from_today_to_its_end_value(database: Database) -> None:
    await contact(database, range(30))
    as_of = START + timedelta(days=30)
    points = await database.read(lambda reader: series(reader, goal(), as_of))
    ahead = [point for point in points if point.projected is not None]
    assert [point.day for point in ahead] == [as_of + timedelta(days=day) for day in range(61)]
    found = await database.read(lambda reader: evaluate(reader, goal(), as_of))
    assert (ahead[0].projected, ahead[-1].projected) == (30, found.projected)
    assert found.projected == 90
    assert method(goal(), found).startswith("straight line")


async def test_a_level_is_taken_to_stay(database: Database) -> None:
    await database.write(lambda tx: write_rows(tx, [Account("A", "A", "", "", "", "")]))
    await database.write(lambda tx: write_rows(tx, [deal(1, Stage.NEGOTIATION, -5, 0, 5_000)]))
    pipeline = goal(GoalType.PIPELINE)
    points = await database.read(lambda reader: series(reader, pipeline, START + timedelta(days=10)))
    assert {point.projected for point in points[10:]} == {5_000}
    found = await database.read(lambda reader: evaluate(reader, pipeline, START + timedelta(days=10)))
    assert method(pipeline, found).startswith("level")


@pytest.mark.parametrize(
    ("day", "words"),
    [(-1, "has not begun"), (0, "before the second day"), (90, "over"), (91, "over")],
)
async def test_where_there_is_no_projection_the_method_says_why(database: Database, day: int, words: str) -> None:
    found = await database.read(lambda reader: evaluate(reader, goal(), START + timedelta(days=day)))
    assert words in method(goal(), found)


async def test_what_the_job_measured_is_told_apart(database: Database, clock: SimulatedClock) -> None:
    await database.write(lambda tx: GoalRepository().add(tx, goal(), actor="operator:ana", limit=10))

    async def propose(_proposal: object) -> str:
        return "a"

    await update_goals(database, GoalSettings(), propose)
    today = clock.now().date()
    points = await database.read(lambda reader: series(reader, goal(), today))
    assert [point.day for point in points if point.origin == "measured"] == [today]


@given(years=st.integers(2, 500), today=st.integers(-400, 200_000), limit=st.integers(3, 400))
@settings(max_examples=30, deadline=None)
async def test_a_long_window_is_sampled_with_its_ends_and_the_present(
    tmp_path_factory: pytest.TempPathFactory, years: int, today: int, limit: int
) -> None:
    path: Path = tmp_path_factory.mktemp("long") / "engine.db"
    end = date(START.year + years, 3, 1)
    long = Goal("g", "x", GoalType.REVENUE, 10**17, START, end)
    as_of = START + timedelta(days=today)
    async with await Database.open(path, SimulatedClock(datetime(2026, 6, 1, tzinfo=UTC)), inline=True) as database:
        points = await database.read(lambda reader: series(reader, long, as_of, limit))
    days = [point.day for point in points]
    assert len(days) <= limit
    assert days == sorted(set(days))
    assert (days[0], days[-1]) == (START, end)
    if START <= as_of <= end:
        assert as_of in days
