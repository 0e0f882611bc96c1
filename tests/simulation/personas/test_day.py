"""A day of steady work: the default persona ends it neither exhausted nor untouched."""

from __future__ import annotations

from pathlib import Path

from engine.clock import SimulatedClock
from engine.personas.runtime import Runtime, load
from engine.personas.state import rested
from engine.settings.persona_rules import PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.storage import Database, Reader

from ...engine.personas.world import World


async def test_a_seven_second_reply_each_minute_for_a_day(tmp_path: Path) -> None:
    clock, rules = SimulatedClock(), PersonaRules()
    async with await Database.open(tmp_path / "engine.db", clock, inline=True) as database:
        database._writer.execute("PRAGMA synchronous = OFF")
        world = World(database, clock)
        world.brain.seconds = 7
        persona = PersonaSettings(name="Default", brain="scripted", mode=AutonomyMode.AUTONOMOUS)
        await world.people({"default": persona})
        energies = []
        for minute in range(24 * 60):
            await world.accepted(f"message {minute}", to="default")
            await world.advance(60)
            runtime: Runtime = await database.read(lambda reader: load(reader, "default"))
            energies.append(rested(runtime.vigour, clock.now(), rules.energy).energy)
        await world.stop()

        def longest(reader: Reader) -> float:
            row = reader.row("SELECT max(changed_us - arrived_us) / 1e6 AS seconds FROM messages")
            assert row is not None
            return float(row["seconds"])

        assert await world.statuses("default") == {"done": 24 * 60}
        assert await database.read(longest) <= 10
        assert rules.mood.tired_below * 100 < min(energies) <= energies[-1]
        lowest = await database.read(lambda r: r.row("SELECT min(energy) AS energy FROM personas"))
        assert lowest is not None
        assert rules.mood.tired_below * 100 < lowest["energy"] < 10_000
