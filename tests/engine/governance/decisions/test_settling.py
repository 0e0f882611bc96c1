"""What nobody knows is settled by somebody who looked; nothing runs by it."""

from __future__ import annotations

import pytest

from engine.governance import Action, ActionStatus, RefusalCode
from engine.governance.action import LEGAL
from engine.governance.deciding import Decided
from engine.governance.proof import action_breaches
from engine.operators import Operator

from ..support import World
from .support import PAT, VIV, refused, taken


async def uncertain(world: World) -> Action:
    action = await world.propose()
    await world.approve(action)
    await world.begin(action)
    await world.restart()
    await world.launcher.recover()
    found = await world.get(action)
    assert found.status is ActionStatus.UNCERTAIN
    return found


async def settle(world: World, action: Action, operator: Operator = PAT, *, happened: bool = True) -> Decided:
    return await world.write(
        lambda tx: world.gate.decisions.settle(tx, action.id, operator, happened=happened, note="saw the mail")
    )


@pytest.mark.parametrize(("happened", "status"), [(True, "executed"), (False, "failed")])
async def test_an_operator_says_what_became_of_it(world: World, *, happened: bool, status: str) -> None:
    action = await uncertain(world)
    settled = taken(await settle(world, action, happened=happened))
    assert settled.status.value == status
    assert "says pat: saw the mail" in str(settled.outcome)
    await world.launcher.step()
    assert world.ledger == []
    assert (await world.events(action.id))[-1] == "action.settled"
    assert not await world.read(lambda reader: list(action_breaches(reader)))
    assert refused(await settle(world, action, happened=not happened)).code is RefusalCode.TOO_LATE


async def test_only_what_is_uncertain_and_only_by_who_may(world: World) -> None:
    open_one = await world.propose(text="open")
    assert refused(await settle(world, open_one)).code is RefusalCode.TOO_LATE
    action = await uncertain(world)
    assert refused(await settle(world, action, VIV)).code is RefusalCode.ROLE


async def test_a_changed_record_is_not_settled(world: World) -> None:
    action = await uncertain(world)
    await world.tamper("UPDATE actions SET arguments = replace(arguments, 'hello', 'hellO')")
    assert refused(await settle(world, action)).code is RefusalCode.BLOCKED
    assert (await world.get(action)).status is ActionStatus.UNCERTAIN


def test_nothing_leads_from_an_end_back_to_a_start() -> None:
    ends = {ActionStatus.EXECUTED, ActionStatus.FAILED, ActionStatus.REJECTED, ActionStatus.EXPIRED,
            ActionStatus.WITHDRAWN, ActionStatus.BLOCKED}  # fmt: skip
    assert all(not LEGAL[status] for status in ends)
    assert LEGAL[ActionStatus.UNCERTAIN] == {ActionStatus.EXECUTED, ActionStatus.FAILED}
