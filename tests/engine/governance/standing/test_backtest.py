"""What a rule would have answered in the past."""

from __future__ import annotations

from datetime import timedelta

from engine.commands import AllowLike, DenyLike
from engine.governance import Action
from engine.governance.standing import Record, backtest, scope_of

from ..support import World
from .support import approved_example


async def record(world: World, example: Action, days: int = 30, reason: str = "", **scope: object) -> Record:
    ask = {"id": example.id, "revision": example.revision, "digest": example.digest, **scope}
    rule = DenyLike.model_validate({**ask, "reason": reason}) if reason else AllowLike.model_validate(ask)
    covered = scope_of(example, rule)
    return await world.read(lambda reader: backtest(reader, covered, world.clock.now(), days))


async def test_it_counts_what_came_of_everything_that_it_covers(world: World) -> None:
    example = await approved_example(world)
    for number in range(3):
        await approved_example(world, text=f"yes {number}")
    rejected = [await world.propose(text=f"no {number}") for number in range(2)]
    for action in rejected:
        world.clock.step(timedelta(seconds=1))
        await world.reject(action)
    await world.propose(text="too late")
    world.clock.step(timedelta(hours=1))
    await world.write(world.gate.expire_due)
    await world.propose(text="open")
    await world.propose(text="elsewhere", proposer="persona:sales")
    await world.propose("create_briefing", tool="briefing")
    found = await record(world, example)
    assert (found.matched, found.approved, found.rejected, found.expired, found.other) == (8, 4, 2, 1, 1)
    assert set(found.against) == {action.id for action in rejected}
    assert (await record(world, example, same=["/text"])).matched == 1
    assert (await record(world, example, same_proposer=False)).matched == 9


async def test_it_looks_back_so_many_days_and_no_more(world: World) -> None:
    example = await approved_example(world)
    world.clock.step(timedelta(days=30))
    assert (await record(world, example)).matched == 1
    world.clock.step(timedelta(microseconds=1))
    assert (await record(world, example)).matched == 0
    assert (await record(world, example, days=31)).matched == 1


async def test_it_goes_through_more_than_a_page(world: World) -> None:
    example = await approved_example(world)
    for number in range(2_100):
        await world.propose(text=f"n{number}", dedupe_key=f"k{number}")
        if number % 500 == 0:
            world.configure(max_pending=10_000)
    assert (await record(world, example)).matched == 2_101


async def test_a_denial_also_covers_what_ran_by_itself(world: World) -> None:
    example = await world.propose("create_briefing", tool="briefing")
    assert (await record(world, example, reason="never")).matched == 1
    assert (await record(world, example)).matched == 0
