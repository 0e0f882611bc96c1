"""Planted regressions roll back by themselves, at the right stage, through a whole engine in simulated time.

The soaks are some minutes by default; ``WATCHFLOOR_ROLLOUT_HOURS=24`` soaks for 24, 48 and 48 hours.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from engine.personas import Incoming, SenderKind
from engine.personas.acceptance import Intake
from engine.personas.rollout import order_of
from engine.settings import Settings
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.settings.rollout import RolloutGates, RolloutSettings
from engine.storage import Transaction

from .floor import EngineFloor, engine_floor

SOAK = int(os.environ.get("WATCHFLOOR_ROLLOUT_HOURS", "0")) * 3_600 or 600
NAMES = ("helper", "planner", "reviewer", "seller")
ORDER = order_of(NAMES, "helper")
FIRST, SECOND, THIRD, LAST = ORDER
SETTINGS = Settings(
    personas={name: PersonaSettings(name=name.title(), mode=AutonomyMode.SYNC) for name in NAMES},
    rollout=RolloutSettings(
        soak_one_seconds=SOAK,
        soak_half_seconds=2 * SOAK,
        soak_all_seconds=2 * SOAK,
        check_seconds=30,
        gates=RolloutGates(window_seconds=1_200, least_answers=8),
    ),
)
_MINUTE = 60


async def work(floor: EngineFloor, seconds: float, *, until: Callable[[], Awaitable[bool]] | None = None) -> None:
    """A minute like the other: everybody is asked something, once."""
    for _ in range(int(seconds // _MINUTE)):
        for name in NAMES:
            await floor.say(name)
            await floor.advance(_MINUTE / len(NAMES))
        if until is not None and await until():
            return


async def until_over(floor: EngineFloor) -> bool:
    return (await floor.view()).state not in {"soaking", "ready", "held"}


async def started(floor: EngineFloor) -> None:
    await floor.command("rollout.start", first=FIRST)


async def test_a_healthy_floor_is_rolled_out_whole(tmp_path: Path) -> None:
    async with engine_floor(tmp_path, SETTINGS) as floor:
        await started(floor)
        await work(floor, 6 * SOAK, until=lambda: until_over(floor))
        shown = await floor.view()
        assert (shown.state, [one.state for one in shown.stages]) == ("complete", ["done"] * 3)
        assert set((await floor.modes()).values()) == {"autonomous"}
        advances = [one.at for one in shown.steps if one.step in {"start", "advance"}]
        gaps = [(later - earlier).total_seconds() for later, earlier in itertools.pairwise(advances)]
        assert [round(gap / SOAK, 1) for gap in gaps] == [2.0, 2.0, 1.0]


def slow(floor: EngineFloor) -> None:
    floor.brain.slow[SECOND] = 25.0


def failing(floor: EngineFloor) -> None:
    floor.brain.failing.add(THIRD)


def asking(floor: EngineFloor) -> None:
    floor.brain.asking.add(SECOND)


@pytest.mark.parametrize(
    ("plant", "stage", "gate", "persona"),
    [
        pytest.param(slow, "half", "answers", SECOND, id="slow brain"),
        pytest.param(failing, "all", "failures", THIRD, id="failing brain"),
        pytest.param(asking, "half", "rejections", SECOND, id="rejected proposals"),
    ],
)
async def test_a_regression_rolls_back_by_itself_at_its_stage(
    tmp_path: Path, plant: Callable[[EngineFloor], None], stage: str, gate: str, persona: str
) -> None:
    async with engine_floor(tmp_path, SETTINGS) as floor:
        await started(floor)
        # In sync mode the same fault is known and lived with; here it comes with the stage that brings it in.
        while (await floor.view()).stage != stage:
            await work(floor, _MINUTE)
        before = await floor.modes()
        plant(floor)

        async def over() -> bool:
            await floor.reject_all()
            return await until_over(floor)

        await work(floor, SOAK, until=over)
        shown = await floor.view()
        assert (shown.state, shown.stage) == ("rolled_back", stage)
        breach = shown.steps[0]
        assert (breach.step, breach.gate, breach.persona, breach.actor) == ("breach", gate, persona, "engine")
        assert persona in breach.figures
        assert before[persona] == "autonomous"
        assert set((await floor.modes()).values()) == {"sync"}


async def test_a_growing_inbox_rolls_back_at_the_first_stage_and_loses_nothing(tmp_path: Path) -> None:
    patient = SETTINGS.rollout.gates.model_copy(update={"answer_seconds": 3_600, "oldest_seconds": 3_600})
    settings = SETTINGS.model_copy(update={"rollout": SETTINGS.rollout.model_copy(update={"gates": patient})})
    async with engine_floor(tmp_path, settings) as floor:
        await started(floor)
        sent = 0
        while not await until_over(floor):
            for _ in range(10):
                await floor.say(FIRST)
                sent += 1
            await floor.advance(10)
            assert sent < 500
        shown = await floor.view()
        assert (shown.state, shown.stage, shown.steps[0].gate) == ("rolled_back", "one", "depth")
        waiting = (await floor.statuses())["pending"]
        assert waiting >= 90
        await floor.advance(180)
        assert await floor.statuses() == {"done": sent}


async def test_a_message_that_starves_rolls_back(tmp_path: Path) -> None:
    quiet = SETTINGS.rollout.gates.model_copy(update={"least_answers": 1_000, "oldest_seconds": 100})
    settings = SETTINGS.model_copy(update={"rollout": SETTINGS.rollout.model_copy(update={"gates": quiet})})
    async with engine_floor(tmp_path, settings) as floor:
        await started(floor)
        floor.brain.slow[FIRST] = 500.0
        await floor.say(FIRST)
        await floor.advance(90)
        assert (await floor.view()).state == "soaking"
        await floor.advance(60)
        shown = await floor.view()
        assert (shown.state, shown.steps[0].gate) == ("rolled_back", "starvation")


async def test_the_soak_outlives_a_restart_and_downtime_is_none(tmp_path: Path) -> None:
    async with engine_floor(tmp_path, SETTINGS) as floor:
        await started(floor)
        await work(floor, 300)
        before = (await floor.view()).soak_left_seconds
        clock = floor.clock
    await clock.advance(10 * 3_600)
    async with engine_floor(tmp_path, SETTINGS, clock) as floor:
        shown = await floor.view()
        assert (shown.state, shown.stage) == ("soaking", "one")
        assert 0 <= before - shown.soak_left_seconds <= 1
        assert (await floor.modes())[FIRST] == "autonomous"
        await work(floor, 120)
        assert before - (await floor.view()).soak_left_seconds >= 90


async def test_one_command_puts_everybody_on_sync_with_10_000_messages_queued_and_none_lost(tmp_path: Path) -> None:
    names = [f"p{number}" for number in range(12)]
    personas = {name: PersonaSettings(name=name.upper(), mode=AutonomyMode.AUTONOMOUS) for name in names}
    settings = SETTINGS.model_copy(update={"personas": {**personas, "idle": PersonaSettings(name="Idle", mode="off")}})
    async with engine_floor(tmp_path, settings) as floor:
        await floor.command("rollout.start", first="p0")
        roster = floor.rooms.personas.roster

        def fill(tx: Transaction) -> int:
            intake = Intake(tx, roster)
            for number in range(10_000):
                to = (names[number % len(names)],)
                intake.post(Incoming(f"m{number}", "ana", SenderKind.HUMAN, "hello", to=to))
            intake.close()
            return 10_000

        # One brain is in the middle of a thought, and everybody else waits for the clock.
        floor.brain.slow = dict.fromkeys(names, 30.0)
        assert await floor.database.write(fill) == 10_000
        await floor.advance(0.2)
        before = await floor.statuses()
        assert before == {"pending": 10_000 - len(names), "in_progress": len(names)}
        commits: list[list[str]] = []
        floor.database.observe(lambda events: commits.append([event.kind for event in events]))
        reply = await floor.command("rollout.back", reason="enough")
        assert sorted(str(one) for one in reply.data["changed"]) == sorted(names)  # type: ignore[attr-defined]  # a list
        # All of it is one unit of work: either everybody is on sync, durably, or nothing happened.
        (changes,) = [kinds for kinds in commits if "persona.mode_changed" in kinds]
        assert changes.count("persona.mode_changed") == len(names)
        assert {"rollout.rolled_back", "command.carried_out"} <= set(changes)
        assert await floor.modes() == {**dict.fromkeys(names, "sync"), "idle": "off"}
        assert await floor.statuses() == before
        floor.brain.slow = dict.fromkeys(names, 0.0)
        await floor.advance(31)
        after = await floor.statuses()
        assert sum(after.values()) == 10_000
        assert set(after) <= {"pending", "in_progress", "done"}
        assert after["done"] > len(names)
