"""What is accepted, merged, dropped and muted, in a real database."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.personas import (
    Accepted,
    Change,
    Dropped,
    IllegalTransition,
    Incoming,
    Merged,
    MessageRefused,
    MessageStatus,
    PersonaError,
    SenderKind,
    UnknownPersona,
    drop,
    inbox_view,
    reprioritise,
)
from engine.settings.persona_rules import InboxRules, PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.storage import Database

from .world import HELPER, PLANNER, World

BOTH = {"helper": HELPER, "planner": PLANNER}
ONLY = {"helper": HELPER}


async def test_a_message_reaches_addressees_mentioned_and_hearers_once_each(world: World) -> None:
    await world.people(BOTH, running=False)
    answers = await world.say("@planner and @Helper look", channel="general")
    assert sorted(answer.persona_id for answer in answers) == ["helper", "planner"]
    assert all(isinstance(answer, Accepted) for answer in answers)
    assert await world.say("nobody hears this", channel="attic") == ()
    message = await world.service.get(f"helper:{(await world.events('message.accepted'))[0].partition(':')[2]}")
    assert (message.mentioned, message.priority) == (True, 10_000)


async def test_the_channels_last_message_makes_it_active(world: World) -> None:
    await world.people(ONLY, running=False)
    priorities = []
    for pause in (0, 299, 300):
        world.clock.step(timedelta(seconds=pause))
        (answer,) = await world.say("hello", channel="general")
        assert isinstance(answer, Accepted)
        priorities.append((await world.service.get(answer.message_id)).priority)
    assert priorities == [7_000, 8_000, 7_000]


async def test_age_counts_from_when_it_was_written(world: World) -> None:
    await world.people(ONLY, running=False)
    sent = world.clock.now() - timedelta(seconds=60)
    (answer,) = await world.service.post(Incoming("1", "ana", SenderKind.HUMAN, "x", channel="general", sent_at=sent))
    assert isinstance(answer, Accepted)
    assert (await world.service.get(answer.message_id)).priority == 6_000
    future = world.clock.now() + timedelta(hours=1)
    (answer,) = await world.service.post(Incoming("2", "ana", SenderKind.HUMAN, "x", to=("helper",), sent_at=future))
    assert isinstance(answer, Accepted)


async def test_posting_the_same_id_twice_changes_nothing(world: World) -> None:
    await world.people(ONLY, running=False)
    incoming = Incoming("same", "ana", SenderKind.HUMAN, "x", to=("helper",))
    first = await world.service.post(incoming)
    second = await world.service.post(incoming)
    assert (first, second) == (
        (Accepted("helper", "helper:same"),),
        (Merged("helper", "helper:same", "helper:same"),),
    )
    assert await world.statuses() == {"pending": 1}


async def test_the_same_key_folds_the_newer_into_the_waiting_one(world: World) -> None:
    await world.people(ONLY, running=False)
    (first,) = await world.say("old", to="helper", key="k", kind=SenderKind.SYSTEM)
    (second,) = await world.say("new", to="helper", key="k", kind=SenderKind.SYSTEM)
    assert isinstance(first, Accepted)
    assert isinstance(second, Merged)
    message = await world.service.get(first.message_id)
    assert (second.into, message.text, message.merged) == (first.message_id, "new", 1)
    assert await world.statuses() == {"pending": 1, "merged": 1}


async def test_a_full_inbox_drops_by_rank_and_counts_what_it_drops(world: World) -> None:
    await world.people(ONLY, PersonaRules(inbox=InboxRules(capacity=3, healthy_below=3)), running=False)
    for index in range(3):
        await world.say(f"notice {index}", channel="general", kind=SenderKind.SYSTEM, sender="cron")
    for index in range(3):
        (answer,) = await world.say(f"question {index}", to="helper")
        assert isinstance(answer, Accepted)
    assert await world.statuses() == {"pending": 3, "dropped": 3}
    (late,) = await world.say("one more notice", channel="general", kind=SenderKind.SYSTEM, sender="cron")
    assert isinstance(late, Dropped)
    assert "full" in late.reason
    view = await world.database.read(lambda reader: inbox_view(reader, world.service.roster, world.clock.now()))
    assert (view.total, view.dropped, {item.sender_kind for item in view.items}) == (3, 4, {"human"})
    assert len(await world.events("message.dropped")) == 4


async def test_a_persona_that_is_off_takes_nothing(world: World) -> None:
    off = HELPER.model_copy(update={"mode": AutonomyMode.OFF})
    await world.people({"helper": off}, running=False)
    assert await world.say("x", to="helper") == (Dropped("helper", "the persona is off"),)


async def test_personas_are_muted_but_always_answer_humans(world: World) -> None:
    await world.people({"helper": HELPER, "other": PersonaSettings(name="Other", channels=("general",))}, running=False)

    async def speak(text: str, question: str | None = None) -> bool:
        answers = await world.say(
            text, channel="general", kind=SenderKind.PERSONA, sender="helper", in_reply_to=question
        )
        return not any(isinstance(answer, Dropped) for answer in answers)

    spoken = [await speak(f"thought {index}") for index in range(6)]
    assert spoken == [True] * 5 + [False]
    await world.service.post(Incoming("q", "ana", SenderKind.HUMAN, "what?", channel="general"))
    assert await speak("thought 0", "q")
    assert not await speak("thought 0", "q")
    assert len(await world.events("message.muted")) == 2


async def test_unacceptable_messages_are_refused_whole(world: World) -> None:
    await world.people(ONLY, running=False)
    with pytest.raises(UnknownPersona, match="helper"):
        await world.say("x", to="nobody")
    await world.say("x" * 1_048_576, to="helper")
    with pytest.raises(MessageRefused, match="1048577"):
        await world.say("x" * 1_048_577, to="helper")
    with pytest.raises(MessageRefused):
        await world.say("x", to="helper", sender="y" * 201)
    assert await world.statuses() == {"pending": 1}


async def test_hostile_text_is_kept_and_half_characters_become_visible(world: World) -> None:
    await world.people(ONLY, running=False)
    text = "a\x1b]52;c;x\x07[/b]\u202e\x00"
    message = await world.service.get(await world.accepted(text + "\udc80"))
    assert message.text == text + "⟨U+DC80⟩"


async def test_operators_move_messages_up_down_and_to_the_top(world: World) -> None:
    await world.people(ONLY, running=False)
    low = await world.accepted("low", kind=SenderKind.SYSTEM)
    high = await world.accepted("high")

    async def move(message: str, change: Change, points: int | None = None) -> int:
        return await world.database.write(lambda tx: reprioritise(tx, message, change, "operator:ana", points))

    async def order() -> list[str]:
        view = await world.database.read(lambda reader: inbox_view(reader, world.service.roster, world.clock.now()))
        return [item.id for item in view.items]

    assert await order() == [high, low]
    assert await move(high, Change.LOWER) == 9_000
    assert await move(low, Change.SET, 95) == 9_500
    assert await order() == [low, high]
    assert await move(low, Change.LOWER) == 8_500
    assert await move(low, Change.TOP) == 10_000
    await move(high, Change.RAISE)
    assert await order() == [low, high]
    with pytest.raises(PersonaError, match="0 to 100"):
        await move(low, Change.SET)
    await world.database.write(lambda tx: drop(tx, low, "operator:ana", "not needed"))
    with pytest.raises(IllegalTransition):
        await move(low, Change.TOP)
    with pytest.raises(IllegalTransition):
        await world.database.write(lambda tx: drop(tx, low, "operator:ana", "twice"))
    assert (await world.service.get(low)).status is MessageStatus.DROPPED


async def test_every_accepted_message_is_somewhere(world: World) -> None:
    """I4: what was accepted is waiting, at hand, done, declined, dead or counted as dropped."""
    await world.people(ONLY, PersonaRules(inbox=InboxRules(capacity=20, healthy_below=20)), running=False)
    for index in range(60):
        kind = SenderKind.HUMAN if index % 3 else SenderKind.SYSTEM
        await world.say(f"m{index}", to="helper", kind=kind, key=f"k{index % 7}" if index % 5 == 0 else None)
    accepted = await world.database.read(lambda reader: reader.row("SELECT accepted FROM personas"))
    counts = await world.statuses()
    assert accepted is not None
    assert accepted["accepted"] == sum(number for status, number in counts.items() if status != "merged")
    assert counts["pending"] == 20


async def test_modes_outlive_restarts_whatever_the_settings_say(tmp_path: Path) -> None:
    clock = SimulatedClock()
    async with await Database.open(tmp_path / "x.db", clock) as database:
        world = World(database, clock)
        service = await world.people(ONLY, running=False)
        await database.write(lambda tx: service.set_mode_in(tx, "helper", AutonomyMode.SHADOW, "operator:ana"))
    async with await Database.open(tmp_path / "x.db", clock) as database:
        world = World(database, clock)
        await world.people(ONLY, running=False)
        row = await database.read(lambda reader: reader.row("SELECT mode FROM personas"))
        assert row is not None
        assert row["mode"] == "shadow"
        (event,) = await database.read(
            lambda reader: reader.rows("SELECT * FROM journal WHERE kind = 'persona.mode_changed'")
        )
        assert (event["actor"], json.loads(event["data"])) == (
            "operator:ana",
            {"from": "autonomous", "to": "shadow"},
        )


async def test_a_thousand_at_once_are_all_durable(tmp_path: Path) -> None:
    clock = SimulatedClock()
    async with await Database.open(tmp_path / "x.db", clock) as database:
        world = World(database, clock)
        await world.people(ONLY, running=False)
        await asyncio.gather(*(world.say(f"m{index}", to="helper") for index in range(300)))
        assert await world.statuses() == {"pending": 300}
