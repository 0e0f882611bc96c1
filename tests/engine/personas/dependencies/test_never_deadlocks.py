"""Dependency graphs of any shape, with members that decline, fail, are slow, off or missing: nobody waits for ever.

The graphs are random and may hold circles and names that nobody has: what cannot be declared is refused, the rest runs
on the real store and the real loops in simulated time.
"""

from __future__ import annotations

import asyncio
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.personas import BrainReply, PersonaError, SenderKind
from engine.settings.persona_rules import DependencyRules, PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.storage import Database

from ..world import World
from .floor import WaitingFloor, broken

GRAPHS: Final = int(os.environ.get("WATCHFLOOR_TEST_GRAPHS", "12"))
NAMES: Final = tuple("abcde")
LIMIT: Final = 20.0
"""Seconds that a message is held at most here; the cadence of a tired persona comes on top."""
SLOW: Final = 30.0
SLACK: Final = timedelta(seconds=15)
WAYS: Final = ("answers", "declines", "refuses", "fails", "slow", "off", "paused", "spent")
MODES: Final = (AutonomyMode.AUTONOMOUS, AutonomyMode.SYNC, AutonomyMode.SHADOW)


@settings(max_examples=GRAPHS, deadline=None)
@given(
    edges=st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from((*NAMES, "ghost"))), max_size=14),
    ways=st.tuples(*[st.sampled_from(WAYS) for _ in NAMES]),
    modes=st.tuples(*[st.sampled_from(MODES) for _ in NAMES]),
    deaf=st.sets(st.sampled_from(NAMES), max_size=2),
    messages=st.integers(1, 3),
)
def test_every_held_message_is_let_go_within_the_limit(
    edges: list[tuple[str, str]],
    ways: tuple[str, ...],
    modes: tuple[AutonomyMode, ...],
    deaf: set[str],
    messages: int,
) -> None:
    how = dict(zip(NAMES, ways, strict=True))
    with TemporaryDirectory() as folder:
        asyncio.run(_play(Path(folder), edges, how, dict(zip(NAMES, modes, strict=True)), deaf, messages))


async def _play(
    folder: Path,
    edges: list[tuple[str, str]],
    how: dict[str, str],
    modes: dict[str, AutonomyMode],
    deaf: set[str],
    messages: int,
) -> None:
    clock = SimulatedClock(datetime(2026, 3, 10, 12, 0, tzinfo=UTC))
    async with await Database.open(folder / "engine.db", clock, inline=True) as database:
        world = World(database, clock)
        floor = WaitingFloor(world)
        try:
            await _furnish(floor, how, modes, deaf)
            await _declare(floor, edges)
            for _ in range(messages):
                await floor.tell(kind=SenderKind.SYSTEM)
                await world.advance(2)
            await world.advance(LIMIT + messages * SLOW + 2 * SLACK.total_seconds())
            await _check(floor, how)
        finally:
            await world.stop()


async def _furnish(floor: WaitingFloor, how: dict[str, str], modes: dict[str, AutonomyMode], deaf: set[str]) -> None:
    personas = {
        name: PersonaSettings(
            name=name.upper(),
            channels=() if name in deaf else ("general",),
            mode=AutonomyMode.OFF if how[name] == "off" else modes[name],
            brain="by-name",
            daily_actions=1 if how[name] == "spent" else 1_000,
        )
        for name in NAMES
    }
    for name, way in how.items():
        if way == "slow":
            floor.brain.seconds[name] = SLOW
        elif way == "paused":
            floor.world.paused[name] = "ana paused persona"
    replies = {
        "declines": lambda: BrainReply(declined_reason="no"),
        "refuses": lambda: BrainReply(refused_reason="no"),
        "fails": broken,
    }
    floor.brain.reply = {name: replies[way] for name, way in how.items() if way in replies}
    rules = PersonaRules(dependencies=DependencyRules(time_limit_seconds=LIMIT))
    await floor.world.people(personas, rules)


async def _declare(floor: WaitingFloor, edges: list[tuple[str, str]]) -> None:
    service = floor.world.service
    for who, other in edges:
        try:
            await floor.world.database.write(lambda tx, who=who, other=other: service.declare_in(tx, who, other, "x:y"))  # type: ignore[misc]  # mypy: bound defaults
        except PersonaError:
            continue


async def _check(floor: WaitingFloor, how: dict[str, str]) -> None:
    rows = await floor.world.database.read(
        lambda reader: reader.rows("SELECT h.*, m.status FROM holds h JOIN messages m ON m.id = h.message_id")
    )
    for row in rows:
        if how[row["persona_id"]] in {"off", "paused"}:
            # Whoever does not work holds nothing up: it looks again when it works again.
            continue
        assert row["ended_us"] is not None, dict(row)
        over = timedelta(microseconds=row["ended_us"] - row["until_us"])
        # One that is at something for longer looks once that is over.
        assert over <= SLACK or how[row["persona_id"]] == "slow", dict(row)
    raised = [row["message_id"] for row in rows if row["raised"]]
    assert len(raised) == len(set(raised))
