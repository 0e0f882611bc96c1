"""Held and let go, step by step: a machine that does anything in any order, beside a plain model of what must hold."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.clock import SimulatedClock
from engine.personas import Accepted, Change, MessageStatus, PersonaError, SenderKind, drop, reprioritise
from engine.personas.dependencies_waiting import let_go, waiting
from engine.personas.model import message_id
from engine.settings.persona_rules import PersonaRules
from engine.settings.personas import AutonomyMode, PersonaSettings
from engine.storage import Database, Reader

from ..world import World

T = TypeVar("T")
STEPS: Final = int(os.environ.get("WATCHFLOOR_TEST_STEPS", "25"))
RUNS: Final = int(os.environ.get("WATCHFLOOR_TEST_RUNS", "12"))
NAMES: Final = ("one", "two", "three")
NAME: Final = st.sampled_from(NAMES)
LIMIT: Final = PersonaRules().dependencies.time_limit_seconds
RAISE: Final = PersonaRules().dependencies.raise_points * 100
OVER: Final = (MessageStatus.DONE, MessageStatus.DECLINED, MessageStatus.DEAD)


class Holding(RuleBasedStateMachine):
    """Messages reach three personas, who settle them in any order while dependencies come and go."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.loop = asyncio.new_event_loop()
        self.clock = SimulatedClock(datetime(2026, 3, 10, 12, 0, tzinfo=UTC))
        self.database = self.run(Database.open(Path(self.folder.name) / "engine.db", self.clock, inline=True))
        self.world = World(self.database, self.clock)
        self.personas = {
            name: PersonaSettings(name=name.title(), channels=("general",), mode=AutonomyMode.SYNC, brain="scripted")
            for name in NAMES
        }
        self.run(self.world.people(self.personas, running=False))
        self.posts: list[str] = []
        self.edges: set[tuple[str, str]] = set()
        self.held_since: dict[tuple[str, str], float] = {}
        self.ended: set[tuple[str, str]] = set()
        self.first: dict[str, int] = {}

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def read(self, look: Any) -> Any:
        return self.run(self.database.read(look))

    def write(self, do: Any) -> Any:
        return self.run(self.database.write(do))

    @rule(who=NAME, other=NAME)
    def declare(self, who: str, other: str) -> None:
        try:
            self.write(lambda tx: self.world.service.declare_in(tx, who, other, "operator:ana"))
        except PersonaError:
            assert who == other or self._leads(other, who)
        else:
            self.edges.add((who, other))

    @rule(who=NAME, other=NAME)
    def withdraw(self, who: str, other: str) -> None:
        try:
            self.write(lambda tx: self.world.service.withdraw_in(tx, who, other, "operator:ana"))
        except PersonaError:
            assert (who, other) not in self.edges
        else:
            self.edges.remove((who, other))

    @rule(kind=st.sampled_from([SenderKind.HUMAN, SenderKind.SYSTEM]))
    def tell(self, kind: SenderKind) -> None:
        answers = self.run(self.world.say("hello", channel="general", kind=kind))
        taken = [answer for answer in answers if isinstance(answer, Accepted)]
        off = {name for name in NAMES if self._mode(name) is AutonomyMode.OFF}
        assert {answer.persona_id for answer in taken} == set(NAMES) - off
        if not taken:
            return
        post = taken[0].message_id.partition(":")[2]
        self.posts.append(post)
        for who, other in self.edges:
            if not {who, other} & off and not self.world.paused.get(other):
                self.held_since[message_id(who, post), other] = self.clock.monotonic()
        for name in set(NAMES) - off:
            self.first[message_id(name, post)] = self._row(message_id(name, post))["priority"]

    @rule(who=NAME, number=st.integers(0, 5), status=st.sampled_from(OVER))
    def settle(self, who: str, number: int, status: MessageStatus) -> None:
        """A persona is done with a message: only what nobody holds is ever taken up."""
        message = self._message(who, number)
        if message is not None and self._row(message)["status"] == "pending":
            change = "UPDATE messages SET status = ?, changed_us = 1 WHERE id = ?"
            self.write(lambda tx: tx.execute(change, (status.value, message)))

    @rule(who=NAME, number=st.integers(0, 5))
    def drop_one(self, who: str, number: int) -> None:
        message = self._message(who, number)
        if message is not None and self._row(message)["status"] == "pending":
            self.write(lambda tx: drop(tx, message, "operator:ana", "not needed"))

    @rule(who=NAME, number=st.integers(0, 5))
    def to_the_top(self, who: str, number: int) -> None:
        message = self._message(who, number)
        if message is not None and self._row(message)["status"] == "pending":
            self.write(lambda tx: reprioritise(tx, message, Change.TOP, "operator:ana"))

    @rule(who=NAME, off=st.booleans())
    def switch(self, who: str, off: bool) -> None:
        mode = AutonomyMode.OFF if off else AutonomyMode.SYNC
        self.write(lambda tx: self.world.service.set_mode_in(tx, who, mode, "operator:ana"))

    @rule(who=NAME, paused=st.booleans())
    def pause(self, who: str, paused: bool) -> None:
        self.world.paused[who] = "ana paused persona" if paused else ""

    @rule(seconds=st.sampled_from([1, 59, 119.5, 121]))
    def pass_time(self, seconds: float) -> None:
        self.run(self.clock.advance(seconds))

    @rule()
    def restart(self) -> None:
        """Another engine on the same database: nothing that is held lives in memory."""
        self.run(self.world.people(self.personas, running=False))

    @rule(who=NAME)
    def look(self, who: str) -> None:
        found = self.write(lambda tx: let_go(tx, who, self.world.service.roster, self._why))
        self.ended |= {(hold.message_id, hold.waits_for) for hold, _ in found.due}

    @invariant()
    def nothing_is_held_that_must_not_be(self) -> None:
        roster, now = self.world.service.roster, self.clock.now()
        for who in NAMES:
            found = self.read(lambda reader, who=who: waiting(reader, who, roster, self._why, now))
            for hold in found.held:
                edge = (hold.message_id, hold.waits_for)
                assert self.clock.monotonic() - self.held_since[edge] < LIMIT
                assert (who, hold.waits_for) in self.edges
                assert edge not in self.ended
                twin = self._row(message_id(hold.waits_for, hold.message_id.partition(":")[2]))
                assert twin["status"] == "pending"
                assert self._mode(hold.waits_for) is not AutonomyMode.OFF
                assert not self.world.paused.get(hold.waits_for)
                assert self._row(hold.message_id)["pinned_us"] is None

    @invariant()
    def a_message_is_raised_once_and_only_after_it_was_held(self) -> None:
        rows = self.read(lambda reader: reader.rows("SELECT id, priority FROM messages"))
        for row in rows:
            allowed = {self.first[row["id"]]}
            if any(message == row["id"] for message, _ in self.ended):
                allowed.add(min(10_000, self.first[row["id"]] + RAISE))
            assert row["priority"] in allowed

    def teardown(self) -> None:
        self.run(self.database.close())
        self.loop.close()
        self.folder.cleanup()

    def _leads(self, start: str, end: str) -> bool:
        found, more = set[str](), {start}
        while more:
            found |= more
            more = {other for who, other in self.edges if who in found} - found
        return end in found

    def _message(self, who: str, number: int) -> str | None:
        message = message_id(who, self.posts[number % len(self.posts)]) if self.posts else ""
        return message if message in self.first else None

    def _row(self, message: str) -> Any:
        return self.read(lambda reader: reader.row("SELECT * FROM messages WHERE id = ?", (message,)))

    def _mode(self, who: str) -> AutonomyMode:
        row = self.read(lambda reader: reader.row("SELECT mode FROM personas WHERE id = ?", (who,)))
        return AutonomyMode(row["mode"])

    def _why(self, _reader: Reader, persona_id: str) -> str | None:
        return self.world.paused.get(persona_id) or None


Holding.TestCase.settings = settings(max_examples=RUNS, stateful_step_count=STEPS, deadline=None)
TestHolding = Holding.TestCase
