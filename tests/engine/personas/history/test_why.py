"""Why a persona did or did not answer: every outcome has its reason, and every wait says what keeps it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from engine.personas import BrainReply, BrainRequest, SenderKind, drop, retry
from engine.personas.modes import set_mode
from engine.personas.why import last_messages, why_of, why_turned_away
from engine.queries import WhyView
from engine.settings.persona_rules import CadenceRules, InboxRules, LoopRules, PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.storage import Reader

from ..world import HELPER, World

SCRIPTED = HELPER.model_copy(update={"brain": "scripted"})


class Saying:
    """A brain that says no."""

    def __init__(self, reply: BrainReply) -> None:
        self.reply = reply

    async def think(self, request: BrainRequest) -> BrainReply:
        return self.reply


async def whys(world: World, limit: int = 10, persona: str = "helper") -> tuple[WhyView, ...]:
    now, roster = world.clock.now(), world.service.roster

    def paused(_: Reader, persona_id: str) -> str | None:
        return world.paused.get(persona_id)

    return await world.database.read(lambda reader: last_messages(reader, roster, persona, now, paused, limit))


async def newest(world: World) -> WhyView:
    return (await whys(world))[0]


def people(**changes: Any) -> dict[str, PersonaSettings]:
    return {"helper": SCRIPTED.model_copy(update=changes)}


async def test_an_answer_tells_when_how_long_and_what_was_proposed(world: World) -> None:
    world.brain.seconds = 2.5
    await world.people(people())
    await world.say("hello @helper", to="helper")
    await world.advance(10)
    one = await newest(world)
    assert (one.state, one.attempts, one.action_ids) == ("answered", 1, ("action-1",))
    assert one.thought_seconds == 2.5
    assert 2.5 <= one.seconds <= 6
    assert one.ended_at == one.arrived_at + timedelta(seconds=one.seconds)


@pytest.mark.parametrize(
    ("reply", "state"),
    [
        (BrainReply(refused_reason="out of role"), "refused"),
        (BrainReply(declined_reason="nothing to say"), "declined"),
    ],
)
async def test_a_no_has_its_reason(world: World, reply: BrainReply, state: str) -> None:
    world.brains["no"] = Saying(reply)
    await world.people(people(brain="no"))
    await world.say("hello", to="helper")
    await world.advance(10)
    one = await newest(world)
    assert (one.state, one.why) == (state, reply.refused_reason or reply.declined_reason)


async def test_what_failed_says_when_it_is_tried_again_and_in_the_end_that_it_was_given_up(world: World) -> None:
    world.brain.failing = lambda _: True
    rules = PersonaRules(inbox=InboxRules(attempts=2, retry_seconds=60), loop=LoopRules(circuit_failures=50))
    await world.people(people(), rules)
    await world.say("hello", to="helper")
    await world.advance(10)
    one = await newest(world)
    assert one.state == "waiting"
    assert "tried again at 12:01:" in one.why
    assert "cannot think" in one.why
    await world.advance(90)
    one = await newest(world)
    assert (one.state, one.attempts) == ("dead", 2)
    assert "given up after 2 attempts" in one.why
    await world.database.write(lambda tx: retry(tx, one.id, "ana"))
    assert (await newest(world)).state == "waiting"


async def test_one_that_is_dropped_or_merged_or_turned_away_says_so(world: World) -> None:
    world.paused["helper"] = "ana paused persona"
    await world.people(people(), PersonaRules(inbox=InboxRules(capacity=2, healthy_below=2)))
    first = await world.accepted("the first", kind=SenderKind.SYSTEM)
    await world.say("again", to="helper", key="k")
    await world.say("again", to="helper", key="k")
    await world.say("too many", to="helper", kind=SenderKind.SYSTEM)
    await world.database.write(lambda tx: drop(tx, first, "ana", "off topic"))
    found = {one.text: one for one in await whys(world)}
    assert (found["the first"].state, found["the first"].why) == ("dropped", "off topic")
    merged = next(one for one in await whys(world) if one.state == "merged")
    assert merged.into
    assert any(one.state == "dropped" and "full" in one.why for one in found.values()), found


async def test_one_for_a_persona_that_is_off_is_remembered_with_its_reason(world: World) -> None:
    await world.people(people(mode=AutonomyMode.OFF))
    await world.say("anybody there?", to="helper")
    one = await newest(world)
    assert (one.state, one.why, one.text) == ("dropped", "the persona is off", "anybody there?")
    away = await world.database.read(lambda reader: why_turned_away(reader, one.id))
    assert away is not None
    assert away[:2] == (one, "anybody there?")


async def test_waiting_tells_the_priority_against_the_gate_of_the_mood(world: World) -> None:
    rules = PersonaRules(cadence=CadenceRules(active_seconds=1))
    await world.people(people(), rules, running=False)
    await world.say("low", channel="general", kind=SenderKind.SYSTEM)
    await world.database.write(lambda tx: tx.execute("UPDATE messages SET priority = 500"))
    one = await newest(world)
    assert (one.state, one.priority, one.gate) == ("waiting", 5, 10)
    assert one.blocks == ("priority 5, needs 10 while idle",)


async def test_a_pause_an_open_circuit_and_those_before_it_are_all_told_the_strongest_first(world: World) -> None:
    world.brain.failing = lambda text: text.startswith("bad")
    rules = PersonaRules(inbox=InboxRules(attempts=1), loop=LoopRules(circuit_failures=1))
    await world.people(people(), rules)
    await world.say("bad one", to="helper")
    await world.advance(1)
    world.paused["helper"] = "ana paused persona"
    await world.say("@helper first", to="helper")
    await world.advance(1)
    await world.say("second", to="helper", kind=SenderKind.SYSTEM)
    one = next(one for one in await whys(world) if one.text == "second")
    assert one.blocks[0] == "ana paused persona"
    assert one.blocks[1].startswith("it failed too often in a row and rests until 12:01:0")
    assert one.blocks[-1] == "1 comes before it"
    assert one.why == one.blocks[0]


async def test_one_that_is_being_answered_keeps_the_others(world: World) -> None:
    world.brain.seconds = 60
    await world.people(people())
    await world.say("long", to="helper")
    await world.advance(5)
    await world.say("next", to="helper")
    long, following = sorted(await whys(world), key=lambda one: one.arrived_at)
    assert long.state == "in_progress"
    assert long.thought_seconds is not None
    assert 1 < long.thought_seconds <= 5
    assert "it is answering ana" in following.blocks


async def test_a_fresh_answer_says_how_long_the_cadence_still_takes(world: World) -> None:
    await world.people(people())
    await world.say("one", to="helper")
    await world.advance(4)
    answered = await newest(world)
    assert answered.state == "answered"
    await world.say("two", to="helper")
    await asyncio.sleep(0)
    one = await newest(world)
    assert one.state == "waiting"
    assert any(block.startswith("it has just answered and may again in") for block in one.blocks)


async def test_the_spent_budget_of_the_day_is_told(world: World) -> None:
    await world.people(people(daily_actions=1))
    await world.say("one", to="helper")
    await world.advance(10)
    await world.say("two", to="helper")
    await world.advance(20)
    assert (await newest(world)).why == "the daily budget is spent; it begins anew at midnight UTC"


async def test_nothing_keeps_one_whose_turn_it_is(world: World) -> None:
    await world.people(people(), running=False)
    message_id = await world.accepted("hello @helper")
    one = await world.database.read(
        lambda reader: why_of(reader, world.service.roster, message_id, world.clock.now(), lambda _, __: None)
    )
    assert one.blocks == ()
    assert one.why.startswith("its turn comes at the next look")


async def test_in_a_mode_that_answers_at_once_there_is_no_gate(world: World) -> None:
    await world.people(people(), running=False)
    await world.accepted("hello", kind=SenderKind.SYSTEM)
    await world.database.write(
        lambda tx: set_mode(tx, "helper", AutonomyMode.SYNC, world.service.roster, "operator:ana")
    )
    assert (await newest(world)).gate is None


async def test_at_most_as_many_as_asked_the_newest_first(world: World) -> None:
    await world.people(people(), running=False)
    for number in range(15):
        await world.accepted(f"message {number}")
        await world.clock.advance(1)
    found = await whys(world, 10)
    assert [one.text for one in found] == [f"message {number}" for number in range(14, 4, -1)]
