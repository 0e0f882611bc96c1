"""Hints: who looks at a question, what is out of sight, what waits too long. None of them decides anything."""

from __future__ import annotations

import pytest

from engine.governance import ActionStatus, RefusalCode
from engine.governance.attention import CLAIM_SECONDS, Attention, attention
from engine.governance.deciding import Claimed, Snoozed

from ..support import World
from .support import PAT, QUINN, VIV, edit, refused, taken


async def look(world: World) -> Attention:
    return await world.read(lambda reader: attention(reader, world.clock.now()))


async def claim(world: World, action_id: str, operator: object = PAT) -> object:
    return await world.write(lambda tx: world.gate.decisions.claim(tx, action_id, operator))  # type: ignore[arg-type]  # test data


async def snooze(world: World, action_id: str, seconds: int) -> object:
    return await world.write(lambda tx: world.gate.decisions.snooze(tx, action_id, PAT, seconds))


async def test_a_claim_is_seen_by_the_others_and_lapses(world: World) -> None:
    action = await world.propose()
    assert await claim(world, action.id) == Claimed(action)
    second = await claim(world, action.id, QUINN)
    assert isinstance(second, Claimed)
    assert second.others == ("pat",)
    assert (await look(world)).claims == {action.id: ("pat", "quinn")}
    await world.clock.advance(CLAIM_SECONDS - 1)
    await claim(world, action.id, QUINN)
    await world.clock.advance(1)
    assert (await look(world)).claims == {action.id: ("quinn",)}
    await world.write(lambda tx: world.gate.decisions.release(tx, action.id, QUINN))
    assert (await look(world)).claims == {}


async def test_a_claim_is_no_lock_and_ends_with_the_answer(world: World) -> None:
    action = await world.propose()
    await claim(world, action.id, PAT)
    await claim(world, action.id, QUINN)
    assert taken(await world.approve(action, QUINN)).status is ActionStatus.APPROVED
    assert (await look(world)).claims == {action.id: ("pat",)}


async def test_only_who_may_decide_claims_and_snoozes_and_only_what_is_open(world: World) -> None:
    action = await world.propose()
    assert refused(await claim(world, action.id, VIV)).code is RefusalCode.ROLE
    assert refused(await claim(world, "nothing")).code is RefusalCode.NOT_FOUND
    await world.reject(action, PAT)
    assert refused(await claim(world, action.id)).code is RefusalCode.ALREADY_DECIDED
    assert refused(await snooze(world, action.id, 60)).code is RefusalCode.ALREADY_DECIDED


async def test_a_snoozed_question_comes_back_by_itself_and_keeps_its_deadline(world: World) -> None:
    action = await world.propose()
    snoozed = await snooze(world, action.id, 300)
    assert isinstance(snoozed, Snoozed)
    assert list((await look(world)).snoozed) == [action.id]
    assert (await world.get(action)).expires == action.expires
    await world.clock.advance(299)
    assert list((await look(world)).snoozed) == [action.id]
    await world.clock.advance(1)
    assert (await look(world)).snoozed == {}
    await snooze(world, action.id, 86_400)
    assert (await look(world)).snoozed == {action.id: action.expires}
    await world.clock.advance(1_500)
    assert refused(await world.approve(action)).code is RefusalCode.EXPIRED
    assert (await look(world)).snoozed == {}


async def test_a_snooze_can_be_taken_back_and_does_not_keep_from_answering(world: World) -> None:
    action = await world.propose()
    await snooze(world, action.id, 300)
    back = await snooze(world, action.id, 0)
    assert isinstance(back, Snoozed)
    assert back.until is None
    assert (await look(world)).snoozed == {}
    await snooze(world, action.id, 300)
    assert taken(await world.approve(action)).status is ActionStatus.APPROVED
    assert (await look(world)).snoozed == {}


@pytest.mark.parametrize("way", ["edit", "escalate"])
async def test_what_is_another_question_now_is_in_sight(world: World, way: str) -> None:
    action = await world.propose()
    await snooze(world, action.id, 1_700)
    if way == "edit":
        await edit(world, action, "other")
    else:
        await world.clock.advance(900)
        await world.write(world.gate.escalate_due)
    assert (await look(world)).snoozed == {}


async def test_half_of_the_time_is_told_once_for_each_revision(world: World) -> None:
    action = await world.propose()
    await world.clock.advance(899)
    assert not await world.read(lambda reader: world.gate.anything_due(reader, world.clock.now()))
    assert await world.write(world.gate.escalate_due) == 0
    await world.clock.advance(1)
    assert await world.write(world.gate.escalate_due) == 1
    assert await world.write(world.gate.escalate_due) == 0
    assert (await look(world)).escalated == {action.id}
    edited = taken(await edit(world, action, "other"))
    assert (await look(world)).escalated == frozenset()
    await world.clock.advance(899)
    assert await world.write(world.gate.escalate_due) == 0
    await world.clock.advance(1)
    await world.launcher.step()
    assert (await world.events(action.id)).count("action.escalated") == 2
    assert taken(await world.approve(edited)).status is ActionStatus.APPROVED
    assert (await look(world)).escalated == frozenset()


async def test_a_damaged_id_does_not_keep_the_sweep_busy(world: World) -> None:
    action = await world.propose()
    await world.tamper("UPDATE actions SET id = CAST(x'ff' || substr(id, 2) AS TEXT) WHERE id = ?", action.id)
    await world.clock.advance(900)
    assert await world.write(world.gate.escalate_due) == 0
    await world.launcher.step()
