"""The loop, on a simulated clock and a real database."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.personas import MessageStatus, Outcome, PersonaError, ProposalDraft, SenderKind, retry
from engine.settings.persona_rules import EnergyRules, LoopRules, PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.storage import Database, Reader, Transaction

from .world import HELPER, PLANNER, World

SCRIPTED = {"helper": HELPER.model_copy(update={"brain": "scripted"})}
TIRELESS = PersonaRules(energy=EnergyRules(nominal_reply_seconds=0))


def in_mode(mode: AutonomyMode) -> dict[str, PersonaSettings]:
    return {"helper": SCRIPTED["helper"].model_copy(update={"mode": mode})}


async def energy_of(world: World, persona_id: str = "helper") -> int:
    row = await world.database.read(lambda r: r.row("SELECT energy FROM personas WHERE id = ?", (persona_id,)))
    assert row is not None
    return int(row["energy"])


async def test_a_message_wakes_an_idle_persona_at_once(world: World) -> None:
    await world.people(SCRIPTED)
    await world.advance(100)
    message = await world.accepted("hello")
    await world.advance(0)
    assert (await world.service.get(message)).status is MessageStatus.DONE
    assert [who for who, _ in world.proposed] == ["helper"]
    assert await energy_of(world) == 10_000 - 350
    row = await world.database.read(lambda r: r.row("SELECT bookmark, turn FROM personas"))
    assert row is not None
    assert (row["bookmark"], row["turn"]) == (message, 1)


async def test_the_next_answer_waits_for_the_cadence_since_the_last(world: World) -> None:
    await world.people(SCRIPTED)
    await world.accepted("one")
    await world.accepted("two")
    await world.advance(4.9)
    assert world.brain.thought == ["one"]
    await world.advance(0.2)
    assert world.brain.thought == ["one", "two"]


async def test_waiting_lifts_a_message_over_its_gate_without_anything_happening(world: World) -> None:
    await world.people(SCRIPTED)
    low = await world.accepted("low", kind=SenderKind.SYSTEM)
    assert (await world.service.get(low)).priority == 8_000
    await world.advance(1)
    await world.database.write(lambda tx: tx.execute("UPDATE personas SET energy = 1000"))
    await world.say("background", channel="general", kind=SenderKind.SYSTEM, sender="cron")
    await world.advance(6)
    assert world.brain.thought == ["low"]
    await world.advance(300)
    assert world.brain.thought == ["low", "background"]


async def test_failures_are_retried_with_back_off_and_end_as_dead_letters_that_block_nobody(world: World) -> None:
    await world.people(SCRIPTED)
    world.brain.failing = lambda text: text == "poison"
    poison = await world.accepted("poison")
    healthy = await world.accepted("healthy")
    await world.advance(6)
    assert (await world.service.get(healthy)).status is MessageStatus.DONE
    waiting = await world.service.get(poison)
    assert (waiting.status, waiting.attempts) == (MessageStatus.PENDING, 1)
    assert waiting.last_error == "ValueError: cannot think"
    await world.advance(60)
    assert (await world.service.get(poison)).status is MessageStatus.DEAD
    assert world.brain.thought.count("poison") == 3
    assert len(await world.events("message.dead")) == 1
    world.brain.failing = lambda _: False
    await world.database.write(lambda tx: retry(tx, poison, "operator:ana"))
    await world.advance(10)
    assert (await world.service.get(poison)).status is MessageStatus.DONE


async def test_ten_failures_in_a_row_open_the_circuit_for_a_minute(world: World) -> None:
    await world.people(SCRIPTED, TIRELESS)
    world.brain.failing = lambda _: True
    for index in range(20):
        await world.accepted(f"m{index}")
    while not await world.events("persona.circuit_opened"):
        await world.advance(1)
    assert len(world.brain.thought) == 10
    await world.advance(59)
    assert len(world.brain.thought) == 10
    world.brain.failing = lambda _: False
    await world.advance(12)
    assert len(world.brain.thought) > 10
    assert len(await world.events("persona.circuit_closed")) == 1


async def test_a_brain_that_takes_too_long_is_cancelled(world: World) -> None:
    await world.people(SCRIPTED)
    world.brain.seconds = 181
    message = await world.accepted("slow")
    await world.advance(181)
    assert (await world.service.get(message)).last_error == "the brain took longer than 180 s"
    assert await energy_of(world) == 10_000 - 9_000


async def test_what_the_gate_refuses_is_the_messages_failure_and_nothing_half_done_remains(world: World) -> None:
    await world.people(SCRIPTED, running=False)

    def refuse(tx: Transaction, draft: ProposalDraft, persona_id: str, message_id: str) -> str:
        tx.execute("UPDATE posts SET text = 'half done'")
        raise PersonaError("refused")

    world.service._shop.propose = refuse
    world._tasks = [asyncio.create_task(loop.run()) for loop in world.service.loops()]
    message = await world.service.get(await world.accepted("hello"))
    await world.advance(0.1)
    after = await world.service.get(message.id)
    assert (after.status, after.text) == (MessageStatus.PENDING, "hello")
    assert "refused" in after.last_error


async def test_a_paused_persona_takes_nothing_and_goes_on_afterwards(world: World) -> None:
    await world.people(SCRIPTED)
    world.paused["helper"] = "ana: lunch"
    message = await world.accepted("hello")
    await world.advance(600)
    assert (await world.service.get(message)).status is MessageStatus.PENDING
    del world.paused["helper"]
    await world.database.write(lambda tx: tx.record("persona.resumed", "helper", {}, "operator:ana"))
    await world.advance(0)
    assert (await world.service.get(message)).status is MessageStatus.DONE


async def test_sync_answers_before_the_sender_is_told(world: World) -> None:
    await world.people({"planner": PLANNER})
    answer = await world.service.send("ana", "planner", "how do our goals stand?")
    assert answer.settled["planner"].outcome is Outcome.ANSWERED
    assert world.proposed[0][1].tool == "chat"
    assert await world.statuses("planner") == {"done": 1}


async def test_sync_needs_no_loop_no_mood_and_no_cadence(world: World) -> None:
    await world.people(in_mode(AutonomyMode.SYNC), running=False)
    await world.database.write(lambda tx: tx.execute("UPDATE personas SET energy = 1000, mood = 'tired'"))
    for index in range(5):
        answer = await world.service.send("ana", "helper", f"question {index}")
        assert answer.settled["helper"].outcome is Outcome.ANSWERED


async def test_what_sync_cannot_answer_in_a_second_goes_through_the_inbox(world: World) -> None:
    await world.people(in_mode(AutonomyMode.SYNC))
    world.brain.seconds = 20
    sending = asyncio.create_task(world.service.send("ana", "helper", "hard"))
    await world.advance(1)
    assert (await sending).settled["helper"].outcome is Outcome.FAILED
    await world.advance(30)
    assert await world.statuses() == {"done": 1}


async def test_going_back_to_sync_answers_everything_that_waits(world: World) -> None:
    await world.people(SCRIPTED)
    world.paused["helper"] = "first let it queue up"
    for index in range(30):
        await world.accepted(f"m{index}")
    del world.paused["helper"]
    await world.database.write(lambda tx: world.service.set_mode_in(tx, "helper", AutonomyMode.SYNC, "operator:ana"))
    await world.advance(3)
    assert await world.statuses() == {"done": 30}


async def test_stopping_gives_back_what_was_at_hand_without_counting_the_attempt(world: World) -> None:
    await world.people(SCRIPTED)
    world.brain.seconds = 10
    message = await world.accepted("hello")
    await world.advance(1)
    assert (await world.service.get(message)).status is MessageStatus.IN_PROGRESS
    await world.stop()
    back = await world.service.get(message)
    assert (back.status, back.attempts) == (MessageStatus.PENDING, 0)


async def test_what_a_dead_engine_had_at_hand_is_recovered_and_a_killer_is_buried(
    tmp_path: Path, clock: SimulatedClock
) -> None:
    async with await Database.open(tmp_path / "crash.db", clock, inline=True) as database:
        world = World(database, clock)
        await world.people(SCRIPTED, running=False)
        message = await world.accepted("hello")
        for attempt in range(1, 4):
            await database.write(
                lambda tx, attempt=attempt: tx.execute(  # type: ignore[misc]  # mypy cannot type a lambda's default
                    "UPDATE messages SET status = 'in_progress', attempts = ?", (attempt,)
                )
            )
            world.paused["helper"] = "look at it before it is taken again"
            await world.people(SCRIPTED)
            found = await world.service.get(message)
            await world.stop()
            expected = MessageStatus.DEAD if attempt == 3 else MessageStatus.PENDING
            assert (found.status, found.attempts) == (expected, attempt)


async def test_left_alone_a_persona_grows_lonely_once_an_hour(world: World) -> None:
    await world.people(SCRIPTED)

    async def loneliness() -> int:
        events = await world.database.read(
            lambda r: r.rows("SELECT data FROM journal WHERE kind = 'persona.left_alone'")
        )
        return len(events)

    await world.advance(3_599)
    assert await loneliness() == 0
    await world.advance(3_600 * 3)
    assert await loneliness() == 3
    world.clock.step(timedelta(days=2))
    await world.advance(31)
    assert await loneliness() == 4


async def test_settings_that_change_take_effect_without_a_restart(world: World) -> None:
    await world.people(SCRIPTED)
    started, ended = await world.service.reconfigure({"planner": PLANNER}, PersonaRules())
    assert ([loop.persona_id for loop in started], ended) == (["planner"], ("persona helper",))
    with pytest.raises(PersonaError, match="no brain 'llm'"):
        await world.service.reconfigure({"x": PersonaSettings(name="X", brain="llm")}, PersonaRules())
    assert list(world.service.roster.personas) == ["planner"]


async def test_a_burst_drains_and_the_persona_recovers(world: World) -> None:
    await world.people(SCRIPTED)
    for index in range(80):
        kind = SenderKind.HUMAN if index % 2 else SenderKind.SYSTEM
        await world.say(f"m{index}", channel="general", kind=kind)
    await world.advance(80 * 20)
    assert await world.statuses() == {"done": 80}
    moods = await world.events("persona.mood_changed")
    assert moods
    await world.advance(1_000)
    row = await world.database.read(lambda r: r.row("SELECT mood FROM personas"))
    assert row is not None
    assert row["mood"] == "idle"


async def test_a_day_of_one_message_a_minute_is_answered_in_time(world: World) -> None:
    await world.people(SCRIPTED, PersonaRules(loop=LoopRules()))
    world.brain.seconds = 3
    for minute in range(240):
        await world.accepted(f"m{minute}")
        await world.advance(60)
    assert await world.statuses() == {"done": 240}
    lateness = await world.database.read(_longest_wait)
    assert lateness <= timedelta(seconds=10)
    assert 3_000 < await energy_of(world) < 10_000


def _longest_wait(reader: Reader) -> timedelta:
    row = reader.row("SELECT max(changed_us - arrived_us) AS us FROM messages")
    assert row is not None
    return timedelta(microseconds=row["us"])
