"""Screens of their own: one list, the text about the selected row, the keys of the table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from engine.errors import WatchfloorError
from tui.keymap import Scope
from tui.screens.page import PageScreen
from tui.widgets.document import Paragraph, paragraph
from tui.widgets.rows import Column, Shape
from tui.widgets.tones import Cell, cell

from .fake import FakeClient, clock_at, console
from .views import NORMAL


@dataclass(frozen=True, slots=True)
class Fruit:
    name: str
    colour: str


def _cells(item: Fruit, _now: datetime) -> tuple[Cell, ...]:
    return (cell(item.name, "strong"), cell(item.colour, "text"))


class Fruits(PageScreen[Fruit]):
    SCOPE = Scope.JOURNAL
    NAME = "Fruits"
    SHAPE = Shape((Column(10), Column(10, flex=1)), key=lambda item: item.name, cells=_cells, empty="No fruit.")

    stock: Sequence[Fruit] = (Fruit("apple", "red"), Fruit("banana", "yellow"), Fruit("cherry", "red"))
    trouble_with: WatchfloorError | None = None
    asked = 0

    async def load(self) -> Sequence[Fruit]:
        self.asked += 1
        if self.trouble_with is not None:
            raise self.trouble_with
        return self.stock

    def explain(self, item: Fruit | None) -> tuple[Paragraph, ...]:
        return () if item is None else (paragraph(item.colour, "colour"),)


async def test_it_lists_moves_explains_and_leaves() -> None:
    app = console(FakeClient(NORMAL))
    async with app.run_test(size=(80, 24)) as pilot:
        page = Fruits(app)
        await app.push_screen(page)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert [item.name for item in page.table.rows.shown] == ["apple", "banana", "cherry"]
        await pilot.press("j")
        assert page.selected == Fruit("banana", "yellow")
        assert "yellow" in page.text.render_line(0).text
        await pilot.press("escape")
        assert app.screen is app.main


async def test_news_are_asked_for_once_and_the_cursor_stays_on_its_row() -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test(size=(80, 24)) as pilot:
        page = Fruits(app)
        await app.push_screen(page)
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("j")
        page.stock = (Fruit("apricot", "orange"), *page.stock)
        client.publish(replace(NORMAL, seq=NORMAL.seq + 1))
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert page.selected == Fruit("banana", "yellow")
        assert len(page.table.rows.shown) == 4
        asked = page.asked
        client.publish(replace(NORMAL, seq=NORMAL.seq + 1, at=clock_at(5).now()))
        await pilot.pause()
        assert page.asked == asked


async def test_the_filter_narrows_and_escape_ends_it_first() -> None:
    clock = clock_at()
    app = console(FakeClient(NORMAL), clock)
    async with app.run_test(size=(80, 24)) as pilot:
        page = Fruits(app)
        await app.push_screen(page)
        await app.workers.wait_for_complete()
        await pilot.pause()
        await pilot.press("slash")
        await pilot.pause()
        await pilot.press(*"colour:red", "enter")
        await pilot.pause()
        assert [item.name for item in page.table.rows.shown] == ["apple", "cherry"]
        await pilot.press("escape")
        assert app.screen is page
        assert len(page.table.rows.shown) == 3


async def test_what_the_engine_cannot_tell_is_said_and_asked_again() -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test(size=(80, 24)) as pilot:
        page = Fruits(app)
        page.trouble_with = WatchfloorError("the database is lost", remedy="Free some disk.")
        await app.push_screen(page)
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert "the database is lost" in page.trouble.render_line(0).text
        page.trouble_with = None
        client.publish(replace(NORMAL, seq=NORMAL.seq + 1))
        await pilot.pause()
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert len(page.table.rows.shown) == 3
        assert page.trouble.render_line(0).text.strip() == ""


async def test_everything_can_be_paused_from_here() -> None:
    client = FakeClient(NORMAL)
    app = console(client)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(Fruits(app))
        await pilot.press("P")
        await app.workers.wait_for_complete()
        assert client.sent[0][0] == "engine.halt"
