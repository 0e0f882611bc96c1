"""Several distinct people have to say yes, and the journal has to prove each of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.governance import ActionStatus, Held, RefusalCode
from engine.governance.decisions import standing_yes
from engine.operators import Operator, Role

from ..support import World
from .support import PAT, QUINN, ROBIN, VIV, ask, refused, taken, undo


async def test_nothing_runs_before_the_last_yes(world: World) -> None:
    ask(world, quorum=3)
    action = await world.propose()
    assert action.quorum == 3
    for operator, status in ((PAT, "pending"), (QUINN, "pending"), (ROBIN, "approved")):
        await world.launcher.step()
        assert world.ledger == []
        assert taken(await world.approve(action, operator)).status.value == status
    await world.launcher.step()
    assert world.ledger == [(action.id, "hello")]
    assert await world.events(action.id) == [
        "action.proposed",
        "action.granted",
        "action.granted",
        "action.approved",
        "action.started",
        "action.executed",
    ]


async def test_who_said_yes_is_told(world: World) -> None:
    ask(world, quorum=3)
    action = await world.propose()
    for operator in (QUINN, PAT):
        await world.approve(action, operator)
    assert await world.read(standing_yes) == {(action.id, 1): ("quinn", "pat")}
    await undo(world, action, QUINN)
    assert await world.read(standing_yes) == {(action.id, 1): ("pat",)}


@pytest.mark.parametrize(
    ("second", "code"),
    [
        (PAT, RefusalCode.ALREADY_DECIDED),
        (replace(PAT, name="PAT", identity="key SHA256:other"), RefusalCode.ALREADY_DECIDED),
        (replace(PAT, name="patricia"), RefusalCode.SAME_PERSON),
        (VIV, RefusalCode.ROLE),
    ],
)
async def test_one_person_is_one_yes(world: World, second: Operator, code: RefusalCode) -> None:
    ask(world, quorum=2)
    action = await world.propose()
    await world.approve(action, PAT)
    assert refused(await world.approve(action, second)).code is code
    assert (await world.get(action)).status is ActionStatus.PENDING
    assert taken(await world.approve(action, QUINN)).status is ActionStatus.APPROVED


async def test_two_names_at_one_unnamed_seat_are_one_person(world: World) -> None:
    ask(world, quorum=2)
    action = await world.propose()
    await world.approve(action, Operator("ana", Role.OPERATOR))
    assert refused(await world.approve(action, Operator("ben", Role.OPERATOR))).code is RefusalCode.SAME_PERSON


async def test_the_proposer_is_none_of_them(world: World) -> None:
    ask(world, quorum=2)
    action = await world.propose(proposer="operator:pat")
    assert refused(await world.approve(action, PAT)).code is RefusalCode.SELF_APPROVAL


async def test_one_no_is_enough(world: World) -> None:
    ask(world, quorum=3)
    action = await world.propose()
    await world.approve(action, PAT)
    await world.approve(action, QUINN)
    assert taken(await world.reject(action, ROBIN, "no")).status is ActionStatus.REJECTED
    assert refused(await world.approve(action, ROBIN)).code is RefusalCode.ALREADY_DECIDED


async def test_each_takes_back_their_own_yes_and_can_give_it_again(world: World) -> None:
    ask(world, quorum=2)
    action = await world.propose()
    await world.approve(action, PAT)
    assert refused(await undo(world, action, QUINN)).code is RefusalCode.TOO_LATE
    undone = taken(await undo(world, action, PAT))
    assert (undone.status, undone.revision) == (ActionStatus.PENDING, 1)
    assert taken(await world.approve(action, QUINN)).status is ActionStatus.PENDING
    assert taken(await world.approve(action, PAT)).status is ActionStatus.APPROVED
    await world.launcher.step()
    assert len(world.ledger) == 1


async def test_taken_back_in_the_grace_period_everything_is_asked_again(world: World) -> None:
    world.configure(grace_seconds=5)
    ask(world, quorum=2)
    action = await world.propose()
    await world.approve(action, PAT)
    await world.approve(action, QUINN)
    again = taken(await undo(world, action, ROBIN))
    assert (again.status, again.revision) == (ActionStatus.PENDING, 2)
    assert taken(await world.approve(again, PAT)).status is ActionStatus.PENDING


async def test_a_quorum_that_rises_voids_what_was_said(world: World) -> None:
    action = await world.propose()
    assert taken(await world.approve(action, PAT)).status is ActionStatus.APPROVED
    ask(world, quorum=2)
    held = await world.begin(action)
    assert isinstance(held, Held)
    now = await world.get(action)
    assert (now.status, now.quorum) == (ActionStatus.PENDING, 2)
    assert taken(await world.approve(now, PAT)).status is ActionStatus.PENDING


async def test_a_quorum_never_falls(world: World) -> None:
    ask(world, quorum=2)
    action = await world.propose()
    ask(world, tier="approval")
    assert await world.write(world.gate.judge_waiting) == 1
    now = await world.get(action)
    assert now.quorum == 2
    assert taken(await world.approve(now, PAT)).status is ActionStatus.PENDING


async def test_expiry_and_grace_come_from_the_policy(world: World) -> None:
    ask(world, quorum=2, expiry_seconds=60, grace_seconds=30)
    action = await world.propose()
    assert (action.expires - action.created).total_seconds() == 60
    await world.approve(action, PAT)
    approved = taken(await world.approve(action, QUINN))
    assert approved.not_before is not None
    assert approved.launch_by is not None
    assert (approved.not_before - world.clock.now()).total_seconds() == 30
    assert (approved.launch_by - approved.not_before).total_seconds() == 60


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM decisions WHERE decider = 'pat'",
        "UPDATE decisions SET decider = 'eve' WHERE decider = 'pat'",
        "UPDATE decisions SET seat = 'key SHA256:eve' WHERE decider = 'pat'",
        "UPDATE decisions SET digest = replace(digest, substr(digest, 1, 1), 'x') WHERE decider = 'pat'",
        "UPDATE decisions SET verdict = 'undone' WHERE decider = 'pat'",
        "UPDATE decisions SET revision = 2 WHERE decider = 'pat'",
        "UPDATE actions SET quorum = 1",
        "UPDATE actions SET quorum = 3",
        "UPDATE actions SET edited_by = 'pat'",
        "UPDATE actions SET asked_us = created_us + 1",
        "UPDATE actions SET arguments = replace(arguments, 'hello', 'hellO')",
        "UPDATE journal SET actor = 'operator:eve' WHERE kind = 'action.granted'",
        "UPDATE journal SET data = replace(data, 'SHA256:pat', 'SHA256:paT') WHERE kind = 'action.granted'",
        "DELETE FROM journal WHERE kind = 'action.granted'",
    ],
)
@pytest.mark.parametrize("when", ["between the yeses", "before the start"])
async def test_a_changed_byte_keeps_it_from_running(world: World, change: str, when: str) -> None:
    ask(world, quorum=2)
    action = await world.propose()
    await world.approve(action, PAT)
    if when == "between the yeses":
        await world.tamper(change)
        await world.approve(await world.get(action), QUINN)
    else:
        await world.approve(action, QUINN)
        await world.tamper(change)
    await world.launcher.step()
    assert world.ledger == []
    now = await world.get(action)
    deleted = change.startswith("DELETE FROM journal") and when == "between the yeses"
    # A yes that the journal never knew is no yes; the question just stays open.
    assert now.status is (ActionStatus.PENDING if deleted else ActionStatus.BLOCKED)
    if not deleted:
        assert "record changed" in str(now.outcome)
