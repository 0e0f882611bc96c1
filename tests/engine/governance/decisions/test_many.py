"""One answer to several questions: each is checked by itself, and partial success is told."""

from __future__ import annotations

from engine.governance import Action, ActionStatus, RefusalCode
from engine.governance.deciding import Decided, Shown
from engine.operators import Operator

from ..support import World
from .support import PAT, QUINN, VIV, ask, edit, refused, shown, taken


async def many(
    world: World, verdict: str, items: list[Shown], operator: Operator = PAT
) -> tuple[tuple[str, Decided], ...]:
    return await world.write(
        lambda tx: world.gate.decisions.many(tx, verdict, items, operator, "not now"),  # type: ignore[arg-type]  # test data
    )


async def asked(world: World, number: int) -> list[Action]:
    return [await world.propose(text=str(each)) for each in range(number)]


async def test_each_is_answered_by_itself(world: World) -> None:
    gone, edited, mine, fine, other = await asked(world, 5)
    await world.reject(gone, QUINN)
    await edit(world, edited, "new", QUINN)
    theirs = await world.propose("discuss_pricing", tool="email")
    own = await world.propose(text="own", proposer="operator:pat")
    items = [shown(each) for each in (mine, gone, edited, fine, theirs, own, other)]
    results = await many(world, "approve", [*items, Shown("nothing", 1, "0" * 64)])
    assert [each for each, _ in results] == [item.id for item in items] + ["nothing"]
    codes = [getattr(answer, "code", None) for _, answer in results]
    assert codes == [
        None,
        RefusalCode.ALREADY_DECIDED,
        RefusalCode.CHANGED,
        None,
        RefusalCode.ANOTHER_KIND,
        RefusalCode.SELF_APPROVAL,
        None,
        RefusalCode.NOT_FOUND,
    ]
    assert "quinn" in refused(results[1][1]).why
    await world.launcher.step()
    assert sorted(world.ledger) == sorted((each.id, str(text)) for text, each in ((2, mine), (3, fine), (4, other)))


async def test_the_same_row_twice_is_answered_once(world: World) -> None:
    (action,) = await asked(world, 1)
    results = await many(world, "approve", [shown(action)] * 2)
    assert taken(results[0][1]).status is ActionStatus.APPROVED
    assert refused(results[1][1]).code is RefusalCode.ALREADY_DECIDED


async def test_a_rejection_of_many_tells_why(world: World) -> None:
    actions = await asked(world, 3)
    await many(world, "reject", [shown(each) for each in actions])
    assert {(await world.get(each)).decision_reason for each in actions} == {"not now"}


async def test_a_quorum_is_not_passed_in_one_go(world: World) -> None:
    ask(world, quorum=2)
    actions = await asked(world, 2)
    items = [shown(each) for each in actions]
    assert {taken(answer).status for _, answer in await many(world, "approve", items)} == {ActionStatus.PENDING}
    assert {refused(answer).code for _, answer in await many(world, "approve", items)} == {RefusalCode.ALREADY_DECIDED}
    assert {taken(each).status for _, each in await many(world, "approve", items, QUINN)} == {ActionStatus.APPROVED}


async def test_a_viewer_answers_none(world: World) -> None:
    actions = await asked(world, 2)
    results = await many(world, "reject", [shown(each) for each in actions], VIV)
    assert {refused(answer).code for _, answer in results} == {RefusalCode.ROLE}
