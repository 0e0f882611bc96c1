"""Standing rules that somebody with the database's file made, widened or used: none of them lets anything run."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from engine.governance import ActionStatus, Held, repository
from engine.governance.proof import action_breaches
from engine.governance.standing import rule_breaches
from engine.governance.trail import state
from engine.storage import Transaction

from ..support import World
from .support import allow, approved_example, deny, revoke


async def breaches(world: World) -> list[str]:
    return [breach.reason for breach in await world.read(lambda reader: list(rule_breaches(reader)))]


@pytest.mark.parametrize(
    "change",
    [
        "uses = 0",
        "most = 10000",
        "expires_us = expires_us + 1",
        "proposer = NULL",
        "same_account = 0",
        "arguments = '{}'",
        "arguments = 'damaged'",
        "arguments = CAST(X'ff' AS TEXT)",
        "made_by = 'ben'",
        "guardrails = '[]'",
        "binding = NULL",
        "reason = 'another'",
        "example = 'another'",
        "digest = example_digest",
    ],
)
async def test_a_changed_rule_answers_nothing_and_is_found(world: World, change: str) -> None:
    rule = await allow(world, await approved_example(world), same=["/text"])
    assert (await world.propose()).status is ActionStatus.APPROVED
    await world.launcher.step()
    assert await breaches(world) == []
    await world.tamper(f"UPDATE standing_rules SET {change} WHERE id = ?", rule.id)
    assert (await world.propose()).status is ActionStatus.PENDING
    (breach,) = await breaches(world)
    assert rule.id in breach


async def test_a_forged_rule_answers_nothing(world: World) -> None:
    example = await approved_example(world)
    rule = await deny(world, example)
    await world.tamper("UPDATE standing_rules SET effect = 'allow' WHERE id = ?", rule.id)
    assert (await world.propose(text="next")).status is ActionStatus.PENDING
    assert len(await breaches(world)) == 1
    await world.tamper("DELETE FROM standing_rules WHERE id = ?", rule.id)
    (breach,) = await breaches(world)
    assert "its row is gone" in breach


async def test_a_revoked_rule_that_was_brought_back_carries_no_start(world: World) -> None:
    rule = await allow(world, await approved_example(world))
    action = await world.propose(text="waiting")
    # Somebody undoes the revoking, in the rows of the rule and of the action, while the journal remembers it.
    columns = ("status", "revision", "digest", "decided_by", "decided_us", "not_before_us", "launch_by_us")
    row = await world.read(lambda reader: reader.row("SELECT * FROM actions WHERE id = ?", (action.id,)))
    assert row is not None
    await revoke(world, rule)
    await world.tamper("UPDATE standing_rules SET ended = NULL, ended_us = NULL WHERE id = ?", rule.id)
    assignments = ", ".join(f"{column} = ?" for column in columns)
    await world.tamper(f"UPDATE actions SET {assignments} WHERE id = ?", *(row[name] for name in columns), action.id)
    assert isinstance(await world.begin(action), Held)
    assert (await world.get(action)).status is ActionStatus.BLOCKED
    assert (await world.propose(text="next")).status is ActionStatus.PENDING


async def test_a_yes_needs_the_use_that_the_journal_holds(world: World) -> None:
    rule = await allow(world, await approved_example(world))
    action = await world.propose(text="waiting")
    await world.tamper("UPDATE standing_rules SET uses = 0 WHERE id = ?", rule.id)
    held = await world.begin(action)
    assert isinstance(held, Held)
    assert "standing rule" in held.why
    assert (await world.get(action)).status is ActionStatus.BLOCKED


async def test_one_use_does_not_carry_two_actions(world: World) -> None:
    await allow(world, await approved_example(world))
    first = await world.propose(text="first")
    pending = await world.propose(text="second", must_ask=True)
    row = await world.read(
        lambda reader: reader.row("SELECT * FROM journal WHERE subject = ? AND kind = 'action.approved'", (first.id,))
    )
    assert row is not None
    told = json.loads(row["data"])

    def forge(tx: Transaction) -> None:
        # A whole approval with a decision, its own hash right, that points to the other action's use.
        after = replace(
            pending,
            status=ActionStatus.APPROVED,
            decided_by=row["actor"],
            decided_at=tx.now,
            not_before=tx.now,
            launch_by=pending.expires,
        )
        data = {**state(after), **{name: told[name] for name in ("rule", "use", "made_by")}}
        tx.record("action.approved", pending.id, data, row["actor"])
        repository.move(tx, pending, after)
        tx.execute(
            "INSERT INTO decisions (id, action_id, revision, digest, verdict, decider, role, reason, policy, at_us)"
            " SELECT 'forged', ?, ?, ?, verdict, decider, role, reason, policy, at_us FROM decisions"
            " WHERE action_id = ?",
            (pending.id, pending.revision, pending.digest, first.id),
        )

    await world.write(forge)
    (breach,) = await world.read(lambda reader: list(action_breaches(reader)))
    assert pending.id in breach.reason
    assert "no use of the standing rule" in breach.reason
    held = await world.begin(pending)
    assert isinstance(held, Held)
    assert "no use of the standing rule" in held.why
    assert (await world.get(pending)).status is ActionStatus.BLOCKED
