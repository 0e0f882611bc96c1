"""Other arguments for an open question: a new revision that still has to be answered."""

from __future__ import annotations

import json

import pytest

from engine.canonical import JSON
from engine.governance import ActionStatus, RefusalCode, Stage, Tier, repository
from engine.governance.revision_diff import LONGEST, MOST, Change, changes_between
from engine.storage import Reader

from ..support import World
from .support import PAT, QUINN, VIV, ask, edit, refused, shown, taken


async def told(world: World, action_id: str) -> dict[str, object]:
    def read(reader: Reader) -> dict[str, object]:
        row = reader.row("SELECT data FROM journal WHERE subject = ? AND kind = 'action.edited'", (action_id,))
        assert row is not None
        data: dict[str, object] = json.loads(row["data"])
        return data

    return await world.read(read)


async def test_an_edit_is_a_new_revision_that_has_to_be_answered(world: World) -> None:
    action = await world.propose(text="Dear Jo, take 40 seats")
    edited = taken(await edit(world, action, "Dear Jo"))
    assert (edited.revision, edited.status, edited.edited_by) == (2, ActionStatus.PENDING, "pat")
    assert edited.digest != action.digest
    assert await world.get(action) == edited
    assert refused(await world.approve(action, QUINN)).code is RefusalCode.CHANGED
    await world.launcher.step()
    assert world.ledger == []
    taken(await world.approve(edited, PAT))
    await world.launcher.step()
    assert world.ledger == [(action.id, "Dear Jo")]
    data = await told(world, action.id)
    assert data["changes"] == [["/text", "Dear Jo, take 40 seats", "Dear Jo"]]
    assert data["edit_reason"] == "shorter"


async def test_an_edit_voids_every_yes_so_far(world: World) -> None:
    ask(world, quorum=2)
    action = await world.propose()
    action = taken(await world.approve(action, QUINN))
    assert action.status is ActionStatus.PENDING
    edited = taken(await edit(world, action, "other"))
    assert taken(await world.approve(edited, PAT)).status is ActionStatus.PENDING
    assert taken(await world.approve(edited, QUINN)).status is ActionStatus.APPROVED


async def test_the_proposer_cannot_approve_what_they_edit(world: World) -> None:
    action = await world.propose(proposer="operator:pat")
    edited = taken(await edit(world, action, "mine", PAT))
    assert refused(await world.approve(edited, PAT)).code is RefusalCode.SELF_APPROVAL
    again = taken(await edit(world, edited, "theirs", QUINN))
    assert refused(await world.approve(again, PAT)).code is RefusalCode.SELF_APPROVAL
    assert taken(await world.approve(again, QUINN)).status is ActionStatus.APPROVED


async def test_an_edit_can_make_a_hard_stop_and_never_an_easier_question(world: World) -> None:
    stop = {"name": "no", "why": "never", "arguments": [{"at": "/text", "glob": "*discount*"}], "tier": "hard_stop"}
    ask(world, **stop)
    action = await world.propose()
    blocked = taken(await edit(world, action, "a discount of 90 %"))
    assert (blocked.status, blocked.tier) == (ActionStatus.BLOCKED, Tier.HARD_STOP)
    assert refused(await world.approve(blocked, QUINN)).code is RefusalCode.HARD_STOP
    world.configure(require_approval=("create_briefing",))
    asked = await world.propose("create_briefing", tool="briefing")
    assert asked.status is ActionStatus.PENDING
    world.configure(require_approval=())
    edited = taken(await edit(world, asked, "easier now"))
    assert (edited.status, edited.tier) == (ActionStatus.PENDING, Tier.APPROVAL)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ('{"text": "a", "text": "b"}', "text"),
        ('{"text": NaN}', ""),
        ('["text"]', "object"),
        ('{"text": 5}', "text"),
        ('{"body": "a"}', ""),
        ('{"text": "hello"}', "already"),
        ("{" + '"a":{' * 200 + "}" * 201, ""),
        (json.dumps({"text": "a" * 70_000}), ""),
    ],
)
async def test_what_the_tool_does_not_take_changes_nothing(world: World, arguments: str, said: str) -> None:
    action = await world.propose()
    answer = refused(await world.write(lambda tx: world.gate.decisions.edit(tx, shown(action), PAT, arguments, "")))
    assert answer.code is RefusalCode.INVALID
    assert said in answer.why
    assert await world.get(action) == action
    assert taken(await world.approve(action)).status is ActionStatus.APPROVED


async def test_who_may_not_decide_may_not_edit(world: World) -> None:
    action = await world.propose()
    assert refused(await edit(world, action, "x", VIV)).code is RefusalCode.ROLE
    taken(await world.reject(action, PAT))
    assert refused(await edit(world, action, "x")).code is RefusalCode.ALREADY_DECIDED


async def test_an_edit_names_no_other_account(world: World) -> None:
    world.stages["acme"] = Stage.PROSPECTING
    action = await world.propose(account_id="acme")
    edited = taken(await edit(world, action, "other"))
    assert edited.account_id == "acme"


async def test_the_old_question_is_not_asked_again(world: World) -> None:
    action = await world.propose(text="old")
    edited = taken(await edit(world, action, "new"))
    for text in ("old", "new"):
        again = await world.propose(text=text)
        assert (again.id, again.revision) == (action.id, edited.revision)
    assert (await world.get(action)).repeats == 2
    assert await world.read(lambda reader: repository.count(reader, ActionStatus.PENDING)) == 1


async def test_two_questions_are_not_edited_into_one(world: World) -> None:
    first, second = await world.propose(text="first"), await world.propose(text="second")
    answer = refused(await edit(world, second, "first"))
    assert first.id in answer.why
    theirs = await world.propose(text="third", proposer="persona:sales")
    assert taken(await edit(world, theirs, "first")).status is ActionStatus.PENDING


async def test_an_edit_begins_a_new_time(world: World) -> None:
    action = await world.propose()
    await world.clock.advance(1_799)
    edited = taken(await edit(world, action, "late"))
    assert (edited.expires - edited.asked_at).total_seconds() == 1_800
    await world.clock.advance(1_799)
    assert taken(await world.approve(edited)).status is ActionStatus.APPROVED


def test_differences_are_told_place_by_place() -> None:
    before: JSON = {"to": ["a", "b"], "a/b": {"x": 1, "~": True}, "same": [1, {"y": None}], "gone": 0}
    after: JSON = {"to": ["a", "c", "d"], "a/b": {"x": "1", "~": True}, "same": [1, {"y": None}], "new": {}}
    assert changes_between(before, after) == (
        Change("/to/1", "b", "c"),
        Change("/to/2", None, "d"),
        Change("/a~1b/x", "1", "1"),
        Change("/gone", "0", None),
        Change("/new", None, "{}"),
    )


def test_differences_are_bounded() -> None:
    many = changes_between({}, {str(number): "x" * (LONGEST + 9) for number in range(MOST + 9)})
    assert len(many) == MOST
    assert many[0].after is not None
    assert len(many[0].after) == LONGEST
