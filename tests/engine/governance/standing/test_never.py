"""Where there is no standing permission, whoever asks for it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.commands import RevokeRule
from engine.governance import ActionStatus, Stage
from engine.governance.budgets import Allowance, Measure
from engine.governance.standing import MAX_LIVE, StandingCode, StandingError

from ..support import ANA, BEN, EVE, World
from .support import allow, approved_example, deny, refused, revoke


async def test_not_for_a_hard_stop(world: World) -> None:
    assert await refused(world, await world.propose("commit_pricing"), BEN) is StandingCode.HARD_STOP
    # Nor where it became one since.
    example = await approved_example(world)
    world.configure(hard_stop=("send_proposal",))
    assert await refused(world, example, BEN) is StandingCode.HARD_STOP


async def test_not_for_what_runs_by_itself(world: World) -> None:
    assert await refused(world, await world.propose("create_briefing", tool="briefing")) is StandingCode.NEVER


async def test_not_where_the_proposer_always_asks(world: World) -> None:
    told = await world.propose("create_briefing", tool="briefing", must_ask=True)
    assert await refused(world, told) is StandingCode.NEVER
    assert await refused(world, await world.propose(must_ask=True)) is StandingCode.NEVER


async def test_not_from_ones_own_proposal(world: World) -> None:
    own = await world.propose(proposer="operator:ana")
    assert await refused(world, own, ANA) is StandingCode.SELF_APPROVAL
    await allow(world, own, BEN)


async def test_not_by_a_viewer(world: World) -> None:
    assert await refused(world, await world.propose(), EVE) is StandingCode.ROLE


async def test_not_from_what_nobody_decided(world: World) -> None:
    expired = await world.propose()
    world.clock.step(timedelta(hours=1))
    await world.write(world.gate.expire_due)
    assert (await world.get(expired)).status is ActionStatus.EXPIRED
    assert await refused(world, expired) is StandingCode.NEVER


async def test_not_from_a_rules_own_answer(world: World) -> None:
    await allow(world, await approved_example(world))
    answered = await world.propose(text="second")
    await world.launcher.step()
    assert await refused(world, answered) is StandingCode.NEVER


async def test_not_from_another_version_than_was_shown(world: World) -> None:
    example = await world.propose()
    assert await refused(world, example, revision=2) is StandingCode.CHANGED
    assert await refused(world, example, digest="0" * 64) is StandingCode.CHANGED


async def test_not_where_the_guardrails_judge_otherwise_by_now(world: World) -> None:
    world.stages = {"acme": Stage.NEGOTIATION}
    example = await approved_example(world, "send_follow_up_email", account_id="acme")
    world.stages = {"acme": Stage.EVALUATION}
    assert await refused(world, example) is StandingCode.CHANGED
    world.stages = {"acme": Stage.PROSPECTING}
    assert await refused(world, example) is StandingCode.CHANGED


async def test_not_from_a_record_that_was_changed(world: World) -> None:
    example = await approved_example(world)
    await world.tamper('UPDATE actions SET arguments = \'{"text":"x"}\' WHERE id = ?', example.id)
    assert await refused(world, example) is StandingCode.BLOCKED


async def test_not_because_a_budget_is_used_up(world: World) -> None:
    world.gate.limit([Allowance("kind:send_follow_up_email", Measure.ACTIONS_PER_HOUR, 0)])
    example = await world.propose("send_follow_up_email")
    assert example.rule == "budget.actions_per_hour"
    assert await refused(world, example) is StandingCode.NEVER


async def test_not_about_an_argument_that_is_not_there(world: World) -> None:
    assert await refused(world, await world.propose(), same=["/to"]) is StandingCode.INVALID
    assert await refused(world, await world.propose(), same=["text"]) is StandingCode.INVALID


async def test_not_without_end(world: World) -> None:
    example = await world.propose()
    for _ in range(MAX_LIVE):
        await allow(world, example)
    assert await refused(world, example) is StandingCode.FULL
    world.clock.step(timedelta(days=2))
    await allow(world, await world.propose(text="new"))


async def test_a_denial_from_any_of_these_can_be_made(world: World) -> None:
    await deny(world, await world.propose("create_briefing", tool="briefing"))
    await deny(world, await world.propose(must_ask=True))


@pytest.mark.parametrize("again", ["revoked", "ran out", "unknown"])
async def test_a_rule_ends_once(world: World, again: str) -> None:
    rule = await allow(world, await world.propose(), lasts_seconds=60)
    if again == "revoked":
        await revoke(world, rule)
    elif again == "ran out":
        world.clock.step(timedelta(seconds=60))
    ask = RevokeRule(id=rule.id if again != "unknown" else "nothing")
    with pytest.raises(StandingError) as caught:
        await world.write(lambda tx: world.gate.revoke_rule(tx, ask.id, BEN, ""))
    assert caught.value.code == (StandingCode.NOT_FOUND if again == "unknown" else StandingCode.ENDED).value
