"""A decision binds to exactly what was shown, once, by somebody who may, in time."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.canonical import JSON
from engine.governance import (
    HARD_STOP_KINDS,
    Action,
    ActionStatus,
    DecisionRefused,
    Proposal,
    ProposalError,
    RefusalCode,
    Risk,
    Stage,
    Tier,
    repository,
)
from engine.operators import Operator, Role
from engine.storage import Transaction

from .support import ANA, BEN, EVE, World


def refused(answer: object) -> DecisionRefused:
    assert isinstance(answer, DecisionRefused)
    return answer


def decided(answer: object) -> Action:
    assert isinstance(answer, Action)
    return answer


async def test_the_tier_decides_where_an_action_begins(world: World) -> None:
    autonomous = await world.propose("create_briefing", tool="briefing")
    asks = await world.propose("send_proposal")
    stopped = await world.propose("commit_pricing")
    assert [action.status for action in (autonomous, asks, stopped)] == [
        ActionStatus.APPROVED, ActionStatus.PENDING, ActionStatus.BLOCKED,
    ]  # fmt: skip
    assert [action.tier for action in (autonomous, asks, stopped)] == [Tier.AUTONOMOUS, Tier.APPROVAL, Tier.HARD_STOP]
    assert asks.effect == "writes 5 characters · cannot be undone"
    assert asks.risk is Risk.HIGH
    assert await world.events(stopped.id) == ["action.proposed"]


async def test_a_yes_makes_it_run_and_a_no_tells_the_proposer(world: World) -> None:
    yes, no = await world.propose(text="yes"), await world.propose(text="no")
    assert decided(await world.approve(yes)).status is ActionStatus.APPROVED
    rejected = decided(await world.reject(no, reason="wrong price"))
    assert (rejected.status, rejected.decision_reason) == (ActionStatus.REJECTED, "wrong price")
    assert await world.launcher.step() == 1
    assert world.ledger == [(yes.id, "yes")]
    done = await world.get(yes)
    assert (done.status, done.decided_by, done.outcome) == (ActionStatus.EXECUTED, "ana", "written")


async def test_the_second_of_two_operators_is_told_who_and_when(world: World) -> None:
    action = await world.propose()
    decided(await world.approve(action, ANA))
    late = refused(await world.reject(action, BEN))
    assert late.code is RefusalCode.ALREADY_DECIDED
    assert late.why == "ana decided at 09:00:00 UTC; it is approved now"
    assert refused(await world.approve(action, ANA)).code is RefusalCode.ALREADY_DECIDED


async def test_what_changed_since_it_was_shown_is_not_decided(world: World) -> None:
    action = await world.propose()
    for revision, digest in ((2, action.digest), (1, "0" * 64)):
        answer = await world.write(
            lambda tx, r=revision, d=digest: world.gate.approve(tx, action.id, r, d, ANA)  # type: ignore[misc]  # mypy: bound default
        )
        assert refused(answer).code is RefusalCode.CHANGED
    assert (await world.get(action)).status is ActionStatus.PENDING
    assert (await world.events(action.id)).count("decision.refused") == 2


async def test_a_viewer_decides_nothing(world: World) -> None:
    action = await world.propose()
    assert refused(await world.approve(action, EVE)).code is RefusalCode.ROLE
    assert refused(await world.reject(action, EVE)).code is RefusalCode.ROLE
    decided(await world.approve(action, ANA))
    undone = await world.write(lambda tx: world.gate.undo(tx, action.id, EVE))
    assert refused(undone).code is RefusalCode.ROLE


async def test_nobody_approves_their_own_proposal(world: World) -> None:
    action = await world.propose(proposer="operator:ana")
    assert refused(await world.approve(action, ANA)).code is RefusalCode.SELF_APPROVAL
    assert decided(await world.approve(action, BEN)).decided_by == "ben"


@pytest.mark.parametrize("kind", sorted(HARD_STOP_KINDS))
async def test_a_hard_stop_is_approved_by_nobody(world: World, kind: str) -> None:
    action = await world.propose(kind)
    for operator in (ANA, BEN, Operator("root", Role.ADMIN)):
        assert refused(await world.approve(action, operator)).code is RefusalCode.HARD_STOP
    assert await world.launcher.step() == 0
    assert world.ledger == []


async def test_silence_is_a_no(world: World) -> None:
    action = await world.propose()
    await world.clock.advance(1_800)
    late = refused(await world.approve(action))
    assert late.code is RefusalCode.EXPIRED
    other = await world.propose(text="other")
    await world.clock.advance(1_799)
    assert await world.write(world.gate.expire_due) == 0
    await world.clock.advance(1)
    assert await world.write(world.gate.expire_due) == 1
    for each in (action, other):
        assert (await world.get(each)).status is ActionStatus.EXPIRED
    assert refused(await world.approve(other)).code is RefusalCode.EXPIRED


async def test_expiry_is_set_per_kind(world: World) -> None:
    world.configure(expiry_seconds_by_kind={"Send Proposal": 60})
    action = await world.propose()
    assert (action.expires - action.created).total_seconds() == 60


async def test_the_same_question_is_asked_once(world: World) -> None:
    first = await world.propose()
    again = await world.propose(kind="Send  PROPOSAL", reason="another reason")
    other = await world.propose(proposer="persona:sales")
    assert (again.id, again.repeats) == (first.id, 1)
    assert other.id != first.id
    decided(await world.reject(first))
    after = await world.propose()
    assert (after.id, after.status, after.repeats) == (first.id, ActionStatus.REJECTED, 2)
    await world.clock.advance(3_600)
    assert (await world.propose()).id != first.id


async def test_a_dedupe_key_is_good_for_one_action_ever(world: World) -> None:
    first = await world.propose("create_briefing", tool="briefing", dedupe_key="message-1")
    await world.launcher.step()
    again = await world.propose("create_briefing", tool="briefing", dedupe_key="message-1")
    assert (again.id, again.status) == (first.id, ActionStatus.EXECUTED)
    await world.propose("create_briefing", tool="briefing")
    await world.launcher.step()
    assert len(world.ledger) == 2


async def test_an_approval_can_be_undone_until_it_starts(world: World) -> None:
    world.configure(grace_seconds=5)
    action = await world.propose()
    approved = decided(await world.approve(action))
    assert await world.launcher.step() == 0
    undone = decided(await world.write(lambda tx: world.gate.undo(tx, action.id, ANA)))
    assert (undone.status, undone.revision) == (ActionStatus.PENDING, 2)
    assert undone.digest != approved.digest
    assert refused(await world.approve(action)).code is RefusalCode.CHANGED
    decided(await world.approve(undone))
    await world.clock.advance(4.9)
    assert await world.launcher.step() == 0
    await world.clock.advance(0.1)
    assert await world.launcher.step() == 1
    late = await world.write(lambda tx: world.gate.undo(tx, action.id, ANA))
    assert refused(late).code is RefusalCode.TOO_LATE
    assert len(world.ledger) == 1


async def test_an_undone_question_makes_way_for_the_same_one_asked_meanwhile(world: World) -> None:
    world.configure(grace_seconds=5)
    action = await world.propose()
    decided(await world.approve(action))
    twin = await world.propose()
    assert twin.id != action.id
    gone = decided(await world.write(lambda tx: world.gate.undo(tx, action.id, ANA)))
    assert gone.status is ActionStatus.WITHDRAWN
    assert (await world.get(twin)).status is ActionStatus.PENDING


async def test_only_the_proposer_withdraws(world: World) -> None:
    action = await world.propose()
    other = await world.write(lambda tx: world.gate.withdraw(tx, action.id, "persona:sales", "x"))
    assert refused(other).code is RefusalCode.ROLE
    mine = await world.write(lambda tx: world.gate.withdraw(tx, action.id, "persona:helper", "done by phone"))
    assert decided(mine).status is ActionStatus.WITHDRAWN
    assert refused(await world.approve(action)).code is RefusalCode.NOT_PENDING


async def test_a_stage_that_moved_on_asks_again(world: World) -> None:
    world.stages["acme"] = Stage.QUALIFICATION
    action = await world.propose(account_id="acme")
    world.stages["acme"] = Stage.NEGOTIATION
    answer = refused(await world.approve(action))
    assert answer.code is RefusalCode.CHANGED
    assert answer.action is not None
    assert (answer.action.revision, answer.action.stage) == (2, Stage.NEGOTIATION)
    assert decided(await world.approve(answer.action)).status is ActionStatus.APPROVED


async def test_a_policy_that_tightened_holds_for_what_waits(world: World) -> None:
    action = await world.propose()
    queued = await world.propose("create_briefing", tool="briefing")
    world.configure(hard_stop=("send_proposal",), require_approval=("create_briefing",))
    assert refused(await world.approve(action)).code is RefusalCode.HARD_STOP
    assert await world.write(world.gate.judge_waiting) == 1
    assert (await world.get(queued)).status is ActionStatus.PENDING
    assert await world.launcher.step() == 0


async def test_a_policy_that_loosened_answers_no_open_question(world: World) -> None:
    world.configure(require_approval=("create_briefing",))
    action = await world.propose("create_briefing", tool="briefing")
    world.configure(require_approval=())
    await world.write(world.gate.judge_waiting)
    waiting = await world.get(action)
    assert (waiting.status, waiting.tier, waiting.revision) == (ActionStatus.PENDING, Tier.APPROVAL, 2)
    assert await world.launcher.step() == 0


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ('{"text":"a","text":"b"}', "appears twice"),
        ('{"text":NaN}', "not a number"),
        ('{"text":"\\ud800"}', "surrogate"),
        ('{"text":' + "[" * 50 + "]" * 50 + "}", "deeper"),
        ('{"text":"' + "x" * 70_000 + '"}', "longer"),
        ('{"text":1}', "text: "),
        ('{"text":"a","more":1}', "more: "),
        ("[]", "arguments"),
        ("{", "line 1"),
        ({"text": "\ud800"}, "surrogate"),
    ],
)
async def test_arguments_are_checked_before_the_guardrails(
    world: World, arguments: str | dict[str, JSON], why: str
) -> None:
    with pytest.raises(ProposalError, match=why):
        await world.write(
            lambda tx: world.gate.propose(tx, Proposal("send_proposal", "email", arguments, "persona:helper", ""))
        )


@pytest.mark.parametrize(
    "changes",
    [{"tool": "teleport"}, {"kind": ""}, {"kind": "\u200b"}, {"kind": "k" * 121}, {"proposer": ""},
     {"reason": "r" * 4_001}, {"account_id": "a" * 201}, {"origin": "\ud800"}],
)  # fmt: skip
async def test_a_malformed_proposal_is_refused_and_that_is_journalled(world: World, changes: dict[str, str]) -> None:
    fields = {"kind": "send_proposal", "tool": "email", "proposer": "persona:helper", "reason": "r", **changes}

    def work(tx: Transaction) -> str:
        with pytest.raises(ProposalError) as caught:
            world.gate.propose(tx, Proposal(arguments={"text": "a"}, **fields))  # type: ignore[arg-type]  # test data
        return caught.value.why

    assert await world.write(work)
    assert await world.events(fields["proposer"] or "nobody") == ["proposal.refused"]


async def test_questions_are_bounded(world: World) -> None:
    world.configure(max_pending=2)
    for text in ("a", "b"):
        await world.propose(text=text)
    with pytest.raises(ProposalError, match="2 questions are open"):
        await world.propose(text="c")
    assert (await world.propose(text="a")).repeats == 1


async def test_the_account_in_the_arguments_is_the_account(world: World) -> None:
    world.stages["acme"] = Stage.NEGOTIATION

    def propose(tx: Transaction, account: str | None) -> Action:
        arguments: dict[str, JSON] = {"account_id": "acme", "summary": "called"}
        return world.gate.propose(
            tx, Proposal("log_interaction", "log_interaction", arguments, "persona:helper", "", account_id=account)
        )

    action = await world.write(lambda tx: propose(tx, None))
    assert (action.account_id, action.status) == ("acme", ActionStatus.PENDING)
    with pytest.raises(ProposalError, match="two accounts"):
        await world.write(lambda tx: propose(tx, "globex"))


async def test_lists_and_counts(world: World, tmp_path: Path) -> None:
    for text in ("a", "b", "c"):
        await world.propose(text=text)
    await world.propose("commit_pricing")
    counts = await world.read(repository.counts)
    assert counts == {ActionStatus.PENDING: 3, ActionStatus.BLOCKED: 1}
    page = await world.read(lambda reader: repository.with_status(reader, ActionStatus.PENDING, limit=2, offset=1))
    assert [action.arguments["text"] for action in page] == ["b", "c"]
    newest = await world.read(lambda reader: repository.latest(reader, proposer="persona:helper", limit=1))
    assert newest[0].kind == "commit_pricing"
