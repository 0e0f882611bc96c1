"""Decisions from the keyboard: they bind to what was shown, and no stray key makes one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual import events
from textual.pilot import Pilot

from engine.clock import SimulatedClock
from engine.commands import ApproveAction, RejectAction, UndoApproval
from engine.view import ApprovalsView, ApprovalView, Detail, View
from tui.screens.ask import Ask
from tui.screens.confirm import Confirm
from tui.screens.detail import DetailScreen
from tui.screens.main import MainScreen

from .fake import ANA, VIC, FakeClient, clock_at, console
from .views import APPROVALS, NORMAL, approval

MEDIUM = APPROVALS[1]
HIGH = APPROVALS[0]


def with_approvals(*items: ApprovalView) -> View:
    """A view with these actions."""
    return replace(NORMAL, approvals=ApprovalsView(items, pending=len(items)))


async def until_closed(pilot: Pilot[int]) -> None:
    """Wait until the dialog is gone."""
    while not isinstance(pilot.app.screen, MainScreen):
        await pilot.pause()
    await pilot.app.workers.wait_for_complete()


async def settled(pilot: Pilot[int]) -> None:
    """Wait until a yes has been given all the time it needs to count."""
    await pilot.pause()
    while isinstance(pilot.app.screen, Confirm) and pilot.app.screen.settling:
        await pilot.pause()


async def opened(pilot: Pilot[int], clock: SimulatedClock, *keys: str) -> None:
    """Open a dialog and let it arm."""
    await pilot.pause()
    await pilot.press(*keys)
    await pilot.pause()
    assert isinstance(pilot.app.screen, Confirm | Ask)
    await clock.advance(0.5)


async def test_a_yes_carries_id_revision_and_digest_of_what_was_shown() -> None:
    client, clock = FakeClient(with_approvals(MEDIUM)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await opened(pilot, clock, "a")
        await pilot.press("y")
        await until_closed(pilot)
    assert client.sent == [("action.approve", ApproveAction(id=MEDIUM.id, revision=1, digest=MEDIUM.digest))]


@pytest.mark.parametrize(
    "keys",
    [("a", "y"), ("a", "enter"), tuple("la"), (*"lay", "space", "a"), ("a", "a", "a", "a"), ("a", *"yyyyyyyy")],
    ids=["burst", "enter", "paste", "long paste", "held opener", "held y"],
)
async def test_no_stray_keys_decide(keys: tuple[str, ...]) -> None:
    client, clock = FakeClient(with_approvals(MEDIUM)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        for key in keys:
            await pilot.press(key)
        await pilot.pause()
    assert client.sent == []


async def test_a_held_y_never_arms_the_question() -> None:
    client, clock = FakeClient(with_approvals(MEDIUM)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("a")
        await pilot.pause()
        for _ in range(40):
            await clock.advance(0.03)
            await pilot.press("y")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
    assert client.sent == []


async def test_pastes_never_answer_even_an_armed_question() -> None:
    client, clock = FakeClient(with_approvals(MEDIUM)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await opened(pilot, clock, "a")
        pilot.app.screen.post_message(events.Paste("y\n"))
        await pilot.press("l", "a", "y")
        await pilot.pause()
        await clock.advance(0.5)
        # Without brackets a paste is keys; one more right after the y gives it away.
        screen = pilot.app.screen
        for key in ("y", "e", "s"):
            screen.post_message(events.Key(key, key))
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
    assert client.sent == []


@pytest.mark.parametrize("key", ["n", "escape", "enter"])
async def test_no_works_at_once(key: str) -> None:
    client, clock = FakeClient(with_approvals(MEDIUM)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("a", key)
        await until_closed(pilot)
    assert client.sent == []


async def test_high_risk_is_answered_with_the_last_four_of_the_digest() -> None:
    client, clock = FakeClient(with_approvals(HIGH)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await opened(pilot, clock, "a")
        await pilot.press("y", "0", "0", "0", "0", "enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press(*HIGH.digest[-4:], "enter")
        await until_closed(pilot)
    assert client.sent == [("action.approve", ApproveAction(id=HIGH.id, revision=1, digest=HIGH.digest))]


async def test_invisible_characters_ask_for_the_digest_too() -> None:
    odd = approval("odd", "run", payload=(("path", "a\u202eb"),))
    client, clock = FakeClient(with_approvals(odd)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await opened(pilot, clock, "a")
        await pilot.press("y")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Confirm)
        await pilot.press(*odd.digest[-4:], "enter")
        await until_closed(pilot)
    assert len(client.sent) == 1


@pytest.mark.parametrize(
    "news",
    [
        (replace(MEDIUM, revision=2, digest="f" * 64),),
        (replace(MEDIUM, status="rejected", decided_by="bob"),),
        (),
    ],
    ids=["changed", "decided", "gone"],
)
async def test_what_changed_meanwhile_is_not_approved(news: tuple[ApprovalView, ...]) -> None:
    client, clock = FakeClient(with_approvals(MEDIUM)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await opened(pilot, clock, "a")
        client.publish(with_approvals(*news))
        await pilot.pause()
        screen = pilot.app.screen
        await pilot.press("y")
        await settled(pilot)
        assert pilot.app.screen is screen
    assert client.sent == []


async def test_what_expired_meanwhile_is_not_approved() -> None:
    client, clock = FakeClient(with_approvals(MEDIUM)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await opened(pilot, clock, "a")
        await clock.advance(3_600)
        screen = pilot.app.screen
        await pilot.press("y")
        await settled(pilot)
        assert pilot.app.screen is screen
    assert client.sent == []


async def test_a_long_payload_is_read_to_its_end_first() -> None:
    long = approval("long", "send", payload=(("body", "\n".join(f"line {n}" for n in range(100))),))
    client, clock = FakeClient(with_approvals(long)), clock_at()
    async with console(client, clock).run_test(size=(80, 24)) as pilot:
        await opened(pilot, clock, "a")
        screen = pilot.app.screen
        await pilot.press("y")
        await settled(pilot)
        assert pilot.app.screen is screen
        await clock.advance(0.5)
        await pilot.press("G")
        await clock.advance(0.5)
        await pilot.press("y")
        await until_closed(pilot)
    assert len(client.sent) == 1


async def test_a_cut_payload_is_fetched_whole_and_compared_first() -> None:
    part = replace(MEDIUM, payload_complete=False)
    client, clock = FakeClient(with_approvals(part)), clock_at()
    client.detail = Detail(part.id, "discuss", (), replace(MEDIUM, digest="0" * 64))
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("a")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        assert isinstance(pilot.app.screen, MainScreen)
        client.detail = Detail(part.id, "discuss", (), MEDIUM)
        await pilot.press("a")
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()
        await clock.advance(0.5)
        await pilot.press("y")
        await until_closed(pilot)
    assert client.sent == [("action.approve", ApproveAction(id=part.id, revision=1, digest=part.digest))]


async def test_a_no_carries_its_reason() -> None:
    client, clock = FakeClient(with_approvals(MEDIUM)), clock_at()
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await opened(pilot, clock, "x")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(pilot.app.screen, Ask)
        await pilot.press(*"not now", "enter")
        await until_closed(pilot)
    expected = RejectAction(id=MEDIUM.id, revision=1, digest=MEDIUM.digest, reason="not now")
    assert client.sent == [("action.reject", expected)]


async def detailed(pilot: Pilot[int]) -> None:
    """Open the details of the selected action."""
    await pilot.pause()
    await pilot.press("enter")
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    assert isinstance(pilot.app.screen, DetailScreen)


async def until_detailed(pilot: Pilot[int]) -> None:
    """Wait until the dialog over the details is gone."""
    while not isinstance(pilot.app.screen, DetailScreen):
        await pilot.pause()
    await pilot.app.workers.wait_for_complete()


async def test_the_details_take_the_same_decisions_about_what_they_show() -> None:
    client, clock = FakeClient(with_approvals(HIGH)), clock_at()
    client.detail = Detail(HIGH.id, "send_proposal", (), HIGH)
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await detailed(pilot)
        await opened(pilot, clock, "a")
        await pilot.press(*HIGH.digest[-4:], "enter")
        await until_detailed(pilot)
        await opened(pilot, clock, "x")
        await pilot.press(*"not now", "enter")
        await until_detailed(pilot)
    assert client.sent == [
        ("action.approve", ApproveAction(id=HIGH.id, revision=1, digest=HIGH.digest)),
        ("action.reject", RejectAction(id=HIGH.id, revision=1, digest=HIGH.digest, reason="not now")),
    ]


async def test_a_decision_over_the_details_does_not_outlive_a_change() -> None:
    client, clock = FakeClient(with_approvals(MEDIUM)), clock_at()
    client.detail = Detail(MEDIUM.id, "discuss", (), MEDIUM)
    async with console(client, clock).run_test(size=(120, 40)) as pilot:
        await detailed(pilot)
        await opened(pilot, clock, "a")
        changed = replace(MEDIUM, revision=2, digest="f" * 64)
        client.detail = Detail(MEDIUM.id, "discuss", (), changed)
        client.publish(replace(with_approvals(changed), seq=NORMAL.seq + 1))
        await pilot.pause()
        screen = pilot.app.screen
        await pilot.press("y")
        await settled(pilot)
        assert pilot.app.screen is screen
    assert client.sent == []


@pytest.mark.parametrize("key", ["a", "x", "u"])
@pytest.mark.parametrize("who", ["a viewer", "somebody too late", "a reader of something else"])
async def test_the_details_decide_nothing_that_is_not_to_be_decided(who: str, key: str) -> None:
    client = FakeClient(with_approvals(MEDIUM), VIC if who == "a viewer" else ANA)
    shown = MEDIUM if who == "a viewer" else replace(MEDIUM, status="rejected") if who == "somebody too late" else None
    client.detail = Detail(MEDIUM.id, "discuss", (), shown)
    async with console(client).run_test(size=(120, 40)) as pilot:
        await detailed(pilot)
        await pilot.press(key)
        await pilot.pause()
        assert isinstance(pilot.app.screen, DetailScreen)
    assert client.sent == []


async def test_the_list_holds_still_while_a_decision_is_open() -> None:
    client, clock = FakeClient(with_approvals(MEDIUM)), clock_at()
    app = console(client, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await opened(pilot, clock, "a")
        client.publish(with_approvals(HIGH, approval("new", "other"), MEDIUM))
        await pilot.pause()
        table = app.main.current.table
        assert table.rows.newcomers == 2
        assert table.rows.shown == [MEDIUM]
        assert "+2 new" in str(app.main.current.border_title)
        await pilot.press("n")
        await until_closed(pilot)
        assert len(table.rows.shown) == 3
        assert table.rows.cursor == MEDIUM.id


async def test_an_approval_is_taken_back_in_its_grace_period() -> None:
    granted = APPROVALS[3]
    client = FakeClient(with_approvals(granted))
    async with console(client).run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        await pilot.press("u")
        await pilot.app.workers.wait_for_complete()
    assert client.sent == [("action.undo", UndoApproval(id=granted.id))]


@pytest.mark.parametrize("key", ["a", "x", "u", "P", "p", "m", "plus", "minus", "t", "equals_sign"])
async def test_a_viewer_sends_nothing(key: str) -> None:
    client = FakeClient(NORMAL, VIC)
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        for panel in "123456":
            await pilot.press(panel, key)
        await pilot.pause()
        assert isinstance(app.screen, MainScreen)
    assert client.sent == []
