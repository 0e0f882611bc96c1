"""The first screen: what it shows of a view, and what its keys send."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from textual.screen import Screen
from textual.widgets import Input

from engine.client import CommandRefused
from engine.commands import (
    Arguments,
    GoalTarget,
    HaltEngine,
    Nothing,
    Reprioritise,
    SendMessage,
    Target,
)
from engine.queries import AskDetail
from engine.view import Detail, InboxView, Section
from tui.app import ConsoleApp
from tui.screens.ask import Ask
from tui.screens.confirm import Confirm
from tui.screens.detail import DetailScreen
from tui.screens.help import HelpScreen
from tui.screens.main import MainScreen

from .fake import FakeClient, clock_at, console
from .views import ENGINE, HALTED, HOSTILE, NORMAL, OVERLOAD, message


def text_of(app: ConsoleApp) -> str:
    """Everything on the screen."""
    return "\n".join("".join(segment.text for segment in line) for line in app.screen._compositor.render_strips())


def at(app: ConsoleApp, screen: type[Screen[Any]]) -> bool:
    """The screen on top is of this sort."""
    return isinstance(app.screen, screen)


@pytest.mark.parametrize(
    ("keys", "command", "arguments"),
    [
        ("3+", "queue.reprioritise", Reprioritise(scope="message", id="m1", change="raise")),
        ("3j-", "queue.reprioritise", Reprioritise(scope="message", id="m2", change="lower")),
        ("3Gt", "queue.reprioritise", Reprioritise(scope="message", id="m3", change="top")),
        ("5jjj+", "queue.reprioritise", Reprioritise(scope="task", id="task-12", change="raise")),
        ("1p", "target.pause", Target(scope="persona", id="helper")),
        ("5p", "target.pause", Target(scope="agent", id="dev-1")),
        ("4p", "goal.pause", GoalTarget(id="g1")),
        ("4Gp", "goal.resume", GoalTarget(id="g3")),
        ("P", "engine.halt", HaltEngine()),
    ],
)
async def test_a_key_sends_one_command_about_the_selected_row(keys: str, command: str, arguments: Arguments) -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        names = {"+": "plus", "-": "minus"}
        await pilot.press(*(names.get(key, key) for key in keys))
        await app.workers.wait_for_complete()
    assert client.sent == [(command, arguments)]


async def test_a_message_goes_to_the_selected_persona() -> None:
    client, clock = FakeClient(NORMAL), clock_at()
    app = console(client, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("1", "j", "m")
        await pilot.pause()
        await clock.advance(0.5)
        await pilot.press(*"hello", "enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
    assert client.sent == [("message.send", SendMessage(to="review", text="hello"))]


async def test_a_priority_is_set_to_a_number_in_range_only() -> None:
    client, clock = FakeClient(NORMAL), clock_at()
    app = console(client, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "equals_sign")
        await pilot.pause()
        await clock.advance(0.5)
        await pilot.press(*"101", "enter")
        await pilot.pause()
        assert at(app, Ask)
        app.screen.query_one(Input).value = "55"
        await pilot.press("enter")
        await pilot.pause()
        await app.workers.wait_for_complete()
    assert client.sent == [("queue.reprioritise", Reprioritise(scope="message", id="m1", change="set", value=55))]


async def test_stopping_is_one_key_and_going_on_asks() -> None:
    client, clock = FakeClient(HALTED), clock_at()
    app = console(client, clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("P")
        await pilot.pause()
        assert at(app, Confirm)
        assert client.sent == []
        await clock.advance(0.5)
        await pilot.press("y")
        while not at(app, MainScreen):
            await pilot.pause()
        await app.workers.wait_for_complete()
    assert client.sent == [("engine.resume", Nothing())]


@pytest.mark.parametrize("attached", [False, True])
async def test_leaving_says_what_stops_and_what_goes_on(attached: bool) -> None:
    clock = clock_at()
    app = console(FakeClient(NORMAL, attached=attached), clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("q")
        await pilot.pause()
        shown = text_of(app)
        assert ("the engine, in its own process" in shown) is attached
        assert ("the engine in it" in shown) is not attached
        await clock.advance(0.5)
        await pilot.press("y")
        while app.return_value is None:
            await pilot.pause()
    assert app.return_value == 0


async def test_every_panel_is_one_key_away_and_tab_goes_round() -> None:
    app = console(FakeClient(NORMAL))
    async with app.run_test(size=(80, 24)) as pilot:
        for number in "612345":
            await pilot.press(number)
            assert int(number) == app.main.current.NUMBER
            assert app.main.current.table.has_focus
        seen = []
        for _ in range(6):
            await pilot.press("tab")
            seen.append(app.main.current.NUMBER)
        assert seen == [6, 1, 2, 3, 4, 5]
        await pilot.press("shift+tab")
        assert app.main.current.NUMBER == 4


async def test_zoom_lets_one_panel_fill_the_screen() -> None:
    app = console(FakeClient(NORMAL))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("6", "z")
        await pilot.pause()
        assert [panel.NUMBER for panel in app.main.panels if panel.region.area] == [6]
        await pilot.press("escape")
        await pilot.pause()
        assert all(panel.region.area for panel in app.main.panels)


@pytest.mark.parametrize(("width", "height"), [(79, 24), (80, 23), (20, 5), (1, 1)])
async def test_too_small_a_terminal_is_told_so_and_acts_on_nothing_unseen(width: int, height: int) -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test(size=(width, height)) as pilot:
        await pilot.pause()
        if width >= 40:
            assert "needs 80×24" in text_of(app)
        await pilot.press("a", "x", "3", "plus")
        assert at(app, MainScreen)
        await pilot.resize_terminal(120, 40)
        await pilot.pause()
        assert "2 Approvals" in text_of(app)
    assert client.sent == []


async def test_the_cursor_holds_on_to_its_row_on_the_screen() -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "j")
        urgent = tuple(message(f"u{n}", "helper", f"urgent {n}", 100) for n in range(30))
        client.publish(replace(NORMAL, inbox=InboxView((*urgent, *NORMAL.inbox.items), total=33)))
        await pilot.pause()
        table = app.main.current.table
        assert table.rows.cursor == "m2"
        await pilot.press("plus")
        await app.workers.wait_for_complete()
        assert "weekly plan" in text_of(app)
    assert client.sent == [("queue.reprioritise", Reprioritise(scope="message", id="m2", change="raise"))]


async def test_a_panel_that_nobody_touched_shows_what_came_to_its_top() -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        urgent = tuple(message(f"u{n}", "helper", f"urgent {n}", 100) for n in range(30))
        client.publish(replace(NORMAL, inbox=InboxView((*urgent, *NORMAL.inbox.items), total=33)))
        await pilot.pause()
        assert "urgent 0" in text_of(app)
        assert app.main.panels[2].table.rows.cursor == "u0"
        await pilot.press("3", "j", "2")
        client.publish(replace(NORMAL, inbox=InboxView((*NORMAL.inbox.items, *urgent), total=33)))
        await pilot.pause()
        assert app.main.panels[2].table.rows.cursor == "u1"


async def test_the_newest_success_takes_the_place_of_the_last_but_not_of_a_failure() -> None:
    client, clock = FakeClient(NORMAL), clock_at()
    app = console(client, clock)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("3", "plus", "t")
        await app.workers.wait_for_complete()
        await pilot.press("1", "p")
        await app.workers.wait_for_complete()
        assert [one.message for one in app._notifications] == ["target.pause is done."]
        client.failure = CommandRefused("no", why="it cannot be", remedy="wait")
        await pilot.press("p")
        await app.workers.wait_for_complete()
        client.failure = None
        await pilot.press("3", "minus")
        await app.workers.wait_for_complete()
        assert [one.severity for one in app._notifications] == ["information", "error", "information"]


async def test_a_filter_narrows_and_escape_shows_all() -> None:
    clock = clock_at()
    app = console(FakeClient(NORMAL), clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("3", "slash")
        await pilot.pause()
        await pilot.press(*"weekly", "enter")
        await pilot.pause()
        assert "/weekly · 1 of 3" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert len(app.main.current.table.rows.shown) == 3


async def test_a_burst_of_views_is_painted_once() -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        shown: list[int] = []
        app.main.show = lambda view: shown.append(view.seq)  # type: ignore[method-assign,union-attr]  # counts
        for seq in range(500):
            client.publish(replace(NORMAL, seq=seq))
        await pilot.pause()
    assert shown[-1] == 499
    assert len(shown) < 5


async def test_before_the_first_view_it_says_that_it_starts() -> None:
    client = FakeClient(None)
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "starting…" in text_of(app)
        await pilot.press("a", "x", "1", "p", "m", "enter")
        client.publish(NORMAL)
        await pilot.pause()
        assert "starting…" not in text_of(app)
    assert client.sent == []


async def test_one_number_everywhere() -> None:
    app = console(FakeClient(OVERLOAD))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "▲ 214 need you" in text_of(app)
        assert app.title == "watchfloor acme-ops ▲ 214 need you"


async def test_old_data_is_told_and_dimmed() -> None:
    clock = clock_at()
    app = console(FakeClient(NORMAL), clock)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "OLD DATA" not in text_of(app)
        clock.step(timedelta(seconds=9))
        app.show()
        await pilot.pause()
        assert "data 9s old" in text_of(app)
        assert "no news since 14:02:11Z" in text_of(app)
        assert app.main.has_class("-stale")


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_no_control_or_format_character_from_data_is_painted(size: tuple[int, int]) -> None:
    client = FakeClient(HOSTILE)
    client.detail = Detail(
        "x", "\x1b[2J[/b]", (Section("\x9b1m", (("\u202e", "\x1b]52;c;x\x07"),), "[@click=app.quit]x"),)
    )
    app = console(client)
    async with app.run_test(size=size, notifications=True) as pilot:
        for number in "123456":
            await pilot.press(number, "enter")
            await app.workers.wait_for_complete()
            await pilot.pause()
            painted = text_of(app)
            await pilot.press("escape")
            await pilot.pause()
            painted += text_of(app)
            assert {c for c in painted if unicodedata.category(c) in {"Cc", "Cf"}} <= {"\n"}


async def test_enter_asks_for_the_details_of_the_selected_thing() -> None:
    client = FakeClient(NORMAL)
    client.detail = Detail("a1", "send_proposal", (Section("State", (("energy", "82"),)),))
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("2", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert at(app, DetailScreen)
        assert "energy" in text_of(app)
        client.publish(replace(NORMAL, seq=NORMAL.seq + 1))
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.press("escape")
        await pilot.pause()
        assert at(app, MainScreen)
    assert client.asked == [AskDetail(scope="action", id="a1")] * 2


async def test_details_that_cannot_be_had_say_why() -> None:
    client = FakeClient(NORMAL)
    client.failure = CommandRefused("there is no persona helper", why="it was removed", remedy="Look in the settings.")
    app = console(client)
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("1", "enter")
        await app.workers.wait_for_complete()
        await pilot.pause()
        shown = text_of(app)
    assert "there is no persona helper" in shown
    assert "it was removed" in shown
    assert "Look in the settings." in shown


async def test_a_refusal_is_one_toast_however_often_it_comes() -> None:
    client = FakeClient(NORMAL)
    client.failure = CommandRefused("the engine is [b]halted", why="\x1b[2Jana paused it", remedy="P lets it go on.")
    app = console(client)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("3", *["plus"] * 6)
        await app.workers.wait_for_complete()
        await pilot.pause()
        told = list(app._notifications)
        shown = text_of(app)
    assert len(client.sent) == 6
    assert len(told) == 1
    assert "[b]halted" in shown
    assert "⟨ESC⟩" in shown


async def test_help_opens_and_closes() -> None:
    app = console(FakeClient(NORMAL))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.press("question_mark")
        await pilot.pause()
        assert at(app, HelpScreen)
        await pilot.press("G", "g", "ctrl+d", "q")
        await pilot.pause()
        assert at(app, MainScreen)


async def test_notices_are_bounded_and_counted() -> None:
    engine = replace(ENGINE, halted=True, notices=tuple(f"notice {n}" for n in range(10)))
    app = console(FakeClient(replace(NORMAL, engine=engine)))
    async with app.run_test(size=(120, 40)) as pilot:
        await pilot.pause()
        assert "and 8 more" in text_of(app)


async def test_an_error_that_nobody_foresaw_is_told_and_the_console_goes_on() -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        await pilot.press("3")
        client.failure = RuntimeError("[b]boom")
        await pilot.press("plus")
        await pilot.pause()
        assert "[b]boom" in text_of(app)
        await pilot.press("2", "enter")
        await pilot.pause()
        assert at(app, DetailScreen)
        assert "RuntimeError: [b]boom" in text_of(app)
        await pilot.press("escape")
        await pilot.pause()
        assert at(app, MainScreen)
