"""The proof of actions: silent while rows and journal agree, exact about the one that does not."""

from __future__ import annotations

import pytest

from engine.governance.proof import action_breaches
from engine.journal import Breach
from engine.storage import Transaction

from .support import World


async def proof(world: World) -> list[Breach]:
    return await world.read(lambda reader: list(action_breaches(reader)))


async def test_untouched_actions_hold(world: World) -> None:
    await world.propose("create_briefing", tool="briefing")
    await world.propose("commit_pricing")
    await world.launcher.step()
    action = await world.propose()
    await world.approve(action)
    await world.launcher.step()
    assert await proof(world) == []


@pytest.mark.parametrize(
    ("column", "value"),
    [("arguments", '{"text":"hellp"}'), ("status", "executed"), ("kind", "create_briefing"), ("digest", "0" * 64)],
)
async def test_a_changed_action_is_named(world: World, column: str, value: str) -> None:
    await world.propose("create_briefing", tool="briefing")
    action = await world.propose()
    await world.tamper(f"UPDATE actions SET {column} = ? WHERE id = ?", value, action.id)
    (found,) = await proof(world)
    assert action.id in found.reason
    assert found.seq > 0


async def test_a_removed_action_is_named(world: World) -> None:
    action = await world.propose()

    def remove(tx: Transaction) -> None:
        tx.execute("DROP TRIGGER actions_are_kept")
        tx.execute("DELETE FROM actions WHERE id = ?", (action.id,))

    await world.write(remove)
    (found,) = await proof(world)
    assert "its row is gone" in found.reason
