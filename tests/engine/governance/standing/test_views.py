"""Standing rules as the console and the command line make and get them."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from engine.assembly.handlers.rules import rule_units
from engine.assembly.views.rules import backtest_answer, rule_detail, rule_page
from engine.client.protocol import CommandRefused, Reply
from engine.commands import COMMANDS
from engine.governance import Action
from engine.operators import Operator
from engine.queries import AskBacktest, AskRules

from ..support import ANA, BEN, World
from .support import allow, approved_example


async def send(world: World, name: str, operator: Operator = ANA, **arguments: object) -> Reply:
    """Carry out a command, its arguments as they come through the door."""
    ask = COMMANDS[name].arguments.model_validate_json(json.dumps(arguments))
    reply = await world.write(lambda tx: rule_units(world.gate)[name](tx, ask, operator))
    assert isinstance(reply, Reply)
    return reply


def shown(action: Action) -> dict[str, object]:
    return {"id": action.id, "revision": action.revision, "digest": action.digest}


async def test_a_rule_from_its_making_to_its_end(world: World) -> None:
    example = await approved_example(world)
    made = await send(world, "rule.allow", ANA, **shown(example), same=["/text"], uses=3, lasts_seconds=3_600)
    assert "3 times at most" in made.text
    rule_id = str(made.data["id"])
    now = world.clock.now()
    page = await world.read(lambda reader: rule_page(reader, AskRules(), now))
    (one,) = page.items
    assert (one.id, one.effect, one.made_by, one.state) == (rule_id, "allow", "ana", "active")
    assert (one.uses, one.limit, one.expires_at) == (0, 3, now + timedelta(hours=1))
    assert ("/text", '"hello"') in one.scope
    again = await world.propose()
    assert again.decided_by == f"rule:{rule_id}"
    detail = await world.read(lambda reader: rule_detail(reader, rule_id, now))
    sections = {section.heading: section for section in detail.sections}
    assert (again.status.value, again.id) in sections["Answered"].facts
    assert {event.kind for event in sections["History"].events} == {"rule.allowed", "rule.used"}
    ended = await send(world, "rule.revoke", BEN, id=rule_id[-8:], reason="enough")
    assert "1 action is asked again" in ended.text
    assert (await world.read(lambda reader: rule_page(reader, AskRules(), now))).items == ()
    (gone,) = (await world.read(lambda reader: rule_page(reader, AskRules(ended=True), now))).items
    assert gone.state == "revoked"


async def test_a_denial_says_its_reason(world: World) -> None:
    example = await world.propose()
    await send(world, "rule.deny", ANA, **shown(example), reason="not this year", same_proposer=False)
    page = await world.read(lambda reader: rule_page(reader, AskRules(), world.clock.now()))
    assert (page.items[0].reason, page.items[0].effect) == ("not this year", "deny")
    assert ("proposer", "anybody") in page.items[0].scope


async def test_pages_follow_each_other_newest_first(world: World) -> None:
    example = await approved_example(world)
    made = []
    for _ in range(5):
        world.clock.step(timedelta(seconds=1))
        made.append((await allow(world, example)).id)
    seen: list[str] = []
    after = ""
    while True:
        ask = AskRules(limit=2, after=after)
        page = await world.read(lambda reader, ask=ask: rule_page(reader, ask, world.clock.now()))  # type: ignore[misc]  # bound default
        seen += [one.id for one in page.items]
        if not (after := page.next):
            break
    assert seen == made[::-1]


@pytest.mark.parametrize(("rule", "matched"), [({}, 2), ({"reason": "never"}, 2), ({"same": ["/text"]}, 1)])
async def test_the_backtest_of_both_sorts_of_rules(world: World, rule: dict[str, object], matched: int) -> None:
    example = await approved_example(world)
    await world.reject(await world.propose(text="other"))
    ask = AskBacktest.model_validate_json(json.dumps({"rule": {**shown(example), **rule}}))
    answer = await world.read(lambda reader: backtest_answer(reader, ask, world.clock.now(), world.gate))
    assert (answer.matched, answer.refused) == (matched, "")
    assert len(answer.against) == matched - 1


async def test_the_backtest_says_why_a_rule_cannot_be_made(world: World) -> None:
    example = await world.propose("commit_pricing")
    for rule, why in (({}, "hard stop"), ({"same": ["/nothing"]}, "no argument /nothing")):
        ask = AskBacktest.model_validate({"rule": {**shown(example), **rule}})
        answer = await world.read(lambda reader, ask=ask: backtest_answer(reader, ask, world.clock.now(), world.gate))  # type: ignore[misc]  # bound default
        assert why in answer.refused
    with pytest.raises(CommandRefused):
        await send(world, "rule.allow", id="nothing", revision=1, digest="0" * 64)
