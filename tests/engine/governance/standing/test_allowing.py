"""A standing permission: what it answers, what it does not, how often and how long."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from engine.governance import Action, ActionStatus, Execution, Held, HoldCode, Proposal, Stage
from engine.governance.standing import RuleState
from engine.operators import Operator, Role
from engine.storage import Database

from ..support import ANA, BEN, World
from .support import allow, approved_example, read, revoke

APPROVED, PENDING = ActionStatus.APPROVED, ActionStatus.PENDING


async def test_what_is_like_the_example_runs_by_itself_and_proves_it(world: World) -> None:
    example = await approved_example(world)
    rule = await allow(world, example)
    action = await world.propose(text="the next one")
    assert (action.status, action.decided_by) == (APPROVED, rule.actor)
    (decision,) = await world.read(
        lambda reader: reader.rows("SELECT * FROM decisions WHERE action_id = ?", (action.id,))
    )
    assert (decision["decider"], decision["digest"], decision["verdict"]) == (rule.actor, action.digest, "approved")
    assert "ana" in decision["reason"]
    assert await world.events(action.id) == ["action.proposed", "action.approved"]
    assert await world.events(rule.id) == ["rule.allowed", "rule.used"]
    await world.launcher.step()
    assert (await world.get(action)).status is ActionStatus.EXECUTED
    assert [text for _, text in world.ledger] == ["hello", "the next one"]
    assert (await read(world, rule)).uses == 1


async def test_its_yes_can_be_undone_as_long_as_an_operators(world: World) -> None:
    rule = await allow(world, await approved_example(world))
    world.configure(grace_seconds=5.0)
    action = await world.propose(text="second")
    assert action.not_before == world.clock.now() + timedelta(seconds=5)
    await world.launcher.step()
    assert (await world.get(action)).status is APPROVED
    await world.write(lambda tx: world.gate.undo(tx, action.id, BEN))
    undone = await world.get(action)
    assert (undone.status, undone.revision) == (PENDING, 2)
    # What was undone counts as used: the rule did answer.
    assert (await read(world, rule)).uses == 1


@pytest.mark.parametrize(
    ("scope", "change", "covered"),
    [
        ({}, {"text": "other"}, True),
        ({"same": ["/text"]}, {"text": "other"}, False),
        ({"same": ["/text"]}, {"reason": "another reason"}, True),
        ({}, {"text": "other", "proposer": "persona:sales"}, False),
        ({"same_proposer": False}, {"text": "other", "proposer": "persona:sales"}, True),
        ({"same_proposer": False}, {"text": "other", "proposer": "operator:ben"}, True),
        ({"same_proposer": False}, {"text": "other", "proposer": "operator:ana"}, False),
        ({}, {"text": "other", "account_id": "globex"}, False),
        ({"same_account": False}, {"text": "other", "account_id": "globex"}, True),
        ({"same_account": False}, {"text": "other", "account_id": None}, False),
        ({}, {"text": "other", "account_id": None}, False),
        ({}, {"text": "other", "tool": "briefing"}, False),
        ({}, {"text": "other", "kind": "negotiate_terms"}, False),
        ({}, {"text": "other", "kind": " Send-Proposal "}, True),
        ({}, {"text": "other", "must_ask": True}, False),
    ],
)
async def test_it_answers_what_is_like_its_example_and_nothing_else(
    world: World, scope: dict[str, object], change: dict[str, object], covered: bool
) -> None:
    world.stages = {"acme": Stage.PROSPECTING, "globex": Stage.PROSPECTING}
    example = await approved_example(world, account_id="acme")
    await allow(world, example, ANA, **scope)
    asked = {"kind": "send_proposal", "text": "hello", "account_id": "acme", **change}
    action = await world.propose(**asked)  # type: ignore[arg-type]  # test data
    assert action.status is (APPROVED if covered else PENDING)


async def test_a_rule_from_a_stage_holds_only_in_that_stage(world: World) -> None:
    world.stages = {"acme": Stage.NEGOTIATION}
    example = await approved_example(world, "send_follow_up_email", account_id="acme")
    assert example.rule == "stage_gate.negotiation"
    await allow(world, example)
    assert (await world.propose("send_follow_up_email", "two", account_id="acme")).status is APPROVED
    world.stages = {"acme": Stage.CLOSED_LOST}
    assert (await world.propose("send_follow_up_email", "three", account_id="acme")).status is PENDING


async def test_a_stage_that_changes_before_the_start_asks_again(world: World) -> None:
    world.stages = {"acme": Stage.EVALUATION}
    await allow(world, await approved_example(world, account_id="acme"))
    world.configure(grace_seconds=5.0)
    action = await world.propose(text="two", account_id="acme")
    world.stages = {"acme": Stage.NEGOTIATION}
    world.clock.step(timedelta(seconds=5))
    held = await world.begin(action)
    assert isinstance(held, Held)
    assert (held.code, (await world.get(action)).revision) == (HoldCode.ASKED_AGAIN, 2)


async def test_the_twentieth_use_is_its_last_across_restarts(world: World) -> None:
    rule = await allow(world, await approved_example(world), uses=20)
    for number in range(20):
        assert (await world.propose(text=f"n{number}")).status is APPROVED, number
        if number in {7, 19}:
            await world.restart()
    assert (await world.propose(text="n20")).status is PENDING
    now = await read(world, rule)
    assert (now.uses, now.state(world.clock.now())) == (20, RuleState.USED_UP)
    assert (await world.events(rule.id))[-2:] == ["rule.used", "rule.ended"]
    # What it said yes to before it was used up still runs.
    assert await world.launcher.step() == 20


async def test_it_holds_to_its_last_microsecond(world: World) -> None:
    rule = await allow(world, await approved_example(world), lasts_seconds=60)
    world.clock.step(timedelta(seconds=60) - timedelta(microseconds=1))
    last = await world.propose(text="in time")
    assert last.status is APPROVED
    world.clock.step(timedelta(microseconds=1))
    assert (await world.propose(text="too late")).status is PENDING
    # It stood when it answered, and does not when the action would start.
    held = await world.begin(last)
    assert isinstance(held, Held)
    assert held.code is HoldCode.ASKED_AGAIN
    assert "ran out" in held.why
    await world.launcher.step()
    assert (await read(world, rule)).ended is RuleState.EXPIRED
    assert (await world.events(rule.id))[-1] == "rule.ended"
    assert len(world.ledger) == 1


async def test_revoking_asks_again_what_has_not_started(world: World) -> None:
    rule = await allow(world, await approved_example(world))
    started = await world.started(await world.propose(text="started"))
    waiting = await world.propose(text="waiting")
    assert await revoke(world, rule) == 1
    now = await world.get(waiting)
    assert (now.status, now.revision, now.decided_by) == (PENDING, 2, None)
    assert (await world.get(started.action)).status is ActionStatus.EXECUTING
    assert (await world.propose(text="next")).status is PENDING
    await world.approve(now)
    assert isinstance(await world.begin(now), Execution)


async def test_a_revoked_rule_carries_no_start_whatever_the_row_says(world: World) -> None:
    rule = await allow(world, await approved_example(world))
    action = await world.propose(text="waiting")
    await world.tamper("UPDATE actions SET decided_by = 'ana' WHERE id = ?", action.id)
    await revoke(world, rule)
    held = await world.begin(action)
    assert isinstance(held, Held)
    assert (await world.get(action)).status is not ActionStatus.EXECUTING


async def test_an_exact_no_of_an_operator_beats_a_rule(world: World) -> None:
    await allow(world, await approved_example(world))
    action = await world.propose(text="second", must_ask=True)
    await world.reject(action)
    again = await world.propose(text="second")
    assert (again.id, again.status, again.repeats) == (action.id, ActionStatus.REJECTED, 1)


async def test_an_open_question_is_not_asked_twice_and_stays_the_operators(world: World) -> None:
    example = await world.propose()
    await allow(world, example)
    assert (await world.propose()).id == example.id
    assert (await world.get(example)).status is PENDING


async def test_it_needs_no_place_among_the_open_questions(world: World) -> None:
    example = await approved_example(world)
    await allow(world, example)
    world.configure(max_pending=1)
    assert (await world.propose(text="open", proposer="persona:sales")).status is PENDING
    assert (await world.propose(text="allowed")).status is APPROVED


async def test_it_falls_with_its_makers_role(world: World) -> None:
    await allow(world, await approved_example(world), Operator("cid", Role.OPERATOR))
    assert (await world.propose(text="second")).status is APPROVED
    world.configure(operators={"cid": "viewer"})
    assert (await world.propose(text="third")).status is PENDING


async def test_tightening_beats_it_also_for_what_waits(world: World) -> None:
    world.stages = {"acme": Stage.NEGOTIATION}
    example = await approved_example(world, "send_follow_up_email", account_id="acme")
    await allow(world, example)
    waiting = await world.propose("send_follow_up_email", "two", account_id="acme")
    assert waiting.status is APPROVED
    world.configure(require_approval=("send_follow_up_email",))
    await world.write(world.gate.judge_waiting)
    assert (await world.get(waiting)).status is PENDING
    assert (await world.propose("send_follow_up_email", "three", account_id="acme")).status is PENDING
    world.configure(hard_stop=("send_follow_up_email",))
    await world.write(world.gate.judge_waiting)
    assert (await world.get(waiting)).status is ActionStatus.BLOCKED
    blocked = await world.propose("send_follow_up_email", "four", account_id="acme")
    assert blocked.status is ActionStatus.BLOCKED


async def test_a_tool_that_changed_is_not_the_tool_of_the_example(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await allow(world, await approved_example(world))
    monkeypatch.setattr(type(world.fragile), "facts", lambda _, __: {"sender": "somebody else"})
    assert (await world.propose(text="second")).status is PENDING


async def test_uses_are_counted_once_each_when_many_propose_at_once(world: World) -> None:
    rule = await allow(world, await approved_example(world), uses=20)
    await world.database.close()
    world.database = await Database.open(world.path, world.clock)

    async def one(number: int) -> Action:
        proposal = Proposal("send_proposal", "email", {"text": f"n{number}"}, "persona:helper", "because")
        return await world.database.write(lambda tx: world.gate.propose(tx, proposal))

    found = await asyncio.gather(*(one(number) for number in range(50)))
    assert sum(action.status is APPROVED for action in found) == 20
    assert sum(action.status is PENDING for action in found) == 30
    assert (await read(world, rule)).uses == 20
    rows = await world.read(lambda reader: reader.rows("SELECT 1 FROM journal WHERE kind = 'rule.used'"))
    assert len(rows) == 20
