"""One life of an engine that is going to be killed: what is not done yet of asking, editing, two yeses and settling.

Run as ``python -m tests.engine.governance.decisions.crash_child FOLDER``; prints nothing and exits with 0 if it lives.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

from engine.clock import SystemClock
from engine.governance import Action, ActionStatus, Gate, Launcher, Policy, Proposal, Stage, repository
from engine.governance.decisions import standing_yes
from engine.governance.policy.document import Document
from engine.governance.policy.model import Rules
from engine.operators import Operator
from engine.settings.governance import GovernanceSettings
from engine.storage import Database, Transaction
from engine.tools import ToolRegistry, built_in_tools

from ..crash_child import COMMAND, tools_settings
from .support import PAT, QUINN, ROBIN, shown

EDITED = "Our offer"
ASKED = (
    Proposal(
        "send_proposal", "email", {"to": ["jo@acme.example"], "subject": "Offer", "body": "40 seats"},
        "persona:helper", "", dedupe_key="mail",
    ),
    Proposal("run_command", "command", {"name": COMMAND}, "persona:helper", "", dedupe_key="command"),
    Proposal("discuss_pricing", "chat", {"channel": "team", "text": "400 a seat"}, "operator:pat", "", dedupe_key="no"),
)  # fmt: skip


async def live(folder: Path) -> None:
    clock = SystemClock()
    async with await Database.open(folder / "engine.db", clock) as database:
        tools = ToolRegistry(built_in_tools(tools_settings(folder)), clock)
        settings = GovernanceSettings(grace_seconds=0)
        gate = Gate(settings, tools, clock, lambda _, __: Stage.UNKNOWN)
        two = {"name": "two", "why": "we want to", "kinds": ["send_proposal", "run_command"], "quorum": 2}
        gate._desk.policy = Policy.from_settings(settings, Rules.of(Document.model_validate({"rule": [two]})))
        launcher = Launcher(database, gate, tools, clock, folder)
        await launcher.recover()
        for step in _steps(gate, folder):
            await database.write(step)
        await launcher.step()
        for step in _steps(gate, folder):
            await database.write(step)


def _steps(gate: Gate, folder: Path) -> list[Callable[[Transaction], object]]:
    """Each of them again and again, so that whichever life comes to it does what is still to be done."""
    return [
        lambda tx: [gate.propose(tx, proposal) for proposal in ASKED],
        lambda tx: _edit(gate, tx),
        lambda tx: _say_yes(gate, tx, PAT),
        lambda tx: _say_yes(gate, tx, QUINN),
        lambda tx: _answer_the_rest(gate, tx),
        lambda tx: _settle(gate, tx, happened=(folder / "command.log").exists()),
    ]


def _edit(gate: Gate, tx: Transaction) -> None:
    for action in _all(tx, ActionStatus.PENDING):
        if action.tool == "email" and action.edited_by is None:
            arguments = json.dumps({**action.arguments, "subject": EDITED})
            gate.decisions.edit(tx, shown(action), ROBIN, arguments, "plainer")


def _say_yes(gate: Gate, tx: Transaction, operator: Operator) -> None:
    for action in _all(tx, ActionStatus.PENDING):
        given = standing_yes(tx).get((action.id, action.revision), ())
        edited = action.tool != "email" or action.edited_by is not None
        if action.tool != "chat" and edited and operator.name not in given:
            gate.approve(tx, action.id, action.revision, action.digest, operator)


def _answer_the_rest(gate: Gate, tx: Transaction) -> None:
    items = [shown(action) for action in _all(tx, ActionStatus.PENDING) if action.tool == "chat"]
    if items:
        gate.decisions.many(tx, "reject", items, QUINN, "no")


def _settle(gate: Gate, tx: Transaction, *, happened: bool) -> None:
    for action in _all(tx, ActionStatus.UNCERTAIN):
        gate.decisions.settle(tx, action.id, ROBIN, happened=happened, note="looked")


def _all(tx: Transaction, status: ActionStatus) -> tuple[Action, ...]:
    return repository.with_status(tx, status)


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1])))
