"""Budgets at the gate: what goes past one is asked, before it is approved and before it starts."""

from __future__ import annotations

from datetime import timedelta

import pytest

from engine.governance import Action, ActionFacts, ActionStatus, Execution, Held, HoldCode
from engine.governance.budgets import Allowance, Measure
from engine.governance.standing import RULE_ACTOR

from ..standing.support import allow, approved_example, deny
from ..support import World

APPROVED, PENDING = ActionStatus.APPROVED, ActionStatus.PENDING
MAIL = "send_follow_up_email"
HOUR = timedelta(hours=1)
TICK = timedelta(microseconds=1)


async def run(world: World, text: str, kind: str = MAIL, **changes: object) -> Action:
    """Propose and launch."""
    action = await world.propose(kind, text, **changes)
    await world.launcher.step()
    return await world.get(action)


async def test_by_shipped_defaults_the_twenty_first_mail_of_an_hour_is_asked(world: World) -> None:
    start = world.clock.now()
    for number in range(20):
        assert (await run(world, f"n{number}")).status is ActionStatus.EXECUTED, number
    await world.restart()
    asked = await run(world, "n20")
    assert (asked.status, asked.rule) == (PENDING, "budget.actions_per_hour")
    again = (start + HOUR).strftime("%Y-%m-%d %H:%M:%S")
    for told in ("kind:send_follow_up_email", "20 actions of 20 actions", again):
        assert told in asked.why
    # Another kind, and somebody's explicit yes, are not held up by it.
    assert (await run(world, "x", "create_briefing", tool="briefing")).status is ActionStatus.EXECUTED
    await world.approve(asked)
    await world.launcher.step()
    assert (await world.get(asked)).status is ActionStatus.EXECUTED
    world.clock.step(HOUR - TICK)
    assert (await run(world, "n21")).status is PENDING
    # The first twenty are out of the window; the one that was approved came at the same moment.
    world.clock.step(TICK)
    assert (await run(world, "n22")).status is ActionStatus.EXECUTED


async def test_what_was_approved_at_once_is_checked_again_at_its_start(world: World) -> None:
    world.gate.limit([Allowance(f"kind:{MAIL}", Measure.ACTIONS_PER_HOUR, 3)])
    proposed = [await world.propose(MAIL, f"n{number}") for number in range(5)]
    assert all(action.status is APPROVED for action in proposed)
    await world.launcher.step()
    now = [await world.get(action) for action in proposed]
    assert [action.status for action in now] == [ActionStatus.EXECUTED] * 3 + [PENDING] * 2
    assert all((action.rule, action.revision) == ("budget.actions_per_hour", 2) for action in now[3:])
    assert len(world.ledger) == 3
    await world.approve(now[3])
    assert isinstance(await world.begin(now[3]), Execution)


async def test_a_permission_does_not_get_past_a_budget(world: World) -> None:
    example = await approved_example(world)
    rule = await allow(world, example)
    world.gate.limit([Allowance("persona:helper", Measure.ACTIONS_PER_HOUR, 2)])
    waiting = [await world.propose(text=f"n{number}") for number in range(2)]
    assert [action.decided_by for action in waiting] == [rule.actor] * 2
    await world.launcher.step()
    assert [(await world.get(action)).status for action in waiting] == [ActionStatus.EXECUTED, PENDING]
    asked = await world.propose(text="third")
    assert (asked.status, asked.rule) == (PENDING, "approval.send_proposal")
    assert "action.passed_over" in await world.events(asked.id)
    world.clock.step(HOUR)
    assert (await world.propose(text="fourth")).decided_by == f"{RULE_ACTOR}{rule.id}"


async def test_a_denial_comes_before_a_budget(world: World) -> None:
    await deny(world, await world.propose(MAIL))
    world.gate.limit([Allowance(f"kind:{MAIL}", Measure.ACTIONS_PER_HOUR, 0)])
    assert (await world.propose(MAIL, "second")).status is ActionStatus.REJECTED


async def test_people_reached_are_counted_once_each(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.fragile, "recipients", lambda arguments: tuple(arguments.text.split()))
    world.gate.limit([Allowance("persona:helper", Measure.RECIPIENTS_PER_DAY, 3)])
    assert (await run(world, "a@x.example b@x.example")).status is ActionStatus.EXECUTED
    assert (await run(world, "A@x.example  b@x.example")).status is ActionStatus.EXECUTED
    over = await run(world, "c@x.example d@x.example")
    assert (over.status, over.rule) == (PENDING, "budget.recipients_per_day")
    assert "2 recipients of 3 recipients this day and this adds 2 recipients" in over.why
    assert (await run(world, "c@x.example")).status is ActionStatus.EXECUTED
    assert (await run(world, "c@x.example a@x.example")).status is ActionStatus.EXECUTED
    world.clock.step(timedelta(days=1))
    assert (await run(world, "d@x.example e@x.example f@x.example")).status is ActionStatus.EXECUTED


async def test_who_is_reached_without_an_address_is_a_stranger_each_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.fragile, "reach", lambda _: 2)
    world.gate.limit([Allowance("persona:helper", Measure.RECIPIENTS_PER_DAY, 4)])
    found = [(await run(world, f"n{number}")).status for number in range(3)]
    assert found == [ActionStatus.EXECUTED, ActionStatus.EXECUTED, PENDING]


async def test_money_is_counted_to_the_cent(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.fragile, "cost_cents", lambda arguments: int(arguments.text))
    world.gate.limit([Allowance("persona:helper", Measure.CENTS_PER_DAY, 500)])
    assert (await run(world, "499")).status is ActionStatus.EXECUTED
    over = await run(world, "2")
    assert (over.status, over.rule) == (PENDING, "budget.cents_per_day")
    assert "4.99 of money of 5.00 of money" in over.why
    assert (await run(world, "1")).status is ActionStatus.EXECUTED
    assert (await run(world, "0")).status is ActionStatus.EXECUTED
    never = await run(world, "501")
    assert "it never fits" in never.why


async def test_an_interrupted_action_counts_once(world: World) -> None:
    world.gate.limit([Allowance("persona:helper", Measure.ACTIONS_PER_HOUR, 1)])
    action = await world.propose("create_briefing", tool="briefing")
    await world.started(action)
    await world.restart()
    await world.write(world.gate.recover)
    assert await world.launcher.step() == 1
    assert (await world.get(action)).status is ActionStatus.EXECUTED
    (use,) = [use for use in await world.read(lambda reader: world.gate.spent(reader, "persona:helper")) if use.used]
    assert (use.limit.measure, use.used) == (Measure.ACTIONS_PER_HOUR, 1)


async def test_everybody_together_and_each_persona_by_itself(world: World) -> None:
    world.gate.limit([Allowance("*", Measure.ACTIONS_PER_DAY, 3), Allowance("persona:*", Measure.ACTIONS_PER_DAY, 2)])
    found = [
        (await run(world, f"n{number}", proposer=proposer)).rule
        for number, proposer in enumerate(
            ("persona:a", "persona:a", "persona:a", "persona:b", "persona:b", "heartbeat")
        )
    ]
    over = "budget.actions_per_day"
    assert found == [f"autonomous.{MAIL}"] * 2 + [over, f"autonomous.{MAIL}", over, over]


async def test_notes_tell_what_a_budget_and_a_rule_would_say(world: World) -> None:
    world.gate.limit([Allowance(f"kind:{MAIL}", Measure.ACTIONS_PER_HOUR, 5)])
    facts = ActionFacts(kind=MAIL, tool="email", proposer="persona:helper", now=world.clock.now())

    async def notes() -> tuple[str, ...]:
        return await world.read(lambda reader: world.gate.notes(reader, facts))

    assert await notes() == ()
    for number in range(4):
        await run(world, f"n{number}")
    assert await notes() == (f"budget actions_per_hour of kind:{MAIL} is nearly used up: 4 of 5",)
    await run(world, "n4")
    (over,) = await notes()
    assert "5 actions of 5 actions this hour" in over
    rule = await deny(world, await world.propose(MAIL, "an example"), same_account=False)
    assert any(rule.id in note and "would reject it" in note for note in await notes())


async def test_a_budget_question_asks_on_after_there_is_room_again(world: World) -> None:
    world.gate.limit([Allowance(f"kind:{MAIL}", Measure.ACTIONS_PER_HOUR, 0)])
    asked = await world.propose(MAIL)
    world.gate.limit([])
    await world.write(world.gate.judge_waiting)
    assert (await world.get(asked)).status is PENDING
    held = await world.begin(asked)
    assert isinstance(held, Held)
    assert held.code is HoldCode.NOT_DUE
