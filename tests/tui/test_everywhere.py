"""What holds on every screen: keys that say why they do nothing, the kill switch, what needs somebody, long texts."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.operators import Operator, Role
from tui.app import ConsoleApp
from tui.keymap import Scope
from tui.screens.choose import Choice, Choose
from tui.screens.help import HelpScreen
from tui.screens.page import PageScreen
from tui.screens.unused import unused
from tui.widgets.line import Line
from tui.widgets.rows import Column, lent
from tui.widgets.title import Title, corner
from tui.widgets.tones import cell

from .fake import ANA, VIC, FakeClient, clock_at, console
from .views import HALTED, NORMAL, NOW


def _told(app: ConsoleApp) -> list[str]:
    return [str(note.message) for note in app._notifications]  # Textual has no public list of them


def test_a_key_that_does_nothing_says_where_it_would() -> None:
    assert unused("a", "a", Scope.PERSONAS, Role.OPERATOR, None) == (
        "“a” means “approve” in the approvals (2), nothing here.  ? shows all keys."
    )
    assert unused("ö", "ö", Scope.PERSONAS, Role.OPERATOR, None) == "“ö” does nothing here.  ? shows all keys."
    assert unused("a", "a", Scope.APPROVALS, Role.VIEWER, None) == "“approve” is not for a viewer."
    assert unused("r", "r", Scope.SCHEDULE, Role.OPERATOR, None) == "Nothing to run now here."


@pytest.mark.parametrize(
    ("keys", "operator", "told"),
    [
        (("1", "a"), ANA, "“a” means “approve” in the approvals (2), nothing here.  ? shows all keys."),
        (("2", "a"), VIC, "“approve” is not for a viewer."),
        (("5", "x"), ANA, "“cancel” does not fit the selected row."),
        (("L", "b"), ANA, "“b” means “beat now” in the heartbeat (H), nothing here.  ? shows all keys."),
        (("1", "j", "k", "tab"), ANA, ""),
    ],
)
async def test_it_is_told_once_on_every_screen(keys: tuple[str, ...], operator: Operator, told: str) -> None:
    client = FakeClient(NORMAL, operator)
    app = console(client)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press(*keys)
        assert (told in _told(app)) is bool(told)
        assert len([one for one in _told(app) if "“" in one]) == bool(told)
        assert client.sent == []


async def test_everything_can_be_paused_while_one_reads_the_help() -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test() as pilot:
        await pilot.press("question_mark", "P")
        await app.workers.wait_for_complete()
        assert isinstance(app.screen, HelpScreen)
        assert [name for name, _ in client.sent] == ["engine.halt"]
        client.publish(HALTED)
        await pilot.press("P")
        await pilot.pause()
        assert app.screen_stack[-1].query("#yes, #dialog")
        assert len(client.sent) == 1


async def test_a_viewer_cannot_pause_everything_there_either() -> None:
    client = FakeClient(NORMAL, VIC)
    app = console(client)
    async with app.run_test(notifications=True) as pilot:
        await pilot.press("question_mark", "P")
        assert client.sent == []
        assert "“pause all” is not for a viewer." in _told(app)


async def test_every_screen_tells_what_needs_somebody() -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("L")
        await pilot.pause()
        assert isinstance(app.screen, PageScreen)
        title = app.screen.query_one(Title)
        assert "▲ 3 need you" in title.render_line(0).text
        client.publish(replace(NORMAL, needs=4, seq=NORMAL.seq + 1))
        await pilot.pause()
        assert "▲ 4 need you" in title.render_line(0).text


def test_the_corner_tells_what_is_grave_first() -> None:
    said = "".join(part.text.text for part in corner(HALTED, clock_at(42).now()))
    assert said.split() == ["■", "PAUSED", "data", "42s", "old", "▲", "3", "need", "you"]
    assert corner(None, NOW) == ()


def test_a_text_takes_the_room_of_the_empty_cells_after_it() -> None:
    columns = (Column(4), Column(6), Column(5), Column(3))
    assert lent(columns, (cell("abcdefgh"), (), (), cell("x")), (4, 6, 5, 3)) == [11, 0, 5, 3]
    assert lent(columns, (cell("abcdefghijkl"), (), (), cell("x")), (4, 6, 5, 3)) == [17, 0, 0, 3]
    assert lent(columns, (cell("abc"), (), (), cell("x")), (4, 6, 5, 3)) == [4, 6, 5, 3]
    assert lent(columns, (cell("abcdefgh"), cell("y"), (), cell("x")), (4, 6, 5, 3)) == [4, 6, 5, 3]


async def test_choices_keep_their_names_apart_from_what_they_mean() -> None:
    app = console(FakeClient(NORMAL))
    async with app.run_test(size=(100, 30)) as pilot:
        app.push_screen(Choose(cell("Which?"), (Choice("1", "customer-letter", "sends it"), Choice("2", "a", "b"))))
        await pilot.pause()
        lines = [line.render_line(0).text.rstrip() for line in app.screen.query(Line)]
        assert "   1  customer-letter  sends it" in lines
        assert "   2  a                b" in lines
