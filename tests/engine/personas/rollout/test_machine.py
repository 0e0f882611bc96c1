"""Any order of operators' steps, looks, restarts, pauses and messages keeps rollout, modes and history consistent."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.clock import SimulatedClock
from engine.personas import Accepted, Incoming, Roster, SenderKind, load_all_modes, post, rollout, set_mode
from engine.personas.rollout import LIVE, TRANSITIONS, Floor, RolloutError, RolloutState, Stage, Step, Watch
from engine.personas.rollout.plan import soak_of
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.settings.rollout import RolloutGates, RolloutSettings
from engine.storage import Database, Reader, Transaction

T = TypeVar("T")
NAMES = ("a", "b", "c", "d", "e")
ROSTER = Roster({name: PersonaSettings(name=name.upper(), mode=AutonomyMode.SYNC) for name in NAMES})
RULES = RolloutSettings(
    soak_one_seconds=30,
    soak_half_seconds=40,
    soak_all_seconds=40,
    gates=RolloutGates(least_answers=1, depth_below=10, oldest_seconds=86_400, answer_seconds=3_600),
)
OPERATORS = st.sampled_from([Step.ADVANCE, Step.HOLD, Step.RESUME, Step.ABORT, Step.RESTART])


class RolloutMachine(RuleBasedStateMachine):
    """The steps that operators and the engine take, in any order, on the real store."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp(prefix="rollout-machine-"))
        self.clock = SimulatedClock(datetime(2026, 3, 2, tzinfo=UTC))
        self.database = self.runner.run(self._open())
        self.paused: set[str] = set()
        self.rejected: dict[str, tuple[int, int]] = {}
        self.accepted = 0
        self.soaked: tuple[int, Stage, datetime, timedelta] | None = None

    async def _open(self) -> Database:
        database = await Database.open(self.folder / "engine.db", self.clock, inline=True)
        database._writer.execute("PRAGMA synchronous = OFF")  # no power fails here
        return database

    @property
    def floor(self) -> Floor:
        def decided(_reader: Reader, persona_id: str, _since: datetime) -> tuple[int, int]:
            return self.rejected.get(persona_id, (0, 0))

        def is_paused(_reader: Reader, persona_id: str) -> str | None:
            return "ana" if persona_id in self.paused else None

        return Floor(ROSTER, RULES, Watch(RULES.gates, decided, is_paused))

    def do(self, work: Callable[[Transaction, Floor], T]) -> T:
        return self.runner.run(self.database.write(lambda tx: work(tx, self.floor)))

    def read(self, work: Callable[[Reader], T]) -> T:
        return self.runner.run(self.database.read(work))

    @initialize()
    def introduce(self) -> None:
        for name in NAMES:
            self.do(lambda tx, floor, name=name: set_mode(tx, name, AutonomyMode.SYNC, floor.roster, "operator:ana"))  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default

    @rule(first=st.sampled_from(["", *NAMES]), only=st.sets(st.sampled_from(NAMES)))
    def plan(self, first: str, only: set[str]) -> None:
        current = self.read(rollout.newest)
        try:
            made = self.do(lambda tx, floor: rollout.plan(tx, floor, "operator:ana", first=first, only=only))
        except RolloutError:
            assert current is not None
            assert current.live
        else:
            assert made.state is RolloutState.PLANNED

    @rule(first=st.sampled_from(["", *NAMES]))
    def start(self, first: str) -> None:
        current = self.read(rollout.newest)
        try:
            made = self.do(lambda tx, floor: rollout.start(tx, floor, "operator:ana", first=first))
        except RolloutError:
            assert current is not None
            assert current.live
        else:
            assert (made.state, made.stage) == (RolloutState.SOAKING, Stage.ONE)
            assert not first or made.members[0] == first

    @rule(step=OPERATORS)
    def take(self, step: Step) -> None:
        current = self.read(rollout.newest)
        legal = TRANSITIONS.get((current.state, step)) if current else None
        try:
            made = self.do(lambda tx, floor: rollout.take(tx, floor, step, "operator:ana"))
        except RolloutError:
            assert legal is None
        else:
            assert legal is not None
            assert made.state in legal

    @rule()
    def back(self) -> None:
        self.do(lambda tx, floor: rollout.back(tx, floor, "operator:ana", "enough"))
        assert set(self.modes().values()) <= {AutonomyMode.SYNC, AutonomyMode.OFF}
        current = self.read(rollout.newest)
        assert current is None or current.state not in {*LIVE, RolloutState.COMPLETE}

    @rule(seconds=st.integers(0, 40))
    def look(self, seconds: int) -> None:
        self.clock.step(timedelta(seconds=seconds))
        before = self.read(rollout.newest)
        self.do(rollout.look)
        after = self.read(rollout.newest)
        if before is not None and before.live and before.stage is not after.stage:  # type: ignore[union-attr]  # it was there before
            assert before.soaked + timedelta(seconds=min(seconds, 30)) >= soak_of(before.stage, RULES)

    @rule(hours=st.integers(0, 48))
    def restart(self, hours: int) -> None:
        before, modes = self.read(rollout.newest), self.modes()
        self.runner.run(self.database.close())
        self.clock.step(timedelta(hours=hours))
        self.database = self.runner.run(self._open())
        self.do(rollout.begin)
        after = self.read(rollout.newest)
        assert self.modes() == modes
        if before is not None:
            assert after is not None
            assert (after.state, after.stage, after.soaked) == (before.state, before.stage, before.soaked)

    @rule(name=st.sampled_from(NAMES), mode=st.sampled_from(list(AutonomyMode)))
    def set_one(self, name: str, mode: AutonomyMode) -> None:
        self.do(lambda tx, floor: set_mode(tx, name, mode, floor.roster, "operator:ana"))

    @rule(name=st.sampled_from(NAMES))
    def pause(self, name: str) -> None:
        self.paused ^= {name}

    @rule(name=st.sampled_from(NAMES), number=st.integers(1, 11))
    def write(self, name: str, number: int) -> None:
        for _ in range(number):
            incoming = Incoming(self.clock.new_id(), "ana", SenderKind.HUMAN, "hello", to=(name,))
            answers = self.do(lambda tx, floor, incoming=incoming: post(tx, incoming, floor.roster))  # type: ignore[misc]  # as above
            self.accepted += sum(isinstance(answer, Accepted) for answer in answers)

    @rule(name=st.sampled_from(NAMES))
    def answer_everything(self, name: str) -> None:
        self.do(
            lambda tx, _: tx.execute(
                "UPDATE messages SET status = 'done', attempts = 1, changed_us = arrived_us + 1 WHERE persona_id = ?"
                " AND status = 'pending'",
                (name,),
            )
        )

    @precondition(lambda self: self.rejected == {})
    @rule(name=st.sampled_from(NAMES))
    def reject(self, name: str) -> None:
        self.rejected[name] = (10, 10)
        self.do(rollout.look)
        current = self.read(rollout.newest)
        modes = self.modes()
        if current is not None and current.live:
            joined = {one.persona_id for one in self.read(lambda r: rollout.members_of(r, current.number)) if one.since}
            assert name not in joined or name in self.paused or modes[name] is not AutonomyMode.AUTONOMOUS
        self.rejected = {}

    def modes(self) -> dict[str, AutonomyMode]:
        return self.read(load_all_modes)

    @invariant()
    def no_message_is_lost(self) -> None:
        rows = self.read(lambda reader: reader.rows("SELECT status, count(*) AS n FROM messages GROUP BY status"))
        counts = Counter({row["status"]: row["n"] for row in rows})
        assert counts["pending"] + counts["done"] == self.accepted

    @invariant()
    def the_history_is_one_chain_of_legal_steps(self) -> None:
        steps = self.read(lambda reader: rollout.steps_taken(reader, 1_000))
        newest: dict[int, str] = {}
        for one in reversed(steps):
            assert newest.get(one.rollout, "") == one.before
            if one.step != "plan":
                assert RolloutState(one.after) in TRANSITIONS[RolloutState(one.before), Step(one.step)]
            newest[one.rollout] = one.after
        current = self.read(rollout.newest)
        if current is not None:
            assert newest[current.number] == current.state.value

    @invariant()
    def only_a_stage_that_begins_forgets_its_soak(self) -> None:
        current = self.read(rollout.newest)
        if current is None:
            return
        assert timedelta() <= current.soaked <= soak_of(current.stage, RULES)
        known = self.soaked
        self.soaked = (current.number, current.stage, current.began_at, current.soaked)
        if known is not None and known[:3] == self.soaked[:3]:
            assert current.soaked >= known[3] or current.state is RolloutState.SOAKING

    @invariant()
    def whoever_has_joined_is_of_the_stage(self) -> None:
        current = self.read(rollout.newest)
        if current is None:
            return
        part = set(rollout.taking_part(current.members, current.stage, RULES.half_percent))
        members = self.read(lambda reader: rollout.members_of(reader, current.number))
        assert {one.persona_id for one in members if one.joined_at is not None} <= part

    def teardown(self) -> None:
        self.runner.run(self.database.close())
        self.runner.close()
        shutil.rmtree(self.folder)


TestRolloutMachine = RolloutMachine.TestCase
TestRolloutMachine.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
