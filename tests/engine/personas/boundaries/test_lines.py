"""The lines of mood, cadence, circuit and attempts, each crossed by one step in the real loop."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.personas import MessageStatus, SenderKind, inbox_view
from engine.personas.runtime import Runtime, load
from engine.settings.persona_rules import EnergyRules, PersonaRules
from engine.settings.personas import AutonomyMode

from ..world import HELPER, World

SCRIPTED = {"helper": HELPER.model_copy(update={"brain": "scripted"})}
RULES = PersonaRules()
TIRELESS = PersonaRules(energy=EnergyRules(nominal_reply_seconds=0))


async def helper(world: World) -> Runtime:
    return await world.database.read(lambda reader: load(reader, "helper"))


async def waiting(world: World, number: int) -> None:
    for index in range(number):
        await world.say(f"notice {index}", channel="general", kind=SenderKind.SYSTEM, sender="cron")


@pytest.mark.parametrize(("number", "mood"), [(50, "idle"), (51, "overwhelmed")])
async def test_the_fifty_first_waiting_message_overwhelms(world: World, number: int, mood: str) -> None:
    await world.people(SCRIPTED)
    world.paused["helper"] = "let it queue up"
    await waiting(world, number)
    await world.advance(10)
    assert (await helper(world)).mood.value == mood


async def test_overwhelmed_lasts_until_five_fewer_than_its_line(world: World) -> None:
    await world.people(SCRIPTED)
    world.paused["helper"] = "let it queue up"
    await waiting(world, 51)
    await world.advance(10)
    for left, mood in ((46, "overwhelmed"), (45, "idle")):
        await world.database.write(
            lambda tx, left=left: tx.execute(  # type: ignore[misc]  # mypy cannot type a lambda's default
                "UPDATE messages SET status = 'dropped' WHERE id IN (SELECT id FROM messages WHERE status = 'pending'"
                " ORDER BY id LIMIT (SELECT count(*) - ? FROM messages WHERE status = 'pending'))",
                (left,),
            )
        )
        await world.advance(11)
        assert (await helper(world)).mood.value == mood


@pytest.mark.parametrize(("spent", "seconds"), [(5_000, 5), (5_001, 10)])
async def test_the_wait_between_answers_doubles_below_half_of_the_budget(
    world: World, spent: int, seconds: float
) -> None:
    await world.people(SCRIPTED, TIRELESS)
    await world.accepted("one")
    await world.advance(1)
    await world.database.write(lambda tx: tx.execute("UPDATE personas SET spent_actions = ?", (spent,)))
    await world.accepted("two")
    await world.advance(seconds - 1 - 0.1)
    assert world.brain.thought == ["one"]
    await world.advance(0.2)
    assert world.brain.thought == ["one", "two"]


async def test_the_third_attempt_is_the_last_and_each_leaves_a_bookmark(world: World) -> None:
    await world.people(SCRIPTED, TIRELESS)
    world.brain.failing = lambda _: True
    message = await world.accepted("poison")
    await world.advance(0.1)
    for attempt, wait in ((1, 5), (2, 10), (3, 0)):
        found, runtime = await world.service.get(message), await helper(world)
        status = MessageStatus.DEAD if attempt == 3 else MessageStatus.PENDING
        assert (found.status, found.attempts) == (status, attempt)
        assert (runtime.bookmark, runtime.turn, runtime.failures_in_row) == (message, attempt, attempt)
        await world.advance(max(0, wait - 3.2))
        assert (await world.service.get(message)).attempts == attempt
        await world.advance(RULES.cadence.idle_seconds + 3)


async def test_the_tenth_failure_opens_the_circuit_for_sixty_seconds(world: World) -> None:
    await world.people(SCRIPTED, TIRELESS)
    world.brain.failing = lambda _: True
    await world.database.write(lambda tx: tx.execute("UPDATE personas SET failures_in_row = 8"))
    await world.accepted("ninth")
    await world.advance(0.1)
    assert (await helper(world)).circuit_until is None
    await world.database.write(lambda tx: tx.execute("UPDATE messages SET status = 'dropped'"))
    await world.accepted("tenth")
    await world.advance(4)
    runtime = await helper(world)
    assert runtime.circuit_until is not None
    thought = len(world.brain.thought)
    left = (runtime.circuit_until - world.clock.now()).total_seconds()
    world.brain.failing = lambda _: False
    await world.accepted("later")
    await world.advance(left - 0.1)
    assert len(world.brain.thought) == thought
    await world.advance(11)
    assert len(world.brain.thought) > thought
    assert (await helper(world)).circuit_until is None


async def test_a_minute_of_circuit_is_a_minute(world: World) -> None:
    await world.people(SCRIPTED, TIRELESS)
    world.brain.failing = lambda _: True
    await world.database.write(lambda tx: tx.execute("UPDATE personas SET failures_in_row = 9"))
    began = world.clock.now()
    await world.accepted("tenth")
    await world.advance(0.1)
    runtime = await helper(world)
    assert runtime.circuit_until is not None
    assert timedelta() <= runtime.circuit_until - began - timedelta(seconds=60) < timedelta(seconds=1)


async def test_of_equal_rank_the_oldest_comes_first(world: World) -> None:
    await world.people(SCRIPTED, TIRELESS)
    world.paused["helper"] = "let it queue up"
    for name in ("b", "a", "c"):
        await world.accepted(name)
        world.clock.step(timedelta(milliseconds=1))
    view = await world.database.read(lambda r: inbox_view(r, world.service.roster, world.clock.now()))
    assert [item.text for item in view.items] == ["b", "a", "c"]
    del world.paused["helper"]
    await world.database.write(lambda tx: tx.record("persona.resumed", "helper", {}, "operator:ana"))
    await world.advance(20)
    assert world.brain.thought == ["b", "a", "c"]


@pytest.mark.parametrize(("seconds", "answered"), [(1.0, True), (1.1, False)])
async def test_sync_answers_within_a_second_or_through_the_inbox(world: World, seconds: float, answered: bool) -> None:
    sync = {"helper": SCRIPTED["helper"].model_copy(update={"mode": AutonomyMode.SYNC})}
    await world.people(sync)
    world.brain.seconds = seconds
    message = await world.accepted("hello")
    await world.advance(1.05)
    found = await world.service.get(message)
    assert (found.status is MessageStatus.DONE) is answered
    await world.advance(60)
    assert (await world.service.get(message)).status is MessageStatus.DONE
