"""Random lives of actions: several operators, pauses, policy changes, crashes and tampering, against a witness ledger.

The ledger is written by the tools themselves and survives every crash; whatever the gate believes is judged by it.
"""

from __future__ import annotations

import asyncio
import dataclasses
import json
import tempfile
from collections.abc import Awaitable
from pathlib import Path
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from engine.governance import Action, ActionStatus, Execution, Stage
from engine.journal import Head, verify

from .support import ANA, BEN, EVE, World

T = TypeVar("T")

KINDS = {
    "create_briefing": "briefing",
    "send_proposal": "email",
    "commit_pricing": "email",
    "something_else": "email",
    "discuss_pricing": "chat",
    "send_chat_message": "chat",
}
HARD = {"commit_pricing"}


class GateMachine(RuleBasedStateMachine):
    """Drives one gate; ``runner`` is the event loop of the example."""

    actions = Bundle("actions")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.runner = asyncio.Runner()
        self.world: World = self.run(World.open(Path(self.folder.name) / "engine.db"))
        self.shown: dict[str, Action] = {}
        self.tampered: set[str] = set()

    def run(self, work: Awaitable[T]) -> T:
        async def body() -> T:
            return await work

        return self.runner.run(body())

    def teardown(self) -> None:
        self.run(self.world.database.close())
        self.runner.close()
        self.folder.cleanup()

    @initialize(grace=st.sampled_from([0.0, 5.0]))
    def begin(self, grace: float) -> None:
        self.world.configure(grace_seconds=grace, rejected_quiet_seconds=60)
        self.world.stages = {"acme": Stage.PROSPECTING, "globex": Stage.NEGOTIATION}

    @rule(
        target=actions,
        kind=st.sampled_from(sorted(KINDS)),
        text=st.sampled_from(["a", "b"]),
        account=st.sampled_from([None, "acme", "globex", "unheard-of"]),
        proposer=st.sampled_from(["persona:helper", "operator:ana"]),
    )
    def propose(self, kind: str, text: str, account: str | None, proposer: str) -> str:
        action = self.run(self.world.propose(kind, text, tool=KINDS[kind], account_id=account, proposer=proposer))
        return action.id

    @rule(action=actions)
    def look(self, action: str) -> None:
        self.shown[action] = self.run(self.world.get(action))

    @rule(action=actions, operator=st.sampled_from([ANA, BEN, EVE]))
    def approve(self, action: str, operator: object) -> None:
        shown = self.shown.get(action)
        if shown is not None:
            self.run(self.world.approve(shown, operator))  # type: ignore[arg-type]  # sampled_from loses the type

    @rule(action=actions, operator=st.sampled_from([ANA, BEN, EVE]))
    def approve_as_it_is(self, action: str, operator: object) -> None:
        self.run(self.world.approve(self.run(self.world.get(action)), operator))  # type: ignore[arg-type]  # as above

    @rule(action=actions, operator=st.sampled_from([ANA, EVE]))
    def reject(self, action: str, operator: object) -> None:
        self.run(self.world.reject(self.run(self.world.get(action)), operator))  # type: ignore[arg-type]  # as above

    @rule(action=actions)
    def undo(self, action: str) -> None:
        self.run(self.world.write(lambda tx: self.world.gate.undo(tx, action, BEN)))

    @rule(action=actions)
    def withdraw(self, action: str) -> None:
        self.run(self.world.write(lambda tx: self.world.gate.withdraw(tx, action, "persona:helper", "")))

    @rule(seconds=st.sampled_from([1, 5, 61, 1_801]))
    def wait(self, seconds: int) -> None:
        self.run(self.world.clock.advance(seconds))

    @rule(paused=st.booleans())
    def pause(self, paused: bool) -> None:
        self.world.halted = "paused" if paused else None

    @rule(kinds=st.sets(st.sampled_from(["create_briefing", "send_chat_message", "something_else"])))
    def change_policy(self, kinds: set[str]) -> None:
        self.world.configure(require_approval=tuple(sorted(kinds)))
        self.run(self.world.write(self.world.gate.judge_waiting))

    @rule(kinds=st.sets(st.sampled_from(["create_briefing", "send_proposal"])))
    def change_policy_unannounced(self, kinds: set[str]) -> None:
        self.world.configure(hard_stop=tuple(sorted(kinds)))

    @rule(account=st.sampled_from(["acme", "globex"]), stage=st.sampled_from(sorted(Stage)))
    def move_stage(self, account: str, stage: Stage) -> None:
        self.world.stages[account] = stage

    @rule()
    def launch(self) -> None:
        self.run(self.world.launcher.step())

    @rule(action=actions, effect=st.booleans())
    def crash_while_running(self, action: str, effect: bool) -> None:
        """The process dies after the intent is on record: before the effect, or after it."""
        found = self.run(self.world.get(action))
        spec = self.world.tools.spec(found.tool)
        assert spec is not None
        if spec.transactional:
            return
        begun = self.run(self.world.begin(found))
        if isinstance(begun, Execution) and effect:
            context = begun.context(Path(self.folder.name))
            self.run(self.world.tools.run(begun.action.tool, begun.action.arguments, context))
        self.run(self.world.restart())
        self.run(self.world.launcher.recover())

    @precondition(lambda self: len(self.tampered) < 3)
    @rule(action=actions, column=st.sampled_from(["arguments", "kind", "status", "tier"]))
    def tamper(self, action: str, column: str) -> None:
        value = {"arguments": '{"text":"evil"}', "kind": "log_interaction", "status": "approved", "tier": "autonomous"}
        before = self.run(self.world.get(action))
        current = {
            "arguments": before.arguments_json,
            "kind": before.kind,
            "status": before.status,
            "tier": before.tier,
        }
        if current[column] != value[column]:
            twin = column == "status" and before.status is ActionStatus.PENDING
            self.tampered.add(action)
            self.run(self.world.tamper(f"UPDATE actions SET {column} = ? WHERE id = ?", value[column], action))
            assert not twin or self.run(self.world.get(action)).status is ActionStatus.APPROVED

    @invariant()
    def nothing_runs_twice(self) -> None:
        ran = [action_id for action_id, _ in self.world.ledger]
        assert len(ran) == len(set(ran))

    @invariant()
    def nothing_evil_runs(self) -> None:
        assert all(text != "evil" for _, text in self.world.ledger)

    @invariant()
    def every_effect_was_allowed(self) -> None:
        rows = self.run(
            self.world.read(
                lambda reader: reader.rows("SELECT seq, kind, subject, actor, data FROM journal ORDER BY seq")
            )
        )
        told: dict[str, list[tuple[str, str, dict[str, object]]]] = {}
        for row in rows:
            told.setdefault(row["subject"], []).append((row["kind"], row["actor"], json.loads(row["data"])))
        inside = self.run(self.world.read(lambda reader: reader.rows("SELECT action_id FROM chat_messages")))
        for action_id in [*(entry[0] for entry in self.world.ledger), *(row["action_id"] for row in inside)]:
            events = told[action_id]
            started = [(i, data) for i, (kind, _, data) in enumerate(events) if kind == "action.started"]
            assert started, "an effect without an intent on record"
            for index, data in started:
                before = events[:index]
                assert data["tier"] != "hard_stop"
                kinds = {seen["kind"] for kind, _, seen in before if kind == "action.proposed"}
                assert not kinds & HARD
                if data["tier"] == "approval":
                    grants = [actor for kind, actor, seen in before
                              if kind == "action.approved" and seen["digest"] == data["digest"]]  # fmt: skip
                    assert grants
                    assert set(grants) <= {"operator:ana", "operator:ben"}

    @invariant()
    def the_chain_holds(self) -> None:
        rows = self.run(self.world.read(lambda reader: reader.rows("SELECT * FROM journal ORDER BY seq")))
        assert isinstance(verify(rows), Head)

    @invariant()
    def ended_actions_stay_ended(self) -> None:
        for action_id, shown in self.shown.items():
            if shown.status is ActionStatus.EXECUTED and action_id not in self.tampered:
                now = self.run(self.world.get(action_id))
                assert dataclasses.replace(now, repeats=0) == dataclasses.replace(shown, repeats=0)


TestGate = GateMachine.TestCase
TestGate.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
