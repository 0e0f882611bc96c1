"""One life of an engine that is going to be killed: propose and approve once, then recover and launch.

Run as ``python -m tests.engine.governance.crash_child FOLDER``; prints nothing and exits with 0 if it survives.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from engine.canonical import JSON
from engine.clock import SystemClock
from engine.governance import ActionStatus, Gate, Launcher, Proposal, Stage, repository
from engine.operators import Operator, Role
from engine.settings.governance import GovernanceSettings
from engine.settings.tools import ToolsSettings
from engine.storage import Database, Transaction
from engine.tools import ToolRegistry, built_in_tools

ANA = Operator("ana", Role.OPERATOR)
COMMAND = "append"


def tools_settings(folder: Path) -> ToolsSettings:
    script = f"printf 'x\\n' >> {folder / 'command.log'}"
    return ToolsSettings.model_validate({"commands": {COMMAND: {"argv": ["/bin/sh", "-c", script]}}})


def proposals() -> list[Proposal]:
    cases: list[tuple[str, str, dict[str, JSON]]] = [
        ("send_proposal", "email", {"to": ["jo@acme.example"], "subject": "Offer", "body": "40 seats"}),
        ("send_chat_message", "chat", {"channel": "team", "text": "hello"}),
        ("run_command", "command", {"name": COMMAND}),
    ]
    return [Proposal(kind, tool, arguments, "persona:helper", "", dedupe_key=kind) for kind, tool, arguments in cases]


async def live(folder: Path) -> None:
    clock = SystemClock()
    async with await Database.open(folder / "engine.db", clock) as database:
        tools = ToolRegistry(built_in_tools(tools_settings(folder)), clock)
        gate = Gate(GovernanceSettings(grace_seconds=0), tools, clock, lambda _, __: Stage.UNKNOWN)
        launcher = Launcher(database, gate, tools, clock, folder)
        await launcher.recover()

        def ask(tx: Transaction) -> None:
            for proposal in proposals():
                gate.propose(tx, proposal)

        def answer(tx: Transaction) -> None:
            for action in repository.with_status(tx, ActionStatus.PENDING):
                gate.approve(tx, action.id, action.revision, action.digest, ANA)

        await database.write(ask)
        await database.write(answer)
        await launcher.step()


if __name__ == "__main__":
    asyncio.run(live(Path(sys.argv[1])))
