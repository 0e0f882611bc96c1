"""Several messages steered together: each by whoever did it in the journal, none stopped by another."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.assembly.handlers.steering import steer_many
from engine.client import CommandRefused, Reply
from engine.commands import COMMANDS, SteerMessages
from engine.operators import Operator, Role
from engine.personas import SenderKind
from engine.personas.queue import most_urgent
from engine.settings.persona_rules import InboxRules, LoopRules, PersonaRules

from ..world import HELPER, World

ANA = Operator("ana", Role.OPERATOR, "ssh")


async def steer(world: World, *ids: str, **asked: Any) -> Reply | CommandRefused:
    arguments = SteerMessages.model_validate({"ids": ids, **asked})
    return await world.database.write(lambda tx: steer_many(tx, arguments, ANA))


async def order(world: World) -> list[str]:
    now, rules = world.clock.now(), world.service.roster.rules.priority
    places = await world.database.read(lambda reader: most_urgent(reader, now, rules, 100))
    return [place.id for place in places]


async def three(world: World) -> list[str]:
    await world.people({"helper": HELPER}, running=False)
    ids = []
    for number in range(3):
        ids.append(await world.accepted(f"message {number}", kind=SenderKind.SYSTEM))
        await world.clock.advance(1)
    return ids


async def test_the_first_that_is_put_to_the_top_comes_first(world: World) -> None:
    first, second, third = await three(world)
    await steer(world, third, second, change="top")
    assert await order(world) == [third, second, first]


async def test_each_is_journalled_by_name_with_what_changed(world: World) -> None:
    ids = await three(world)
    reply = await steer(world, *ids[:2], change="raise")
    assert isinstance(reply, Reply)
    assert reply.text == "2 messages raised."
    rows = await world.database.read(
        lambda reader: reader.rows("SELECT subject, actor, data FROM journal WHERE kind = 'message.reprioritised'")
    )
    assert {row["subject"] for row in rows} == set(ids[:2])
    assert {row["actor"] for row in rows} == {ANA.actor}
    told = json.loads(rows[0]["data"])
    assert (told["persona"], told["to"] - told["from"]) == ("helper", 1_000)


async def test_what_cannot_be_done_to_one_stops_none_of_the_others(world: World) -> None:
    ids = await three(world)
    await steer(world, ids[1], change="drop", reason="off topic")
    reply = await steer(world, *ids, change="set", value=5)
    assert isinstance(reply, Reply)
    assert (reply.data["done"], reply.data["failed"]) == (2, 1)
    results = reply.data["results"]
    assert isinstance(results, list)
    assert [result["id"] for result in results] == ids
    assert [result["done"] for result in results] == [True, False, True]
    assert "is dropped" in results[1]["why"]


async def test_nothing_done_is_a_refusal(world: World) -> None:
    await three(world)
    answer = await steer(world, "no-such-message", "nor-this-one", change="drop")
    assert isinstance(answer, CommandRefused)
    assert "and 1 more" in answer.why


async def test_what_was_given_up_is_tried_again_and_answered(world: World) -> None:
    failing = True
    world.brain.failing = lambda _: failing
    rules = PersonaRules(inbox=InboxRules(attempts=1), loop=LoopRules(circuit_failures=100))
    await world.people({"helper": HELPER.model_copy(update={"brain": "scripted"})}, rules)
    ids = [await world.accepted(f"message {number}") for number in range(2)]
    await world.advance(30)
    assert await world.statuses() == {"dead": 2}
    failing = False
    reply = await steer(world, *ids, change="retry")
    assert isinstance(reply, Reply)
    await world.advance(30)
    assert await world.statuses() == {"done": 2}


async def test_a_raise_has_the_persona_look_at_once(world: World) -> None:
    await world.people({"helper": HELPER.model_copy(update={"brain": "scripted"})})
    message_id = await world.accepted("low", kind=SenderKind.SYSTEM)
    await world.database.write(lambda tx: tx.execute("UPDATE messages SET priority = 0, boost = 0"))
    await steer(world, message_id, change="set", value=0)
    before = (await world.statuses()).get("pending")
    await steer(world, message_id, change="top")
    await world.advance(0.1)
    assert before == 1
    assert await world.statuses() == {"done": 1}


@pytest.mark.parametrize("command", ["message.steer_many", "message.drop", "message.retry", "queue.reprioritise"])
def test_a_viewer_may_do_none_of_it(command: str) -> None:
    assert COMMANDS[command].role is Role.OPERATOR
