"""One armed key: it approves what was wholly on the screen, and nothing else decides without a question."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events

from engine.clock import SimulatedClock
from engine.commands import ApproveAction, UndoApproval
from engine.view import ApprovalView, Risk
from tui.screens.confirm import Confirm
from tui.screens.main import MainScreen

from ..fake import FakeClient, clock_at, console
from ..views import approval
from .helpers import answered, app_of, decided, pressed, screen_of, seen, settling, text_of
from .samples import OTHERS, SIMPLE, detail_of, showing

YES = ("action.approve", ApproveAction(id=SIMPLE.id, revision=1, digest=SIMPLE.digest))


async def test_a_row_that_was_wholly_seen_is_approved_by_one_key() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pilot.press("a")
        await decided(pilot)
        assert isinstance(screen_of(pilot), MainScreen)
    assert client.sent == [YES]


async def test_the_next_key_takes_it_back_in_the_grace_period() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pilot.press("a")
        await decided(pilot)
        client.publish(showing(replace(SIMPLE, status="approved")))
        await seen(pilot, clock)
        await pressed(pilot, "u")
    assert client.sent == [YES, ("action.undo", UndoApproval(id=SIMPLE.id))]


@pytest.mark.parametrize("wait", [0.0, 0.1, 0.39])
async def test_a_row_that_was_not_seen_long_enough_is_asked_about(wait: float) -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock, wait)
        await pilot.press("a")
        await decided(pilot)
        assert isinstance(screen_of(pilot), Confirm)
    assert client.sent == []


async def test_type_ahead_asks_and_does_not_answer() -> None:
    client, clock = FakeClient(showing(*OTHERS)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pilot.press("j", "a")
        await decided(pilot)
        assert isinstance(screen_of(pilot), Confirm)
    assert client.sent == []


@pytest.mark.parametrize("keys", ["aa", "ay", "approve this", "a\n", "lay a table"])
async def test_an_unbracketed_paste_decides_nothing(keys: str) -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        for one in keys:
            pilot.app.post_message(events.Key({" ": "space", "\n": "enter"}.get(one, one), one))
        await decided(pilot)
    assert client.sent == []


async def test_a_bracketed_paste_decides_nothing() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        pilot.app.post_message(events.Paste("a"))
        await decided(pilot)
    assert client.sent == []


async def test_a_held_key_approves_no_second_row() -> None:
    client, clock = FakeClient(showing(SIMPLE, *OTHERS)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pilot.press("a")
        await decided(pilot)
        # The row goes at once, and the cursor is on its neighbour while the key still repeats.
        client.publish(showing(*OTHERS))
        for _ in range(40):
            await clock.advance(0.03)
            await pilot.press("a")
        await decided(pilot)
    assert client.sent == [YES]


async def test_the_row_that_comes_under_the_cursor_at_the_last_moment_is_not_the_one_that_was_seen() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        client.publish(showing(*OTHERS))
        await pilot.pause()
        await pilot.press("a")
        await decided(pilot)
        assert isinstance(screen_of(pilot), Confirm)
        assert "mia@initech.example" in text_of(pilot)
    assert client.sent == []


async def test_a_change_between_the_key_and_its_effect_stops_it() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        pilot.app.post_message(events.Key("a", "a"))
        await settling(pilot)
        client.publish(showing(replace(SIMPLE, revision=2, digest="f" * 64)))
        await decided(pilot)
    assert client.sent == []


LONG = replace(SIMPLE, payload=(("body", "\n".join(f"line {number}" for number in range(60))),))
HIDDEN = replace(SIMPLE, payload=(("to", "jo@\u0430cme.example"),))


@pytest.mark.parametrize(
    "action",
    [
        replace(SIMPLE, simple=False),
        replace(SIMPLE, simple=False, risk=Risk.HIGH),
        replace(SIMPLE, claimed_by="ben"),
        replace(SIMPLE, payload_complete=False),
        LONG,
        HIDDEN,
    ],
    ids=["not simple", "high risk", "somebody else looks", "cut", "long", "look-alike"],
)
async def test_everything_else_is_asked_about(action: ApprovalView) -> None:
    client, clock = FakeClient(showing(action)), clock_at()
    client.detail = detail_of(replace(action, payload_complete=True))
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "a")
        await decided(pilot)
        assert isinstance(screen_of(pilot), Confirm)
    assert client.sent == []


async def test_what_is_only_partly_in_sight_is_asked_about() -> None:
    tall = replace(SIMPLE, payload=(*SIMPLE.payload, ("notes", "one\ntwo\nthree\nfour\nfive")))
    client, clock = FakeClient(showing(tall)), clock_at()
    async with console(client, clock).run_test(size=(80, 24)) as pilot:
        await seen(pilot, clock)
        await pilot.press("a")
        await decided(pilot)
        assert isinstance(screen_of(pilot), Confirm)
    assert client.sent == []


async def test_what_a_toast_covers_is_not_in_sight() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(80, 24), notifications=True) as pilot:
        await seen(pilot, clock)
        pilot.app.notify("something happened\nand more of it\nand more", timeout=60)
        await seen(pilot, clock)
        await pilot.press("a")
        await decided(pilot)
        assert isinstance(screen_of(pilot), Confirm)
    assert client.sent == []


async def test_after_another_screen_it_has_to_be_seen_anew() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "question_mark")
        await clock.advance(5)
        await pressed(pilot, "escape")
        await pilot.press("a")
        await decided(pilot)
        assert isinstance(screen_of(pilot), Confirm)
    assert client.sent == []


async def test_old_data_is_asked_about() -> None:
    client, clock = FakeClient(showing(SIMPLE)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock, 60)
        app_of(pilot).show()
        await seen(pilot, clock)
        await pilot.press("a")
        await decided(pilot)
        assert isinstance(screen_of(pilot), Confirm)
    assert YES not in client.sent


async def test_who_says_yes_too_fast_is_asked_once_more() -> None:
    tired = (("ana", "24 yeses in 5 minutes, read for 1 s each"),)
    client, clock = FakeClient(showing(SIMPLE, fatigue=tired)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pilot.press("a")
        await decided(pilot)
        assert "24 yeses in 5 minutes" in text_of(pilot)
        await answered(pilot, clock, "y")
    assert client.sent == [YES]


async def test_who_says_yes_too_fast_types_the_digest_where_a_key_was_enough() -> None:
    plain = replace(SIMPLE, simple=False)
    client, clock = FakeClient(showing(plain, fatigue=(("ana", "too fast"),))), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pilot.press("a")
        await answered(pilot, clock, "y")
        assert isinstance(screen_of(pilot), Confirm)
        assert client.sent == []
        await answered(pilot, clock, *plain.digest[-4:], "enter")
    assert client.sent == [YES]


async def test_a_second_yes_of_the_same_operator_is_not_asked_for() -> None:
    mine = approval("q", "send_proposal", quorum=2, granted_by=("ana",))
    client, clock = FakeClient(showing(mine)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pressed(pilot, "a")
        assert isinstance(screen_of(pilot), MainScreen)
        await pressed(pilot, "u")
    assert client.sent == [("action.undo", UndoApproval(id="q"))]


async def test_a_click_on_the_footer_is_one_key_too() -> None:
    client: FakeClient = FakeClient(showing(SIMPLE))
    clock: SimulatedClock = clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await seen(pilot, clock)
        await pilot.click("KeyBar", offset=(2, 0))
        await decided(pilot)
    assert client.sent == [YES]
