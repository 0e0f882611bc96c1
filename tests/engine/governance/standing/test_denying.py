"""A standing denial: at once, with its reason, before any permission."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.governance import ActionStatus, Stage

from ..support import ANA, BEN, World
from .support import allow, approved_example, deny, read, revoke

REJECTED, PENDING, APPROVED = ActionStatus.REJECTED, ActionStatus.PENDING, ActionStatus.APPROVED


async def test_it_rejects_at_once_with_a_reason_that_the_proposer_reads(world: World) -> None:
    rule = await deny(world, await world.propose(), reason="no proposals before the audit is over")
    action = await world.propose(text="another")
    assert (action.status, action.decided_by) == (REJECTED, rule.actor)
    assert action.decision_reason == "no proposals before the audit is over"
    assert await world.events(action.id) == ["action.proposed", "action.rejected"]
    assert await world.events(rule.id) == ["rule.denied", "rule.used"]
    (decision,) = await world.read(
        lambda reader: reader.rows("SELECT * FROM decisions WHERE action_id = ?", (action.id,))
    )
    assert (decision["verdict"], decision["decider"]) == ("rejected", rule.actor)
    assert await world.launcher.step() == 0


@pytest.mark.parametrize("denial_first", [True, False])
async def test_it_beats_a_permission(world: World, *, denial_first: bool) -> None:
    example = await approved_example(world)
    if denial_first:
        await deny(world, example)
    await allow(world, example)
    if not denial_first:
        await deny(world, example)
    assert (await world.propose(text="next")).status is REJECTED


async def test_it_also_stops_what_would_run_by_itself_in_every_stage(world: World) -> None:
    world.stages = {"acme": Stage.PROSPECTING}
    example = await world.propose("send_follow_up_email", account_id="acme")
    assert example.status is APPROVED
    await deny(world, example, BEN)
    denied = await world.propose("send_follow_up_email", "second", account_id="acme")
    assert denied.status is REJECTED
    world.stages = {"acme": Stage.NEGOTIATION}
    assert (await world.propose("send_follow_up_email", "third", account_id="acme")).status is REJECTED
    assert (await world.propose("send_follow_up_email", "fourth", account_id="globex")).status is PENDING


async def test_somebody_may_deny_what_they_proposed_themselves(world: World) -> None:
    example = await world.propose(proposer="operator:ana")
    await deny(world, example, ANA)
    assert (await world.propose(text="second", proposer="operator:ana")).status is REJECTED


async def test_repeats_of_what_it_rejected_collapse_while_it_stands(world: World) -> None:
    rule = await deny(world, await world.propose())
    first = await world.propose(text="same")
    again = await world.propose(text="same")
    assert (again.id, again.repeats, (await read(world, rule)).uses) == (first.id, 1, 1)
    await revoke(world, rule)
    asked = await world.propose(text="same")
    assert (asked.status, asked.id != first.id) == (PENDING, True)


async def test_it_ends_with_its_uses_and_with_its_time(world: World) -> None:
    example = await world.propose()
    await deny(world, example, uses=2, lasts_seconds=60)
    assert [(await world.propose(text=f"n{number}")).status for number in range(3)] == [REJECTED, REJECTED, PENDING]
    await deny(world, example, uses=2, lasts_seconds=60)
    world.clock.step(timedelta(seconds=60))
    assert (await world.propose(text="late")).status is PENDING


async def test_an_open_question_stays_the_operators(world: World) -> None:
    example = await world.propose()
    await deny(world, example)
    assert (await world.get(example)).status is PENDING
    assert isinstance(await world.approve(example), type(example))
