"""Questions as operators see them: the late ones first, then by risk, what is snoozed last."""

from __future__ import annotations

from engine.assembly.views.action_detail import action_detail
from engine.assembly.views.actions import approvals_view
from engine.governance.deciding import Shown
from engine.view import ApprovalsView

from ..support import World
from .support import PAT, QUINN, ask, edit, taken


async def look(world: World) -> ApprovalsView:
    return await world.read(lambda reader: approvals_view(reader, world.clock.now(), world.settings))


async def test_the_order_and_the_counts(world: World) -> None:
    late = await world.propose("create_thing", "late", tool="briefing")
    await world.clock.advance(900)
    await world.launcher.step()
    low = await world.propose("other_thing", "low", tool="chat")
    aside = await world.propose(text="aside")
    high = await world.propose(text="first")
    await world.write(lambda tx: world.gate.decisions.snooze(tx, aside.id, PAT, 600))
    view = await look(world)
    assert [item.id for item in view.items] == [late.id, high.id, low.id, aside.id]
    assert (view.pending, view.snoozed) == (4, 1)
    assert [item.escalated for item in view.items] == [True, False, False, False]
    assert view.items[-1].snoozed_until is not None
    await world.clock.advance(600)
    view = await look(world)
    assert view.snoozed == 0
    assert view.items[-1].id == low.id


async def test_who_looks_who_said_yes_and_what_is_simple(world: World) -> None:
    simple = await world.propose("other_thing", tool="chat")
    ask(world, quorum=2)
    several = await world.propose()
    await world.approve(several, QUINN)
    await world.write(lambda tx: world.gate.decisions.claim(tx, several.id, PAT))
    items = {item.id: item for item in (await look(world)).items}
    assert items[simple.id].simple
    shown = items[several.id]
    assert (shown.quorum, shown.granted_by, shown.claimed_by, shown.simple) == (2, ("quinn",), "pat", False)
    await world.approve(several, PAT)
    items = {item.id: item for item in (await look(world)).items}
    assert (items[several.id].granted_by, items[several.id].claimed_by) == (("quinn", "pat"), "")


async def test_hurried_approvals_are_told_with_the_operator(world: World) -> None:
    for number in range(10):
        action = await world.propose(text=str(number))
        await world.clock.advance(1)
        await world.approve(action, PAT)
    ((name, why),) = (await look(world)).fatigue
    assert name == "pat"
    assert "10 approvals in a row" in why


async def test_the_detail_tells_every_change_and_every_answer(world: World) -> None:
    action = await world.propose(text="first")
    edited = taken(await edit(world, action, "second", PAT, "plainer"))
    again = taken(await edit(world, edited, "third", QUINN, ""))
    await world.write(
        lambda tx: world.gate.decisions.many(
            tx, "reject", [Shown(again.id, again.revision, again.digest)], QUINN, "not now"
        )
    )
    found = await world.read(lambda reader: action_detail(reader, action.id, world.clock.now()))
    sections = {section.heading: section for section in found.sections}
    changes = sections["Changes"].facts
    assert [pair for pair in changes if pair[0] == "/text"] == [
        ("/text", "second → third"),
        ("/text", "first → second"),
    ]
    assert "by pat" in changes[-2][1]
    assert changes[-2][1].endswith(": plainer")
    answers = sections["Answers"].facts
    assert [name for name, _ in answers] == ["quinn", "quinn", "pat"]
    assert "rejected revision 3" in answers[0][1]
    assert answers[0][1].endswith(": not now")
    assert dict(sections["Action"].facts)["revision"] == "3, edited by quinn"
