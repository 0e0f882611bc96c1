"""Changing a persona's mode loses no message, whatever the modes and whatever it is at."""

from __future__ import annotations

import asyncio
from itertools import product

import pytest

from engine.personas import Accepted, Dropped, Outcome, all_to_sync, load_all_modes
from engine.settings.personas import AutonomyMode, PersonaSettings

from ..world import World

MODES = list(AutonomyMode)
OFF = AutonomyMode.OFF
PAIRS = [(one, other) for one, other in product(MODES, MODES) if one is not other and one is not OFF]


def people(mode: AutonomyMode) -> dict[str, PersonaSettings]:
    return {"helper": PersonaSettings(name="Helper", mode=mode, brain="scripted")}


async def change(world: World, mode: AutonomyMode) -> None:
    await world.database.write(lambda tx: world.service.set_mode_in(tx, "helper", mode, "operator:ana"))


@pytest.mark.parametrize(("before", "after"), PAIRS)
async def test_what_waits_is_answered_in_the_new_mode_or_kept(
    world: World, before: AutonomyMode, after: AutonomyMode
) -> None:
    await world.people(people(before), running=False)
    for number in range(5):
        await world.accepted(f"message {number}")
    await change(world, after)
    await world.people(people(before))
    await world.advance(120)
    assert await world.statuses() == ({"pending": 5} if after is OFF else {"done": 5})
    if after is not OFF:
        assert sorted(set(world.brain.thought)) == [f"message {number}" for number in range(5)]
        assert len(world.proposed) == 5


@pytest.mark.parametrize(("before", "after"), PAIRS)
async def test_what_a_brain_is_at_is_seen_through(world: World, before: AutonomyMode, after: AutonomyMode) -> None:
    world.brain.seconds = 0.5
    await world.people(people(before))
    await world.accepted("hello")
    await world.advance(0.2)
    assert await world.statuses() == {"in_progress": 1}
    await change(world, after)
    await world.advance(60)
    assert await world.statuses() == {"done": 1}
    assert len(world.proposed) == 1


async def test_off_keeps_what_waits_and_tells_newcomers_until_it_is_on_again(world: World) -> None:
    await world.people(people(AutonomyMode.AUTONOMOUS), running=False)
    await world.accepted("waits")
    await change(world, OFF)
    await world.people(people(AutonomyMode.AUTONOMOUS))
    assert await world.say("too late", to="helper") == (Dropped("helper", "the persona is off"),)
    await world.advance(300)
    assert await world.statuses() == {"pending": 1}
    await change(world, AutonomyMode.SYNC)
    await world.advance(0.1)
    assert await world.statuses() == {"done": 1}


async def test_sync_answers_at_once_while_a_backlog_of_the_autonomous_days_is_worked_off(world: World) -> None:
    await world.people(people(AutonomyMode.AUTONOMOUS), running=False)
    for number in range(20):
        await world.accepted(f"message {number}")
    await change(world, AutonomyMode.SYNC)
    world.brain.seconds = 0.2
    await world.people(people(AutonomyMode.AUTONOMOUS))
    await world.advance(0.3)
    asking = asyncio.create_task(world.service.send("ana", "helper", "and now?"))
    await world.advance(0.3)
    assert asking.done()
    sent = asking.result()
    assert isinstance(sent.answers[0], Accepted)
    assert sent.settled["helper"].outcome is Outcome.ANSWERED
    await world.advance(10)
    assert await world.statuses() == {"done": 21}


async def test_all_to_sync_leaves_out_who_is_off_and_says_whose_mode_changed(world: World) -> None:
    names = {mode.value: PersonaSettings(name=f"P {mode.value}", mode=mode, brain="scripted") for mode in MODES}
    await world.people(names, running=False)
    roster = world.service.roster
    changed = await world.database.write(lambda tx: all_to_sync(tx, roster, "operator:ana"))
    assert sorted(changed) == ["autonomous", "shadow"]
    modes = await world.database.read(load_all_modes)
    assert {name: mode.value for name, mode in modes.items()} == {
        "off": "off", "sync": "sync", "shadow": "sync", "autonomous": "sync",
    }  # fmt: skip
    assert await world.database.write(lambda tx: all_to_sync(tx, roster, "operator:ana")) == ()
    assert len(await world.events("persona.mode_changed")) == 2


@pytest.mark.parametrize("mode", MODES)
async def test_a_mode_outlives_a_restart_whatever_the_settings_say(world: World, mode: AutonomyMode) -> None:
    await world.people(people(AutonomyMode.SYNC))
    await change(world, mode)
    await world.stop()
    await world.people(people(AutonomyMode.AUTONOMOUS))
    assert (await world.database.read(load_all_modes))["helper"] is mode
