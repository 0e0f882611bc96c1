"""Everything is paused while tools run: they are cut off, and what they were at is settled as what it is."""

from __future__ import annotations

import asyncio

import pytest

from engine.governance import ToolContext, ToolResult
from engine.governance.halt import halt
from engine.governance.launcher import CUT_OFF, CUT_SECONDS

from .support import FragileTool, NoteArguments, World


class Patience:
    """Lets a tool wait until it is let go or cut off."""

    def __init__(self, tool: FragileTool, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun = asyncio.Event()
        self.go = asyncio.Event()
        monkeypatch.setattr(tool, "run", self.run)

    async def run(self, arguments: NoteArguments, context: ToolContext) -> ToolResult:
        """Wait."""
        self.begun.set()
        await self.go.wait()
        return ToolResult(f"written by {context.action_id}: {arguments.text}")


@pytest.mark.parametrize(
    ("kind", "tool", "wanted"), [("send_proposal", "email", "uncertain"), ("create_briefing", "briefing", "approved")]
)
async def test_a_tool_that_does_not_end_at_once_is_cut_off(
    world: World, monkeypatch: pytest.MonkeyPatch, kind: str, tool: str, wanted: str
) -> None:
    patience = Patience(world.fragile if tool == "email" else world.repeatable, monkeypatch)
    action = await world.propose(kind, tool=tool)
    if action.status.value == "pending":
        await world.approve(action)
    step = asyncio.create_task(world.launcher.step())
    await patience.begun.wait()
    await world.write(lambda tx: halt(tx, "ana", "stop"))
    world.halted = "ana paused engine *"
    world.launcher.cut_off()
    await asyncio.sleep(0)
    await world.clock.advance(CUT_SECONDS)
    await step
    found = await world.get(action)
    assert found.status.value == wanted
    if wanted == "uncertain":
        assert found.outcome == CUT_OFF
    assert await world.launcher.step() == 0
    assert world.ledger == []


async def test_a_tool_that_ends_in_time_is_recorded_as_it_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    patience = Patience(world.fragile, monkeypatch)
    action = await world.propose()
    await world.approve(action)
    step = asyncio.create_task(world.launcher.step())
    await patience.begun.wait()
    world.launcher.cut_off()
    patience.go.set()
    await step
    await world.clock.advance(CUT_SECONDS * 2)
    assert (await world.get(action)).status.value == "executed"
