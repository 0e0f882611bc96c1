"""Standing rules under a policy file: what it asks besides is asked again, and nothing in it lets them go further."""

from __future__ import annotations

from datetime import timedelta

from engine.governance import ActionFacts, ActionStatus
from engine.governance.policy import parse_policy
from engine.governance.standing import StandingCode

from ..support import World
from .support import allow, approved_example, refused

APPROVED, PENDING = ActionStatus.APPROVED, ActionStatus.PENDING
ASKS = """
[[rule]]
name = "careful"
why = "Mail about sums is read by somebody."
tier = "approval"
kinds = ["send_proposal"]
arguments = [{ at = "/text", glob = "*sum*" }]
"""
TWO = """
[[rule]]
name = "two"
why = "Two have to agree."
kinds = ["send_proposal"]
quorum = 2
"""
MORNINGS = """
[[rule]]
name = "mornings"
why = "In the morning somebody is asked."
tier = "approval"
kinds = ["create_briefing", "send_proposal"]
when = { start = "08:00", end = "10:00" }
"""
BUDGET = """
[[limit]]
name = "few"
subject = "kind:send_proposal"
measure = "actions_per_hour"
value = 2

[[rule]]
name = "few-proposals"
why = "More than two an hour are read."
tier = "approval"
kinds = ["send_proposal"]
budget = "few"
"""


async def put(world: World, text: str) -> None:
    """Another policy file, as the engine would take it."""
    rules = parse_policy(text, "policy.toml", world.settings)
    world.gate.configure(world.settings, rules)
    await world.write(world.gate.judge_waiting)


async def test_a_rule_added_since_asks_again_where_it_matches(world: World) -> None:
    await allow(world, await approved_example(world))
    waiting = await world.propose(text="the sum")
    assert waiting.status is APPROVED
    await put(world, ASKS)
    assert (await world.get(waiting)).status is PENDING
    assert (await world.propose(text="another sum")).status is PENDING
    assert (await world.propose(text="no figures")).status is APPROVED


async def test_a_rule_from_what_two_guardrails_asked_answers_both_or_either(world: World) -> None:
    await put(world, ASKS)
    rule = await allow(world, await approved_example(world, text="a sum"))
    assert len(rule.scope.guardrails) == 2
    assert (await world.propose(text="another sum")).status is APPROVED
    assert (await world.propose(text="no figures")).status is APPROVED


async def test_what_needs_several_is_never_answered(world: World) -> None:
    example = await approved_example(world)
    await allow(world, example)
    await put(world, TWO)
    assert (await world.propose(text="second")).status is PENDING
    assert await refused(world, example) is StandingCode.NEVER


async def test_what_a_budget_of_the_policy_asks_is_never_answered(world: World) -> None:
    await put(world, BUDGET)
    await allow(world, await approved_example(world))
    assert (await world.propose(text="second")).status is APPROVED
    await world.launcher.step()
    assert (await world.propose(text="third")).status is PENDING
    world.clock.step(timedelta(hours=1))
    assert (await world.propose(text="fourth")).status is APPROVED


async def test_what_only_the_hour_asks_is_answered_by_nobody_for_later(world: World) -> None:
    await put(world, MORNINGS)
    briefing = await world.propose("create_briefing", tool="briefing")
    assert (briefing.status, await refused(world, briefing)) == (PENDING, StandingCode.NEVER)
    await allow(world, await approved_example(world))
    assert (await world.propose(text="second")).status is PENDING
    world.clock.step(timedelta(hours=2))
    assert (await world.propose(text="third")).status is APPROVED


async def test_notes_tell_only_of_rules_that_would_answer(world: World) -> None:
    rule = await allow(world, await approved_example(world))

    async def notes(text: str) -> str:
        facts = ActionFacts("send_proposal", "email", "persona:helper", {"text": text}, now=world.clock.now())
        return " ".join(await world.read(lambda reader: world.gate.notes(reader, facts)))

    assert f"standing rule {rule.id} of ana would approve it" in await notes("a sum")
    await put(world, ASKS)
    assert await notes("a sum") == ""
    assert rule.id in await notes("no figures")
    await put(world, TWO)
    assert await notes("no figures") == ""
