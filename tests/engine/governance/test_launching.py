"""Between a yes and an effect: everything is checked once more, and everything is on record."""

from __future__ import annotations

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from engine.governance import ActionStatus, Execution, Held, HoldCode, Outcome, Stage, Tier, ToolError, repository
from engine.governance.repository import TransitionError
from engine.governance.trail import state
from engine.journal import Head, verify
from engine.storage import Transaction, to_us

from .support import ANA, World


def held(answer: object) -> Held:
    assert isinstance(answer, Held)
    return answer


async def test_every_effect_has_its_intent_on_record_first(world: World) -> None:
    action = await world.propose("create_briefing", tool="briefing")
    assert await world.launcher.step() == 1
    assert await world.events(action.id) == ["action.proposed", "action.started", "action.executed"]
    rows = await world.read(lambda reader: reader.rows("SELECT * FROM journal ORDER BY seq"))
    assert isinstance(verify(rows), Head)


async def test_a_start_is_used_once(world: World) -> None:
    action = await world.propose()
    await world.approve(action)
    await world.started(action)
    assert held(await world.begin(action)).code is HoldCode.NOT_DUE


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("UPDATE actions SET arguments = ? WHERE id = :id", '{"text":"hellp"}'),
        ("UPDATE actions SET arguments = ? WHERE id = :id", '{"text": "hello"}'),
        ("UPDATE actions SET arguments = ? WHERE id = :id", '{"text":"hello"'),
        ("UPDATE actions SET arguments = ? WHERE id = :id", "\x00"),
        ("UPDATE actions SET kind = ? WHERE id = :id", "create_briefing"),
        ("UPDATE actions SET tool = ? WHERE id = :id", "chat"),
        ("UPDATE actions SET account_id = ? WHERE id = :id", "globex"),
        ("UPDATE actions SET proposer = ? WHERE id = :id", "persona:sales"),
        ("UPDATE actions SET reason = ? WHERE id = :id", "operator asked for it"),
        ("UPDATE actions SET effect = ? WHERE id = :id", "does nothing · can be undone"),
        ("UPDATE actions SET tier = ? WHERE id = :id", "autonomous"),
        ("UPDATE actions SET risk = ? WHERE id = :id", "low"),
        ("UPDATE actions SET revision = ? WHERE id = :id", 7),
        ("UPDATE actions SET expires_us = ? WHERE id = :id", 2**62),
        ("UPDATE actions SET created_us = ? WHERE id = :id", -5),
        ("UPDATE actions SET digest = ? WHERE id = :id", "0" * 64),
        ("UPDATE actions SET policy = ? WHERE id = :id", "f" * 12),
        ("UPDATE actions SET binding = ? WHERE id = :id", "f" * 64),
    ],
)
@pytest.mark.parametrize("when", ["pending", "approved"])
async def test_a_changed_row_never_runs(world: World, when: str, sql: str, value: object) -> None:
    action = await world.propose(account_id="acme")
    if when == "approved":
        await world.approve(action)
    await world.tamper(sql.replace("?", ":value").replace(":value", "?").replace(":id", "?"), value, action.id)
    if when == "pending":
        changed = await world.get(action)
        answer = await world.write(lambda tx: world.gate.approve(tx, action.id, changed.revision, changed.digest, ANA))
        assert "record was changed" in getattr(answer, "why", "")
    await world.launcher.step()
    assert world.ledger == []
    found = await world.get(action)
    assert found.status is ActionStatus.BLOCKED
    assert found.outcome is not None
    assert found.outcome.startswith("record changed: ")
    assert (await world.events(action.id))[-1] in {"action.blocked", "decision.refused"}


@pytest.mark.parametrize("before", ["pending", "rejected", "expired", "withdrawn", "blocked", "executed", "undone"])
async def test_a_status_flipped_to_approved_never_runs(world: World, before: str) -> None:
    world.configure(grace_seconds=1 if before == "undone" else 0)
    action = await world.propose("commit_pricing" if before == "blocked" else "send_proposal")
    match before:
        case "rejected":
            await world.reject(action)
        case "expired":
            await world.clock.advance(2_000)
            await world.write(world.gate.expire_due)
        case "withdrawn":
            await world.write(lambda tx: world.gate.withdraw(tx, action.id, action.proposer, ""))
        case "executed":
            await world.approve(action)
            await world.launcher.step()
        case "undone":
            await world.approve(action)
            await world.write(lambda tx: world.gate.undo(tx, action.id, ANA))
    count = len(world.ledger)
    soon = to_us(world.clock.now())
    await world.tamper(
        "UPDATE actions SET status = 'approved', not_before_us = ?, launch_by_us = ? WHERE id = ?",
        soon - 1, soon + 10**9, action.id,
    )  # fmt: skip
    await world.launcher.step()
    assert len(world.ledger) == count
    assert (await world.get(action)).status in {ActionStatus.BLOCKED, ActionStatus.UNCERTAIN}


async def test_a_hard_stop_row_dressed_up_as_autonomous_never_runs(world: World) -> None:
    """Even with a matching digest and a forged event: the chain of hashes gives the forgery away."""
    action = await world.propose("commit_pricing")
    good = await world.propose("create_briefing", tool="briefing")
    await world.tamper("UPDATE actions SET tier = 'autonomous', status = 'approved' WHERE id = ?", action.id)
    dressed = (await world.get(action)).computed_digest()
    await world.tamper("UPDATE actions SET digest = ?, not_before_us = 0, launch_by_us = ? WHERE id = ?",
                       dressed, 2**60, action.id)  # fmt: skip
    await world.tamper(
        "UPDATE journal SET data = json_set(data, '$.tier', 'autonomous', '$.status', 'approved', '$.digest', ?,"
        " '$.not_before_us', 0, '$.launch_by_us', ?) WHERE subject = ?",
        dressed, 2**60, action.id,
    )  # fmt: skip
    await world.launcher.step()
    assert [entry[0] for entry in world.ledger] == [good.id]
    found = await world.get(action)
    assert found.status is ActionStatus.BLOCKED
    assert found.outcome == "record changed: journal event 1 was changed"


async def test_a_decision_that_is_not_on_record_is_none(world: World) -> None:
    action = await world.propose()
    await world.approve(action)
    await world.tamper("DELETE FROM decisions WHERE action_id = ?", action.id)
    await world.launcher.step()
    assert (await world.get(action)).status is ActionStatus.BLOCKED


@pytest.mark.parametrize("table", ["decisions", "executions", "actions"])
async def test_records_are_kept(world: World, table: str) -> None:
    action = await world.propose()
    await world.approve(action)
    await world.launcher.step()
    with pytest.raises(Exception, match="never deleted"):
        await world.write(lambda tx: tx.execute(f"DELETE FROM {table}"))
    if table == "decisions":
        with pytest.raises(Exception, match="decisions never change"):
            await world.write(lambda tx: tx.execute("UPDATE decisions SET decider = 'eve'"))


async def test_a_stage_that_moved_on_after_the_yes_asks_again(world: World) -> None:
    world.stages["acme"] = Stage.PROSPECTING
    quick = await world.propose("create_briefing", tool="briefing", account_id="acme")
    asked = await world.propose(account_id="acme")
    await world.approve(asked)
    world.stages["acme"] = Stage.NEGOTIATION
    await world.launcher.step()
    for action in (quick, asked):
        again = await world.get(action)
        assert (again.status, again.revision, again.tier) == (ActionStatus.PENDING, 2, Tier.APPROVAL)
    assert world.ledger == []


async def test_a_stage_that_moved_without_consequence_runs_under_a_new_revision(world: World) -> None:
    world.stages["acme"] = Stage.PROSPECTING
    action = await world.propose("create_briefing", tool="briefing", account_id="acme")
    world.stages["acme"] = Stage.QUALIFICATION
    assert await world.launcher.step() == 1
    done = await world.get(action)
    assert (done.status, done.revision) == (ActionStatus.EXECUTED, 2)


async def test_any_change_of_policy_voids_a_yes(world: World) -> None:
    action = await world.propose()
    await world.approve(action)
    world.configure(require_approval=("log_interaction",))
    assert await world.launcher.step() == 0
    assert (await world.get(action)).status is ActionStatus.PENDING


async def test_what_became_a_hard_stop_never_runs(world: World) -> None:
    action = await world.propose()
    await world.approve(action)
    world.configure(hard_stop=("send_proposal",))
    await world.launcher.step()
    assert (await world.get(action)).status is ActionStatus.BLOCKED


async def test_a_pause_holds_and_does_not_lose(world: World) -> None:
    action = await world.propose()
    await world.approve(action)
    world.halted = "ana paused everything"
    assert await world.launcher.step() == 0
    answer = held(await world.begin(action))
    assert (answer.code, answer.why) == (HoldCode.PAUSED, "ana paused everything")
    world.halted = None
    assert await world.launcher.step() == 1


async def test_a_yes_does_not_keep_for_ever(world: World) -> None:
    action = await world.propose()
    await world.approve(action)
    world.halted = "paused"
    await world.clock.advance(1_801)
    world.halted = None
    await world.launcher.step()
    assert (await world.get(action)).status is ActionStatus.EXPIRED
    assert world.ledger == []


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (ToolError("mail server is away"), ActionStatus.FAILED),
        (TimeoutError(), ActionStatus.UNCERTAIN),
        (RuntimeError("boom"), ActionStatus.UNCERTAIN),
    ],
)
async def test_what_a_fragile_tool_raises_is_told_apart(world: World, error: Exception, status: ActionStatus) -> None:
    world.fragile.error = error
    action = await world.propose()
    await world.approve(action)
    await world.launcher.step()
    found = await world.get(action)
    assert found.status is status
    assert found.outcome
    assert await world.launcher.step() == 0


async def test_an_idempotent_tool_is_tried_again_with_the_same_key_and_not_for_ever(world: World) -> None:
    world.repeatable.error = TimeoutError()
    action = await world.propose("create_briefing", tool="briefing")
    await world.launcher.step()
    assert (await world.get(action)).status is ActionStatus.UNCERTAIN
    assert (await world.events(action.id)).count("action.started") == 3
    assert world.ledger == [(action.id, "hello")]


async def test_an_effect_inside_the_database_is_one_with_its_record(world: World) -> None:
    action = await world.propose("send_chat_message", tool="chat")
    await world.launcher.step()
    assert (await world.get(action)).status is ActionStatus.EXECUTED
    world.inside.error = RuntimeError("after the insert")
    other = await world.propose("send_chat_message", tool="chat", text="other")
    await world.launcher.step()
    failed = await world.get(other)
    assert (failed.status, failed.outcome) == (ActionStatus.FAILED, "RuntimeError: after the insert")
    rows = await world.read(lambda reader: reader.rows("SELECT action_id, sender FROM chat_messages"))
    assert [tuple(row) for row in rows] == [(action.id, "persona:helper")]


async def test_after_a_crash_a_fragile_action_is_uncertain_and_a_repeatable_one_runs_again(world: World) -> None:
    fragile = await world.propose()
    await world.approve(fragile)
    repeatable = await world.propose("create_briefing", tool="briefing")
    for action in (fragile, repeatable):
        await world.started(action)
    await world.restart()
    uncertain = await world.launcher.recover()
    assert [action.id for action in uncertain] == [fragile.id]
    assert await world.launcher.step() == 1
    assert world.ledger == [(repeatable.id, "hello")]
    assert (await world.get(fragile)).status is ActionStatus.UNCERTAIN
    assert (await world.get(repeatable)).status is ActionStatus.EXECUTED


async def test_a_late_outcome_of_a_given_up_execution_changes_nothing(world: World) -> None:
    action = await world.propose()
    await world.approve(action)
    begun = await world.started(action)
    await world.launcher.recover()
    late = Outcome(ActionStatus.EXECUTED, "done after all", {})
    assert await world.write(lambda tx: world.gate.finish(tx, begun, late)) is False
    assert (await world.get(action)).status is ActionStatus.UNCERTAIN


async def test_interrupted_then_tightened_is_uncertain_and_not_asked_again(world: World) -> None:
    action = await world.propose("create_briefing", tool="briefing")
    begun = await world.started(action)
    assert isinstance(begun, Execution)
    await world.restart()
    await world.launcher.recover()
    world.configure(require_approval=("create_briefing",))
    await world.launcher.step()
    assert (await world.get(action)).status is ActionStatus.UNCERTAIN


async def test_the_service_starts_what_is_approved_and_stops_when_told(world: World) -> None:
    service = asyncio.create_task(world.launcher.run())
    action = await world.propose()
    await world.approve(action)
    world.launcher.notify()
    await world.clock.advance(2)
    assert (await world.get(action)).status is ActionStatus.EXECUTED
    silent = await world.propose(text="silent")
    await world.clock.advance(1_802)
    assert (await world.get(silent)).status is ActionStatus.EXPIRED
    service.cancel()
    with pytest.raises(asyncio.CancelledError):
        await service
    assert world.launcher.running == ()


async def test_a_change_from_an_outdated_reading_is_refused(world: World) -> None:
    action = await world.propose()
    await world.approve(action)
    rejected = dataclasses.replace(action, status=ActionStatus.REJECTED)
    with pytest.raises(TransitionError, match="changed meanwhile"):
        await world.write(lambda tx: repository.move(tx, action, rejected))
    done = await world.get(action)
    with pytest.raises(TransitionError, match="cannot go from approved to executed"):
        await world.write(lambda tx: repository.move(tx, done, dataclasses.replace(done, status=ActionStatus.EXECUTED)))


@pytest.mark.parametrize("actor", ["persona:helper", "engine", "agent:operator:ana", "operatorana"])
async def test_only_an_operators_channel_carries_a_decision(world: World, actor: str) -> None:
    action = await world.propose()

    def forge(tx: Transaction) -> None:
        approved = dataclasses.replace(
            action, status=ActionStatus.APPROVED, not_before=tx.now, launch_by=tx.now + timedelta(hours=1)
        )
        repository.move(tx, action, approved)
        tx.record("action.approved", action.id, state(approved), actor)
        for name in {actor, actor.rpartition(":")[2]}:
            tx.execute(
                "INSERT INTO decisions (id, action_id, revision, digest, verdict, decider, reason, policy, at_us)"
                " VALUES (?, ?, 1, ?, 'approved', ?, '', '', 0)",
                (name, action.id, action.digest, name),
            )

    await world.write(forge)
    await world.launcher.step()
    assert world.ledger == []
    assert (await world.get(action)).outcome == "record changed: the journal holds no operator's yes to exactly this"


async def test_a_question_dug_up_again_expires_nothing_twice(world: World) -> None:
    action = await world.propose()
    await world.clock.advance(1_800)
    await world.write(world.gate.expire_due)
    await world.tamper("UPDATE actions SET status = 'pending' WHERE id = ?", action.id)
    other = await world.propose(text="other")
    await world.clock.advance(1_800)
    assert await world.write(world.gate.expire_due) == 2
    assert (await world.get(action)).status is ActionStatus.BLOCKED
    assert (await world.get(other)).status is ActionStatus.EXPIRED


async def test_a_proposal_dug_up_again_is_not_withdrawn_twice(world: World) -> None:
    action = await world.propose()
    for _ in range(2):
        await world.write(lambda tx: world.gate.withdraw(tx, action.id, action.proposer, ""))
        await world.tamper("UPDATE actions SET status = 'approved' WHERE id = ?", action.id)
    assert await world.launcher.step() == 0
    assert (await world.get(action)).status is ActionStatus.BLOCKED


@pytest.mark.parametrize("when", ["pending", "approved", "executing"])
@pytest.mark.parametrize(
    "column", ["id", "arguments", "digest", "kind", "status", "proposer", "tier", "policy", "stage"]
)
async def test_a_byte_that_is_no_text_stops_that_action_alone(world: World, column: str, when: str) -> None:
    world.stages["acme"] = Stage.QUALIFICATION
    action = await world.propose(account_id="acme")
    if when != "pending":
        await world.approve(action)
    if when == "executing":
        await world.started(action)
    if column == "id" and when == "executing":
        await world.tamper("DELETE FROM executions")
    if column == "id" and when != "pending":
        await world.tamper("DELETE FROM decisions")
    await world.tamper(f"UPDATE actions SET {column} = CAST(x'66ff6f' AS TEXT) WHERE id = ?", action.id)
    other = await world.propose(text="other")
    await world.approve(other)
    await world.launcher.recover()
    await world.clock.advance(1)
    await world.launcher.step()
    await world.clock.advance(2_000)
    await world.launcher.step()
    await world.write(world.gate.judge_waiting)
    assert world.ledger == [(other.id, "other")]


async def test_a_damaged_journal_event_stops_its_action_alone(world: World) -> None:
    action, other = await world.propose(), await world.propose(text="other")
    await world.approve(action)
    await world.approve(other)
    await world.tamper("UPDATE journal SET data = CAST(x'ff' AS TEXT) WHERE subject = ?", action.id)
    await world.launcher.step()
    assert world.ledger == [(other.id, "other")]
    assert (await world.get(action)).status is ActionStatus.BLOCKED


async def test_removing_the_record_of_a_start_does_not_allow_another(world: World) -> None:
    action = await world.propose()
    await world.approve(action)
    await world.launcher.step()
    await world.tamper("DELETE FROM journal WHERE kind IN ('action.started', 'action.executed')")
    await world.tamper("UPDATE actions SET status = 'approved' WHERE id = ?", action.id)
    await world.launcher.step()
    assert len(world.ledger) == 1
    assert (await world.get(action)).status is ActionStatus.BLOCKED
