"""The history as it is kept: only changes, in one unit, thinned by age, with gaps across restarts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.clock import SimulatedClock
from engine.personas import SenderKind
from engine.personas.history_keeper import UNKNOWN, HistoryKeeper
from engine.personas.reports import persona_history
from engine.queries import AskHistory, PersonaHistory
from engine.settings.persona_rules import HistoryRules, PersonaRules
from engine.settings.personas import PersonaSettings
from engine.storage import Database

from ..world import HELPER, PLANNER, World


def keeper_of(world: World) -> HistoryKeeper:
    return HistoryKeeper(world.database, world.clock, lambda: world.service.roster)


async def past(world: World, hours: float = 1, points: int = 60, persona: str = "helper") -> PersonaHistory:
    ask = AskHistory(id=persona, hours=hours, points=points)
    now = world.clock.now()
    return await world.database.read(lambda reader: persona_history(reader, ask, world.service.roster, now))


async def rows(database: Database, table: str) -> int:
    found = await database.read(lambda reader: reader.row(f"SELECT count(*) AS n FROM {table}"))  # a test's own
    return 0 if found is None else int(found["n"])


async def looking(world: World, keeper: HistoryKeeper, minutes: int) -> list[int]:
    """Look once a minute, as the service does; tells how many had changed each time."""
    changed = []
    for _ in range(minutes):
        changed.append(await keeper.look())
        await world.clock.advance(60)
    return changed


async def test_only_those_that_changed_are_written_down(world: World, database: Database) -> None:
    idle = {f"p{number}": PersonaSettings(name=f"P {number}") for number in range(49)}
    await world.people({**idle, "helper": HELPER}, running=False)
    keeper = keeper_of(world)
    assert await keeper.look() == 50
    await world.clock.advance(60)
    assert await looking(world, keeper, 30) == [0] * 30
    assert await rows(database, "persona_samples") == 50
    assert await rows(database, "persona_watches") == 1
    await world.accepted("hello")
    assert await keeper.look() == 1
    assert await rows(database, "persona_samples") == 51


async def test_a_restart_is_a_gap_and_nothing_is_carried_over_it(world: World) -> None:
    await world.people({"helper": HELPER}, running=False)
    await looking(world, keeper_of(world), 10)
    await world.clock.advance(1_200)
    await world.accepted("while nobody looked")
    again = keeper_of(world)
    await looking(world, again, 10)
    found = await past(world, hours=40 / 60, points=40)
    known = [point.known for point in found.points]
    # A look is missed only after two and a half of the usual times between two.
    assert known == [True] * 12 + [False] * 17 + [True] * 11
    assert [point.waiting for point in found.points if point.known][-1] == 1
    assert not any(point.waiting for point in found.points[:12])


async def test_a_pause_of_the_machine_is_a_gap_too(world: World) -> None:
    await world.people({"helper": HELPER}, running=False)
    keeper = keeper_of(world)
    await looking(world, keeper, 5)
    await world.clock.advance(3_600)
    assert await keeper.look() == 1
    found = await past(world, hours=1.1, points=66)
    assert sum(not point.known for point in found.points) > 50


async def test_the_last_point_is_this_very_moment(world: World) -> None:
    await world.people({"helper": HELPER}, running=False)
    await keeper_of(world).look()
    await world.clock.advance(20)
    await world.accepted("just now")
    assert (await past(world)).points[-1].waiting == 1


async def test_what_is_old_is_thinned_keeps_its_peaks_and_goes_in_the_end(world: World, database: Database) -> None:
    rules = PersonaRules(history=HistoryRules(fine_hours=1, coarse_seconds=600, keep_days=1))
    await world.people({"helper": HELPER}, rules, running=False)
    keeper = keeper_of(world)
    for minute in range(120):
        await keeper.look()
        await world.clock.advance(30)
        if minute % 2:
            await world.accepted(f"message {minute}", kind=SenderKind.SYSTEM)
        await world.clock.advance(30)
    before = await rows(database, "persona_samples")
    deepest = max(point.waiting for point in (await past(world, hours=2, points=12)).points[:6])
    await keeper.thin()
    kept = await rows(database, "persona_samples")
    # It changed every second minute: 30 samples of the last hour, and one for each ten minutes of the hour before.
    assert 58 <= before <= 62
    assert 34 <= kept <= 38
    assert max(point.waiting for point in (await past(world, hours=2, points=12)).points[:6]) == deepest
    await keeper.thin()
    assert await rows(database, "persona_samples") == kept
    await world.clock.advance(86_400 * 3)
    await keeper.thin()
    # The last one tells how a time begins in which nothing changes.
    assert await rows(database, "persona_samples") == 1
    assert await rows(database, "persona_watches") == 0


async def test_a_trend_follows_an_emotion_and_shows_where_nobody_looked(world: World, clock: SimulatedClock) -> None:
    await world.people({"helper": HELPER})
    keeper = keeper_of(world)
    for number in range(30):
        await world.accepted(f"thanks, this is great {number}")
        await keeper.look()
        await world.advance(60)
    trend = keeper.trend("helper", "excitement")
    assert len(trend) == 12
    assert trend[0] == UNKNOWN
    assert trend[-1] > 50
    assert keeper.trend("nobody", "excitement") == ()


async def test_a_persona_that_joins_is_kept_from_then_on(world: World) -> None:
    await world.people({"helper": HELPER}, running=False)
    keeper = keeper_of(world)
    await looking(world, keeper, 5)
    await world.service.reconfigure({"helper": HELPER, "planner": PLANNER}, PersonaRules())
    assert await looking(world, keeper, 5) == [1, 0, 0, 0, 0]
    found = await past(world, hours=10 / 60, points=10, persona="planner")
    assert [point.known for point in found.points] == [False] * 4 + [True] * 6


@pytest.mark.parametrize("hours", [1.0, 24.0, 168.0])
async def test_a_question_is_answered_in_as_many_points_as_it_wants(world: World, hours: float) -> None:
    await world.people({"helper": HELPER}, running=False)
    await keeper_of(world).look()
    found = await past(world, hours=hours, points=77)
    assert len(found.points) == 77
    assert found.until - found.since == timedelta(hours=hours)
    assert found.points[-1].at == found.until
