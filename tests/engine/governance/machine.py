"""Random lives of actions: several operators, pauses, policy changes, crashes and tampering, against a witness ledger.

The ledger is written by the tools themselves and survives every crash; whatever the gate believes is judged by it.
"""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, multiple, precondition, rule

from engine.commands import AllowLike, DenyLike
from engine.governance import Action, ActionStatus, Execution, Policy, Proposal, ProposalError, Stage
from engine.governance.deciding import Shown
from engine.governance.policy.document import Document
from engine.governance.policy.model import Rules
from engine.governance.standing import StandingError
from engine.operators import Operator, Role
from engine.storage import Transaction

from .support import World

T = TypeVar("T")

KINDS = {
    "create_briefing": "briefing",
    "send_proposal": "email",
    "commit_pricing": "email",
    "something_else": "email",
    "discuss_pricing": "chat",
    "send_chat_message": "chat",
}
PAT = Operator("pat", Role.OPERATOR, identity="key pat")
PATRICIA = Operator("patricia", Role.OPERATOR, identity="key pat")
"""The same person under another name."""
QUINN = Operator("quinn", Role.ADMIN, identity="key quinn")
ROBIN = Operator("robin", Role.OPERATOR, identity="key robin")
EVE = Operator("eve", Role.VIEWER, identity="key eve")
EVERYBODY = (PAT, PATRICIA, QUINN, ROBIN, EVE)
SEATS = {f"operator:{each.name}": each.seat for each in EVERYBODY}
TAMPERED = {
    "actions.arguments": '{"text":"evil"}',
    "actions.kind": "log_interaction",
    "actions.status": "approved",
    "actions.tier": "autonomous",
    "actions.quorum": 1,
    "actions.edited_by": "robin",
    "decisions.decider": "robin",
    "decisions.verdict": "approved",
}
operators = st.sampled_from(EVERYBODY)


def _shown(action: Action) -> Shown:
    return Shown(action.id, action.revision, action.digest)


class Lives(RuleBasedStateMachine):
    """Drives one gate; ``runner`` is the event loop of the example."""

    actions = Bundle("actions")

    def __init__(self) -> None:
        super().__init__()
        shared = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # a folder of its own in it
        self.folder = tempfile.TemporaryDirectory(dir=shared)
        self.runner = asyncio.Runner()
        self.world: World = self.run(World.open(Path(self.folder.name) / "engine.db"))
        self.shown: dict[str, Action] = {}
        self.tampered: set[str] = set()
        self.quorum = 1
        self.standing: list[str] = []

    def run(self, work: Awaitable[T]) -> T:
        async def body() -> T:
            return await work

        return self.runner.run(body())

    def write(self, work: Callable[[Transaction], T]) -> T:
        return self.run(self.world.write(work))

    def get(self, action_id: str) -> Action:
        return self.run(self.world.get(action_id))

    def teardown(self) -> None:
        self.run(self.world.database.close())
        self.runner.close()
        self.folder.cleanup()

    def put_in_force(self) -> None:
        """The settings of this moment and a policy that asks several for some kinds."""
        kinds = ["send_proposal", "discuss_pricing"]
        table = {"name": "several", "why": "we want to", "kinds": kinds, "quorum": self.quorum}
        rules = Rules.of(Document.model_validate({"rule": [table] if self.quorum > 1 else []}))
        self.world.gate._desk.policy = Policy.from_settings(self.world.settings, rules)

    @initialize(target=actions, grace=st.sampled_from([0.0, 5.0]), quorum=st.sampled_from([1, 2, 3]))
    def begin(self, grace: float, quorum: int) -> object:
        self.quorum = quorum
        self.world.configure(grace_seconds=grace, rejected_quiet_seconds=60)
        self.put_in_force()
        self.world.stages = {"acme": Stage.PROSPECTING, "globex": Stage.NEGOTIATION}
        kinds = sorted(KINDS.keys() - {"commit_pricing"})
        return multiple(*(self.propose(kind, "a", "acme", "persona:helper") for kind in kinds))

    @rule(
        target=actions,
        kind=st.sampled_from(sorted(KINDS)),
        text=st.sampled_from(["a", "b", "c"]),
        account=st.sampled_from([None, "acme", "globex", "unheard-of"]),
        proposer=st.sampled_from(["persona:helper", "persona:sales", "operator:pat"]),
    )
    def ask(self, kind: str, text: str, account: str | None, proposer: str) -> str:
        return self.propose(kind, text, account, proposer)

    def propose(self, kind: str, text: str, account: str | None, proposer: str) -> str:
        proposal = Proposal(kind, KINDS[kind], {"text": text}, proposer, "because", account)

        def work(tx: Transaction) -> str:
            try:
                return self.world.gate.propose(tx, proposal).id
            except ProposalError:
                return ""

        action_id = self.write(work)
        self.shown.setdefault(action_id, self.get(action_id))
        return action_id

    @rule(action=actions, data=st.data())
    def carry_through(self, action: str, data: st.DataObject) -> None:
        """What a calm day looks like, so that enough of it is judged: everybody answers, it is due, it starts."""
        for operator in EVERYBODY:
            self.run(self.world.approve(self.get(action), operator))
        self.run(self.world.clock.advance(5))
        if self.get(action).status is ActionStatus.APPROVED and data.draw(st.booleans()):
            self.crash_at_start(action, effect=data.draw(st.booleans()))
        else:
            self.run(self.world.launcher.step())

    @rule(action=actions)
    def look(self, action: str) -> None:
        self.shown[action] = self.get(action)

    @rule(action=actions, operator=operators)
    def approve(self, action: str, operator: Operator) -> None:
        shown = self.shown.get(action)
        if shown is not None:
            self.run(self.world.approve(shown, operator))

    @rule(action=actions, operator=operators)
    def approve_as_it_is(self, action: str, operator: Operator) -> None:
        self.run(self.world.approve(self.get(action), operator))

    @rule(action=actions, operator=st.sampled_from([PAT, EVE]))
    def reject(self, action: str, operator: Operator) -> None:
        self.run(self.world.reject(self.get(action), operator))

    @rule(chosen=st.lists(actions, min_size=1, max_size=5), operator=operators, yes=st.booleans(), newest=st.booleans())
    def decide_many(self, chosen: list[str], operator: Operator, *, yes: bool, newest: bool) -> None:
        found = [self.get(each) if newest else self.shown.get(each) for each in chosen]
        items = [_shown(each) for each in found if each is not None]
        verdict = "approve" if yes else "reject"
        self.write(lambda tx: self.world.gate.decisions.many(tx, verdict, items, operator, "no"))  # type: ignore[arg-type]  # one of two words

    @rule(action=actions, operator=operators, text=st.sampled_from(["a", "b", "c"]))
    def edit(self, action: str, operator: Operator, text: str) -> None:
        shown, arguments = _shown(self.get(action)), json.dumps({"text": text})
        self.write(lambda tx: self.world.gate.decisions.edit(tx, shown, operator, arguments, "better"))

    @rule(action=actions, operator=operators)
    def undo(self, action: str, operator: Operator) -> None:
        self.write(lambda tx: self.world.gate.undo(tx, action, operator))

    @rule(action=actions, proposer=st.sampled_from(["persona:helper", "operator:pat"]))
    def withdraw(self, action: str, proposer: str) -> None:
        self.write(lambda tx: self.world.gate.withdraw(tx, action, proposer, ""))

    @rule(action=actions, operator=operators, seconds=st.sampled_from([0, 60, 86_400]))
    def snooze_and_claim(self, action: str, operator: Operator, seconds: int) -> None:
        self.write(lambda tx: self.world.gate.decisions.claim(tx, action, operator))
        self.write(lambda tx: self.world.gate.decisions.snooze(tx, action, operator, seconds))

    @rule(action=actions, operator=operators, happened=st.booleans())
    def settle(self, action: str, operator: Operator, *, happened: bool) -> None:
        self.write(lambda tx: self.world.gate.decisions.settle(tx, action, operator, happened=happened, note=""))

    @rule(action=actions, operator=operators, allow=st.booleans(), uses=st.sampled_from([1, 3]), same=st.booleans())
    def make_rule(self, action: str, operator: Operator, uses: int, *, allow: bool, same: bool) -> None:
        example = self.get(action)
        ask = {
            "id": example.id, "revision": example.revision, "digest": example.digest, "uses": uses,
            "lasts_seconds": 120, "same_proposer": same, "same": ("/text",) if same else (),
        }  # fmt: skip
        model = AllowLike.model_validate(ask) if allow else DenyLike.model_validate({**ask, "reason": "never"})

        def work(tx: Transaction) -> None:
            try:
                self.standing.append(self.world.gate.make_rule(tx, action, model, operator).id)
            except StandingError:
                return

        self.write(work)

    @precondition(lambda self: bool(self.standing))
    @rule(data=st.data())
    def revoke_rule(self, data: st.DataObject) -> None:
        rule_id = data.draw(st.sampled_from(self.standing))

        def work(tx: Transaction) -> None:
            try:
                self.world.gate.revoke_rule(tx, rule_id, QUINN, "enough")
            except StandingError:
                return

        self.write(work)

    @rule(data=st.data(), what=st.sampled_from(["wait", "pause", "policy", "unannounced", "stage", "restart"]))
    def world_goes_on(self, data: st.DataObject, what: str) -> None:
        """What happens around the actions: one rule of many, so that the actions themselves are most of a life."""
        match what:
            case "wait":
                self.run(self.world.clock.advance(data.draw(st.sampled_from([1, 5, 61, 901, 1_801]))))
            case "pause":
                self.world.halted = data.draw(st.sampled_from([None, None, "paused"]))
            case "stage":
                self.world.stages[data.draw(st.sampled_from(["acme", "globex"]))] = data.draw(st.sampled_from(Stage))
            case "restart":
                self.restart()
            case _:
                self.change_policy(data, announced=what == "policy")

    def change_policy(self, data: st.DataObject, *, announced: bool) -> None:
        self.quorum = data.draw(st.sampled_from([1, 2, 3]))
        asked = data.draw(st.sets(st.sampled_from(["create_briefing", "send_chat_message", "something_else"])))
        stopped = data.draw(st.sampled_from([(), (), ("create_briefing",), ("send_proposal",)]))
        self.world.configure(require_approval=tuple(sorted(asked)), hard_stop=stopped)
        self.put_in_force()
        if announced:
            self.write(self.world.gate.judge_waiting)

    @rule()
    def launch(self) -> None:
        self.run(self.world.launcher.step())

    def restart(self) -> None:
        self.run(self.world.restart())
        self.put_in_force()
        self.run(self.world.launcher.recover())

    @rule(action=actions, effect=st.booleans())
    def crash_while_running(self, action: str, *, effect: bool) -> None:
        """The process dies after the intent is on record: before the effect, or after it."""
        self.crash_at_start(action, effect=effect)

    def crash_at_start(self, action: str, *, effect: bool) -> None:
        """Start one by hand, and never tell what came of it."""
        found = self.get(action)
        spec = self.world.tools.spec(found.tool)
        assert spec is not None
        if spec.transactional:
            return
        begun = self.run(self.world.begin(found))
        if isinstance(begun, Execution) and effect:
            context = begun.context(Path(self.folder.name))
            self.run(self.world.tools.run(begun.action.tool, begun.action.arguments, context))
        self.restart()

    @precondition(lambda self: len(self.tampered) < 3 and len(self.shown) > 2)
    @rule(action=actions, place=st.sampled_from(sorted(TAMPERED)))
    def tamper(self, action: str, place: str) -> None:
        table, _, column = place.partition(".")
        key = "id" if table == "actions" else "action_id"
        value = TAMPERED[place]

        def differs(tx: Transaction) -> bool:
            found = tx.rows(f"SELECT {column} FROM {table} WHERE {key} = ?", (action,))
            return any(row[0] != value for row in found)

        if self.write(differs):
            self.tampered.add(action)
            self.run(self.world.tamper(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", value, action))
