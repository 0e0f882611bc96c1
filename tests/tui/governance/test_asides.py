"""What is done about a question besides answering it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.commands import (
    AllowLike,
    ClaimAction,
    DenyLike,
    SettleAction,
    SnoozeAction,
    WithdrawAction,
)
from engine.queries import BACKTEST, AskBacktest, Backtest
from tui.screens.allow import RuleScreen
from tui.screens.asides import seconds_of
from tui.screens.confirm import Confirm
from tui.screens.main import MainScreen

from ..fake import FakeClient, clock_at, console
from ..views import ahead
from .helpers import answered, pressed, screen_of, seen, text_of
from .samples import AGAINST, AGREEING, REFUSED, SIMPLE, UNCERTAIN, WHOLE, detail_of, showing

NARROW = {
    "id": SIMPLE.id,
    "revision": 1,
    "digest": SIMPLE.digest,
    "same": ("/to", "/subject", "/body", "/copies"),
}


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90s", 90), ("10", 600), ("10m", 600), ("2 hours", 7_200), ("1d", 86_400), ("x", -1), ("", -1)],
)
def test_lengths_of_time(text: str, seconds: int) -> None:
    assert seconds_of(text) == seconds


@pytest.mark.parametrize(("key", "seconds"), [("1", 300), ("2", 900), ("3", 3_600)])
async def test_a_question_is_put_off(key: str, seconds: int) -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "s", key)
    assert client.sent == [("action.snooze", SnoozeAction(id=SIMPLE.id, seconds=seconds))]


async def test_a_question_is_put_off_for_a_time_of_ones_own_and_brought_back() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "s", "4")
        await seen(pilot, clock)
        await pressed(pilot, "9", "d", "enter", "backspace", "backspace", *"45s", "enter")
        client.publish(showing(replace(SIMPLE, snoozed_until=ahead(600))))
        await seen(pilot, clock)
        await pressed(pilot, "s", "0")
    assert client.sent == [
        ("action.snooze", SnoozeAction(id=SIMPLE.id, seconds=45)),
        ("action.snooze", SnoozeAction(id=SIMPLE.id, seconds=0)),
    ]


async def test_a_claim_is_made_and_released() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "c")
        client.publish(showing(replace(SIMPLE, claimed_by="ana")))
        await pressed(pilot, "c")
    expected = [("action.claim", ClaimAction(id=SIMPLE.id, release=release)) for release in (False, True)]
    assert client.sent == expected


async def test_what_another_operator_does_is_seen_at_once() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        client.publish(showing(replace(SIMPLE, claimed_by="ben")))
        await pilot.pause()
        assert "◉ ben" in text_of(pilot)
        await pressed(pilot, "a")
        assert "ben is looking at this too" in text_of(pilot)
        client.publish(showing(replace(SIMPLE, status="rejected", decided_by="ben")))
        await answered(pilot, clock, "y")
        assert isinstance(screen_of(pilot), Confirm)
        assert "rejected by ben already" in text_of(pilot)
    assert client.sent == []


@pytest.mark.parametrize(("key", "happened"), [("h", True), ("f", False)])
async def test_an_uncertain_action_is_settled_with_a_note(key: str, happened: bool) -> None:
    client, clock = FakeClient(showing(UNCERTAIN)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "a")
        assert isinstance(screen_of(pilot), MainScreen)
        await pressed(pilot, "S", key)
        await seen(pilot, clock)
        await pressed(pilot, *"I looked", "enter")
    assert client.sent == [("action.settle", SettleAction(id="u1", happened=happened, note="I looked"))]


async def test_ones_own_proposal_is_withdrawn_and_nobody_elses() -> None:
    mine = replace(SIMPLE, proposer="operator:ana")
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "W")
        assert isinstance(screen_of(pilot), MainScreen)
        client.publish(showing(mine))
        await seen(pilot, clock)
        await pressed(pilot, "W")
        await seen(pilot, clock)
        await pressed(pilot, "enter")
    assert client.sent == [("action.withdraw", WithdrawAction(id=SIMPLE.id))]


def ruling(answer: Backtest) -> FakeClient:
    """A client that a rule can be made with."""
    client = FakeClient(showing(SIMPLE))
    client.detail = detail_of(WHOLE)
    client.answers[BACKTEST.name] = answer
    return client


async def test_a_rule_is_as_narrow_as_its_example_until_it_is_widened() -> None:
    client, clock = ruling(AGREEING), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "A")
        assert "would have run 41, all approved" in text_of(pilot)
        await pressed(pilot, "j", "space", "j", "space", "G", "end")
        await pressed(pilot, *["j"] * 10, "plus", "k", "minus", "k", "space", "ctrl+s")
        await answered(pilot, clock, "G", "y")
        assert isinstance(screen_of(pilot), MainScreen)
    rule = AllowLike.model_validate(
        {**NARROW, "same": ("/to", "/copies"), "same_account": False, "uses": 10, "lasts_seconds": 259_200}
    )
    assert client.sent == [("rule.allow", rule)]
    asked = [ask.rule.same for ask in client.asked if isinstance(ask, AskBacktest)]
    assert asked[0] == NARROW["same"]
    assert asked[-1] == rule.same


async def test_a_denial_has_a_reason_that_proposers_read() -> None:
    client, clock = ruling(Backtest(3, 0, 3, 0, 0, ())), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "X")
        assert "would have denied 3, all rejected" in text_of(pilot)
        await pressed(pilot, "ctrl+s")
        await seen(pilot, clock)
        await pressed(pilot, *"never", "enter")
        await answered(pilot, clock, "G", "y")
    assert client.sent == [("rule.deny", DenyLike.model_validate({**NARROW, "reason": "never"}))]


async def test_a_rule_against_operators_asks_for_the_digest() -> None:
    client, clock = ruling(AGAINST), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "A")
        assert "would have run 2 that operators rejected" in text_of(pilot)
        await pressed(pilot, "ctrl+s")
        await answered(pilot, clock, "G", "y")
        assert client.sent == []
        await answered(pilot, clock, *SIMPLE.digest[-4:], "enter")
    assert client.sent == [("rule.allow", AllowLike.model_validate(NARROW))]


async def test_a_rule_that_cannot_be_made_is_not_asked_about() -> None:
    client, clock = ruling(REFUSED), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "A", "ctrl+s")
        assert isinstance(screen_of(pilot), RuleScreen)
        assert "two operators" in text_of(pilot)
        await pressed(pilot, "escape")
        assert isinstance(screen_of(pilot), MainScreen)
    assert client.sent == []
