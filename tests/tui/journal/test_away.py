"""While you were away: when it is told, and that it takes no key from anybody."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.pilot import Pilot

from engine.commands import RejectAction, SeenJournal
from engine.queries import AWAY, AskAway, AwayView
from engine.view import ActivityView, View
from tui.app import ConsoleApp
from tui.screens.away import IDLE_SECONDS, LINGER_SECONDS, SEEN_SECONDS

from ..fake import FakeClient, clock_at, console
from ..test_snapshots import SIZES, pressing
from ..views import HOSTILE_TEXTS, NORMAL, NOW

Compare = Callable[..., bool]


def line(seq: int, text: str, tone: str, kind: str) -> ActivityView:
    """A line of the digest."""
    return ActivityView(seq, NOW - timedelta(minutes=seq % 30), kind, f"a{seq}", "engine", text, tone)


DIGEST = AwayView(
    1100,
    1204,
    NOW - timedelta(hours=2),
    NOW,
    (("uncertain", 1), ("failed", 2), ("expired", 3), ("approved", 4), ("executed", 12), ("proposed", 9)),
    (
        line(1190, "send_proposal is uncertain: it may have had its effect: TimeoutError", "bad", "action.uncertain"),
        line(1180, "send_follow_up_email failed: the server refused the recipient", "bad", "action.failed"),
        line(1170, "discuss_pricing failed: the file is gone", "bad", "action.failed"),
        line(1160, "send_proposal expired: nobody answered, so the answer is no", "warn", "action.expired"),
    ),
    27,
)
QUIET = AwayView(1204, 1204, None, NOW)


def asked(client: FakeClient) -> list[AskAway]:
    """What was asked about the time away."""
    return [ask for ask in client.asked if isinstance(ask, AskAway)]


def shown(app: ConsoleApp) -> bool:
    """The note is there."""
    return app.away.shown is not None


async def told(pilot: Pilot[Any]) -> None:
    """Until all is asked and painted."""
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


@SIZES
def test_the_note(snap_compare: Compare, size: tuple[int, int]) -> None:
    client = FakeClient(NORMAL)
    client.answers[AWAY.name] = DIGEST
    assert snap_compare(console(client), terminal_size=size, run_before=pressing())


@SIZES
@pytest.mark.parametrize("state", ["normal", "empty", "hostile"])
def test_the_screen(snap_compare: Compare, size: tuple[int, int], state: str) -> None:
    client = FakeClient(NORMAL)
    lines = tuple(line(n, text, "bad", "action.failed") for n, text in enumerate(HOSTILE_TEXTS))
    client.answers[AWAY.name] = {"normal": DIGEST, "empty": QUIET, "hostile": replace(DIGEST, lines=lines)}[state]
    assert snap_compare(console(client), terminal_size=size, run_before=pressing("D"))


async def test_at_the_start_it_is_told_since_this_operator_last_looked_and_no_key_is_swallowed() -> None:
    client = FakeClient(NORMAL)
    client.answers[AWAY.name] = DIGEST
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await told(pilot)
        assert asked(client)[0].operator == "ana"
        assert shown(app)
        assert "1 uncertain · 2 failed" in app.away.note.render_line(0).text
        await pilot.press("j")
        assert app.main.current.table.rows.index == 1
        await pilot.press("x")
        assert app.screen is not app.main
        await pilot.press("escape")
        assert shown(app)
        assert client.sent == []
        await pilot.press("escape")
        assert not shown(app)
        assert app.screen is app.main


async def test_nothing_to_tell_shows_nothing() -> None:
    client = FakeClient(NORMAL)
    client.answers[AWAY.name] = QUIET
    app = console(client)
    async with app.run_test(size=(80, 24)) as pilot:
        await told(pilot)
        assert not shown(app)
        await pilot.press("D")
        await told(pilot)
        assert "nothing happened" in app.screen.query_one("#title").render_line(0).text


async def test_after_idle_minutes_it_is_told_since_the_last_key_and_goes_after_a_while() -> None:
    client, clock = FakeClient(NORMAL), clock_at()
    client.answers[AWAY.name] = QUIET
    app = console(client, clock)

    def at(seq: int) -> View:
        return replace(NORMAL, seq=seq, at=clock.now())

    async with app.run_test(size=(120, 40)) as pilot:
        await told(pilot)
        await pilot.press("k")
        client.answers[AWAY.name] = DIGEST
        await clock.advance(IDLE_SECONDS - 1)
        client.publish(at(1_300))
        await told(pilot)
        assert not shown(app)
        await clock.advance(2)
        client.publish(at(1_301))
        await told(pilot)
        assert asked(client)[-1].after == NORMAL.seq
        assert shown(app)
        await pilot.press("j")
        await told(pilot)
        assert asked(client)[-1].after == NORMAL.seq
        await pilot.press("j")
        await clock.advance(LINGER_SECONDS + 1)
        client.publish(at(1_302))
        await told(pilot)
        assert not shown(app)


async def test_after_a_lost_engine_comes_back_it_is_told_since_the_last_news() -> None:
    client, clock = FakeClient(NORMAL, attached=True), clock_at()
    client.answers[AWAY.name] = QUIET
    app = console(client, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await told(pilot)
        client.answers[AWAY.name] = DIGEST
        await clock.advance(60)
        app.show()
        await told(pilot)
        assert not shown(app)
        client.publish(replace(NORMAL, seq=1_400, at=clock.now()))
        await told(pilot)
        assert asked(client)[-1].after == NORMAL.seq
        assert shown(app)


async def test_how_far_somebody_looked_is_kept_now_and_then_and_at_the_end() -> None:
    client, clock = FakeClient(NORMAL), clock_at()
    app = console(client, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await told(pilot)
        await clock.advance(SEEN_SECONDS + 1)
        client.publish(replace(NORMAL, seq=1_205, at=clock.now()))
        await told(pilot)
        assert client.sent == [("journal.seen", SeenJournal(seq=NORMAL.seq))]
        await pilot.press("j")
        await app.away.leave()
        assert client.sent[-1] == ("journal.seen", SeenJournal(seq=1_205))
        assert not any(isinstance(arguments, RejectAction) for _, arguments in client.sent)
