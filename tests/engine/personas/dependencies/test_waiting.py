"""One persona waits for another to answer the same message, on a simulated clock and a real database."""

from __future__ import annotations

import json

import pytest

from engine.personas import MessageStatus, SenderKind
from engine.settings.persona_rules import DependencyRules, PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings

from ..world import World

FIRST = PersonaSettings(name="First", channels=("general",), mode=AutonomyMode.AUTONOMOUS, brain="scripted")
SECOND = PersonaSettings(
    name="Second", channels=("general",), mode=AutonomyMode.AUTONOMOUS, brain="scripted", waits_for=("first",)
)
PAIR = {"second": SECOND, "first": FIRST}


async def status(world: World, persona_id: str, post: str) -> MessageStatus:
    return (await world.service.get(f"{persona_id}:{post}")).status


async def told(world: World, kind: str) -> list[dict[str, object]]:
    rows = await world.database.read(
        lambda reader: reader.rows("SELECT data FROM journal WHERE kind = ? ORDER BY seq", (kind,))
    )
    return [json.loads(row["data"]) for row in rows]


async def test_the_second_answers_after_the_first_and_its_message_is_raised_once(world: World) -> None:
    world.brain.seconds = 4
    await world.people(PAIR)
    await world.say("hello both", channel="general", kind=SenderKind.SYSTEM, sender="cron")
    await world.advance(3.9)
    assert world.brain.thought == ["hello both"]
    assert [event["waits_for"] for event in await told(world, "message.held")] == ["first"]
    await world.advance(0.2)
    assert world.brain.thought == ["hello both"] * 2
    (let_go,) = await told(world, "message.let_go")
    assert (let_go["reason"], let_go["waited"], let_go["raised"]) == ("answered", 4, 20)
    await world.advance(10)
    assert await world.statuses("second") == {"done": 1}
