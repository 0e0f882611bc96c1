"""What a persona had to leave to another one first is not its own wait, wherever waits are judged."""

from __future__ import annotations

from engine.personas import load_all_modes
from engine.personas.rollout import Watch
from engine.personas.rollout.figures import measure
from engine.personas.rollout.gates import Measured
from engine.personas.rollout.repository import Member
from engine.settings.persona_rules import EnergyRules, PersonaRules
from engine.settings.rollout import RolloutGates

from ..world import World
from .floor import PAIR, WaitingFloor


async def measured(floor: WaitingFloor) -> Measured:
    """How the gates see the second persona now."""
    world = floor.world
    watch = Watch(RolloutGates(), lambda _reader, _persona, _since: (0, 0), lambda _reader, _persona: None)
    member = Member("second", since=world.clock.now().replace(hour=0))
    modes = await world.database.read(load_all_modes)
    (found,) = await world.database.read(lambda reader: measure(reader, [member], modes, watch, world.clock.now()))
    return found


async def test_the_gates_of_a_rollout_do_not_count_it(world: World) -> None:
    floor = WaitingFloor(world)
    floor.brain.seconds = {"first": 60}
    await world.people(PAIR, PersonaRules(energy=EnergyRules(nominal_reply_seconds=0)))
    await floor.tell()
    await world.advance(50)
    held = await measured(floor)
    assert (held.answer_seconds, held.oldest_seconds) == ((), 0)
    await world.advance(20)
    done = await measured(floor)
    assert len(done.answer_seconds) == 1
    assert done.answer_seconds[0] < 1
    # Its own wait counts as ever.
    floor.brain.seconds = {"second": 30}
    await world.say("for you alone", to="second")
    await world.advance(50)
    assert max((await measured(floor)).answer_seconds) >= 30
