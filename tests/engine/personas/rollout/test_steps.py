"""Steps of a rollout in a real database: modes, members, what is journalled, and the way back."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import pytest

from engine.personas import Incoming, SenderKind, UnknownPersona, load_all_modes, rollout
from engine.personas.rollout import Floor, RolloutError, RolloutState, Stage, Step, Watch
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.settings.rollout import RolloutGates, RolloutSettings
from engine.storage import Reader, Transaction

from ..world import World

T = TypeVar("T")
NAMES = ("helper", "planner", "reviewer", "seller")
SYNC = {name: PersonaSettings(name=name.title(), mode=AutonomyMode.SYNC, brain="scripted") for name in NAMES}
RULES = RolloutSettings(
    soak_one_seconds=60,
    soak_half_seconds=120,
    soak_all_seconds=120,
    gates=RolloutGates(least_answers=1, window_seconds=600),
)


class Trial:
    """A world with a rollout in it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rules = RULES
        self.decisions: dict[str, tuple[int, int]] = {}

    @property
    def floor(self) -> Floor:
        def decided(_reader: Reader, persona_id: str, _since: datetime) -> tuple[int, int]:
            return self.decisions.get(persona_id, (0, 0))

        watch = Watch(self.rules.gates, decided, lambda _reader, persona_id: self.world.paused.get(persona_id))
        return Floor(self.world.service.roster, self.rules, watch)

    async def do(self, work: Callable[[Transaction, Floor], T]) -> T:
        return await self.world.database.write(lambda tx: work(tx, self.floor))

    async def start(self, first: str = "helper") -> rollout.Rollout:
        return await self.do(lambda tx, floor: rollout.start(tx, floor, "operator:ana", first=first))

    async def step(self, step: Step, **more: object) -> rollout.Rollout:
        return await self.do(lambda tx, floor: rollout.take(tx, floor, step, "operator:ana", **more))  # type: ignore[arg-type]  # its own words

    async def look(self, seconds: float = 0.0) -> rollout.Rollout | None:
        await self.world.advance(seconds)
        return await self.do(rollout.look)

    async def soak(self, seconds: float) -> rollout.Rollout | None:
        found = None
        for _ in range(int(seconds // 10)):
            found = await self.look(10)
        return found

    async def modes(self) -> dict[str, str]:
        found = await self.world.database.read(load_all_modes)
        return {name: mode.value for name, mode in found.items()}

    async def told(self, kind: str) -> list[tuple[str, dict[str, object]]]:
        rows = await self.world.database.read(
            lambda reader: reader.rows("SELECT actor, data FROM journal WHERE kind = ? ORDER BY seq", (kind,))
        )
        return [(row["actor"], json.loads(row["data"])) for row in rows]

    async def answer(self, persona_id: str = "helper") -> None:
        await self.world.accepted("hello", to=persona_id)
        await self.world.advance(0)


@pytest.fixture
async def trial(world: World) -> Trial:
    await world.people(SYNC)
    return Trial(world)


ORDER = rollout.order_of(NAMES, "helper")


async def test_stages_follow_the_soak_and_each_step_says_who_and_why(trial: Trial) -> None:
    begun = await trial.start()
    assert begun.members == ORDER
    assert await trial.modes() == {name: "autonomous" if name == "helper" else "sync" for name in NAMES}
    await trial.answer()
    found = await trial.soak(60)
    assert found is not None
    assert (found.state, found.stage) == (RolloutState.SOAKING, Stage.HALF)
    assert {name for name, mode in (await trial.modes()).items() if mode == "autonomous"} == set(ORDER[:2])
    await trial.answer()
    await trial.soak(120)
    assert set((await trial.modes()).values()) == {"autonomous"}
    await trial.answer()
    found = await trial.soak(120)
    assert found is not None
    assert found.state is RolloutState.COMPLETE
    assert await trial.look(10) is None
    assert [actor for actor, _ in await trial.told("rollout.started")] == ["operator:ana"]
    assert [(actor, data["stage"]) for actor, data in await trial.told("rollout.advanced")] == [
        ("engine", "half"),
        ("engine", "all"),
    ]
    assert len(await trial.told("rollout.completed")) == 1
    steps = await trial.world.database.read(lambda reader: rollout.steps_taken(reader, 10))
    assert [one.step for one in steps] == ["advance", "advance", "advance", "start", "plan"]
    assert [one.step for one in await trial.world.database.read(lambda r: rollout.steps_taken(r, 2, steps[1].id))] == [
        "advance",
        "start",
    ]


async def test_a_quiet_stage_waits_for_enough_messages(trial: Trial) -> None:
    trial.rules = RULES.model_copy(update={"gates": RULES.gates.model_copy(update={"least_answers": 3})})
    await trial.start()
    for missing in (3, 2, 1):
        found = await trial.soak(70)
        assert found is not None
        assert found.stage is Stage.ONE
        now = found
        assert await trial.do(lambda tx, floor, now=now: rollout.missing(tx, floor, now)) == missing  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
        await trial.answer()
    found = await trial.look(10)
    assert found is not None
    assert found.stage is Stage.HALF


async def test_an_operator_ends_the_soak_where_the_settings_say_so(trial: Trial) -> None:
    trial.rules = RULES.model_copy(update={"advance": "operator"})
    await trial.start()
    await trial.answer()
    found = await trial.soak(200)
    assert found is not None
    assert (found.state, found.stage) == (RolloutState.READY, Stage.ONE)
    with pytest.raises(RolloutError, match="stage one"):
        await trial.step(Step.ADVANCE, stage=Stage.HALF)
    assert (await trial.step(Step.ADVANCE, stage=Stage.ONE)).stage is Stage.HALF
    assert len(await trial.told("rollout.soaked")) == 1


async def test_neither_downtime_nor_a_pause_is_soak_and_their_waits_are_nobodys(trial: Trial) -> None:
    await trial.start()
    await trial.answer()
    found = await trial.soak(30)
    assert found is not None
    assert found.soaked == timedelta(seconds=30)
    await trial.world.stop()
    await trial.world.database.write(lambda tx: trial.world.service.post_in(tx, incoming("while down")))
    trial.world.clock.step(timedelta(hours=8))
    await trial.world.people(SYNC, running=False)
    await trial.do(rollout.begin)
    found = await trial.do(rollout.look)
    assert found is not None
    assert (found.state, found.soaked) == (RolloutState.SOAKING, timedelta(seconds=30))
    await trial.world.people(SYNC)
    found = await trial.soak(20)
    assert found is not None
    assert (found.state, found.soaked) == (RolloutState.SOAKING, timedelta(seconds=50))
    trial.world.paused["helper"] = "ana: lunch"
    await trial.world.accepted("while paused")
    found = await trial.soak(1_000)
    assert found is not None
    assert (found.state, found.soaked) == (RolloutState.SOAKING, timedelta(seconds=50))


def incoming(text: str, to: str = "helper") -> Incoming:
    return Incoming(text, "ana", SenderKind.HUMAN, text, to=(to,))


async def test_a_breach_rolls_back_its_personas_with_the_figures_and_nobody_else(trial: Trial) -> None:
    await trial.do(lambda tx, _: trial.world.service.set_mode_in(tx, ORDER[3], AutonomyMode.AUTONOMOUS, "operator:ana"))
    await trial.start()
    trial.decisions["helper"] = (10, 4)
    found = await trial.look(10)
    assert found is not None
    assert found.state is RolloutState.ROLLED_BACK
    modes = await trial.modes()
    assert (modes["helper"], modes[ORDER[3]]) == ("sync", "autonomous")
    ((actor, data),) = await trial.told("rollout.breached")
    assert actor == "engine"
    assert (data["gate"], data["persona"], data["value"], data["limit"], data["samples"]) == (
        "rejections", "helper", "40", "30", 10,
    )  # fmt: skip
    assert "rejected 40.0 %" in str(data["reason"])
    (step, *_) = await trial.world.database.read(lambda reader: rollout.steps_taken(reader, 1))
    assert (step.gate, step.persona_id, step.stage) == ("rejections", "helper", Stage.ONE)
    assert await trial.look(10) is None


async def test_a_held_rollout_still_goes_back_on_a_breach(trial: Trial) -> None:
    await trial.start()
    await trial.answer()
    await trial.step(Step.HOLD, reason="lunch")
    found = await trial.soak(300)
    assert found is not None
    assert (found.state, found.soaked) == (RolloutState.HELD, timedelta())
    trial.decisions["helper"] = (5, 5)
    found = await trial.look(10)
    assert found is not None
    assert found.state is RolloutState.ROLLED_BACK


async def test_giving_it_up_restores_what_was_and_beginning_again_begins_at_the_first(trial: Trial) -> None:
    await trial.do(lambda tx, _: trial.world.service.set_mode_in(tx, ORDER[1], AutonomyMode.SHADOW, "operator:ana"))
    await trial.start()
    await trial.step(Step.ADVANCE)
    assert (await trial.modes())[ORDER[1]] == "autonomous"
    await trial.step(Step.ABORT)
    modes = await trial.modes()
    assert (modes["helper"], modes[ORDER[1]]) == ("sync", "shadow")
    again = await trial.step(Step.RESTART)
    assert (again.stage, again.state) == (Stage.ONE, RolloutState.SOAKING)
    modes = await trial.modes()
    assert (modes["helper"], modes[ORDER[1]]) == ("autonomous", "shadow")


async def test_whoever_is_off_stays_off_and_whoever_was_moved_by_hand_stays_there(trial: Trial) -> None:
    set_mode = trial.world.service.set_mode_in
    await trial.do(lambda tx, _: set_mode(tx, ORDER[1], AutonomyMode.OFF, "operator:ana"))
    await trial.start()
    await trial.step(Step.ADVANCE)
    assert (await trial.modes())[ORDER[1]] == "off"
    await trial.do(lambda tx, _: set_mode(tx, "helper", AutonomyMode.SHADOW, "operator:ana"))
    await trial.step(Step.ADVANCE)
    assert (await trial.modes())["helper"] == "shadow"
    changed, ended = await trial.do(lambda tx, floor: rollout.back(tx, floor, "operator:ben", "enough"))
    assert ended is not None
    assert set(changed) == {*NAMES} - {ORDER[1]}
    assert await trial.modes() == {name: "off" if name == ORDER[1] else "sync" for name in NAMES}
    ((actor, data),) = await trial.told("rollout.rolled_back")
    assert (actor, data["reason"]) == ("operator:ben", "enough")


async def test_going_back_needs_no_rollout(trial: Trial) -> None:
    back = rollout.back
    assert await trial.do(lambda tx, floor: back(tx, floor, "operator:ana")) == ((), None)
    await trial.do(lambda tx, _: trial.world.service.set_mode_in(tx, "seller", AutonomyMode.AUTONOMOUS, "operator:ana"))
    assert await trial.do(lambda tx, floor: back(tx, floor, "operator:ana")) == (("seller",), None)
    assert len(await trial.told("rollout.rolled_back")) == 1


async def test_a_plan_changes_nothing_and_another_takes_its_place(trial: Trial) -> None:
    await trial.do(lambda tx, floor: rollout.plan(tx, floor, "operator:ana"))
    made = await trial.do(lambda tx, floor: rollout.plan(tx, floor, "operator:ana", first="seller", only=("planner",)))
    assert made.members == ("seller", "planner")
    assert set((await trial.modes()).values()) == {"sync"}
    begun = await trial.start("")
    assert (begun.number, begun.members) == (made.number, ("seller", "planner"))
    with pytest.raises(RolloutError, match="soaking"):
        await trial.do(lambda tx, floor: rollout.plan(tx, floor, "operator:ana"))
    with pytest.raises(RolloutError, match="soaking"):
        await trial.start()


async def test_unknown_personas_and_missing_rollouts_are_refused(trial: Trial) -> None:
    with pytest.raises(UnknownPersona, match="nobody"):
        await trial.start("nobody")
    with pytest.raises(RolloutError, match="no rollout"):
        await trial.step(Step.ADVANCE)
    assert await trial.look() is None
    await trial.do(rollout.begin)


async def test_a_persona_that_left_the_settings_is_passed_over(trial: Trial) -> None:
    await trial.start()
    rest = {name: SYNC[name] for name in NAMES if name not in {ORDER[1], "helper"}}
    await trial.world.service.reconfigure(rest, trial.world.service.roster.rules)
    found = await trial.step(Step.ADVANCE)
    assert found.stage is Stage.HALF
    await trial.look(10)
    _, ended = await trial.do(lambda tx, floor: rollout.back(tx, floor, "operator:ana"))
    assert ended is not None
