"""The differenced output shows what Textual's own output shows, in fewer bytes."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.console import Console
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, InlineUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

from tui.terminal.display import Display

from .screens import HEIGHT, WIDTH, Emulator, Painter


def _stock() -> Console:
    return Console(color_system="truecolor", force_terminal=True, width=WIDTH, height=HEIGHT)


def _line(text: str, style: Style | None = None) -> LayoutUpdate:
    rows: list[Iterable[Strip]] = [
        [Strip([Segment(text.ljust(WIDTH), style)])],
        *[[Strip.blank(WIDTH)] for _ in range(HEIGHT - 1)],
    ]
    return LayoutUpdate(rows, Region(0, 0, WIDTH, HEIGHT))


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 2**32))
def test_it_shows_what_stock_output_shows(seed: int) -> None:
    """Whatever the updates, and however many of them share one frame or follow a lost screen."""
    painter = Painter(seed)
    console, display = _stock(), Display(WIDTH, HEIGHT, ColorSystem.TRUECOLOR)
    stock, ours = Emulator(), Emulator()
    for update in painter.updates():
        stock.feed(update.render_segments(console))
        display.apply(update)
        if painter.random.random() < 0.5:
            ours.feed(display.frame())
        if painter.random.random() < 0.1:
            display.invalidate()
    ours.feed(display.frame())
    assert ours.shows(stock)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32))
def test_what_did_not_change_is_not_sent_again(seed: int) -> None:
    painter = Painter(seed)
    display = Display(WIDTH, HEIGHT, ColorSystem.TRUECOLOR)
    for update in painter.updates():
        display.apply(update)
        display.frame()
        display.apply(update)
        assert display.frame() == ""


def test_one_changed_cell_costs_a_move_and_the_cell() -> None:
    style = Style(color="#102030", bgcolor="#f0f0f0")
    display = Display(WIDTH, HEIGHT, ColorSystem.TRUECOLOR)
    display.apply(_line("14:02:11", style))
    display.frame()
    display.apply(_line("14:02:12", style))
    assert len(display.frame()) <= len("\x1b[1;8H2") + len("\x1b[38;2;16;32;48;48;2;240;240;240m")


def test_a_frame_starts_where_the_last_one_left_the_pen() -> None:
    style = Style(color="#102030", bgcolor="#f0f0f0")
    display = Display(WIDTH, HEIGHT, ColorSystem.TRUECOLOR)
    full = LayoutUpdate([[Strip([Segment("a" * WIDTH, style)])]] * HEIGHT, Region(0, 0, WIDTH, HEIGHT))
    display.apply(full)
    display.frame()
    display.apply(_line("b" + "a" * (WIDTH - 1), style))
    assert "\x1b[1Hb" in display.frame()


def test_resize_paints_everything_again() -> None:
    display = Display(WIDTH, HEIGHT, ColorSystem.TRUECOLOR)
    display.apply(_line("hello"))
    display.frame()
    display.resize(WIDTH + 4, HEIGHT + 1)
    terminal = Emulator(WIDTH + 4, HEIGHT + 1)
    terminal.feed("old rubbish everywhere")
    display.apply(_line("again"))
    terminal.feed(display.frame())
    assert [line.rstrip() for line in terminal.screen.display] == ["again", *[""] * HEIGHT]


def test_an_update_larger_than_the_terminal_is_cut() -> None:
    display = Display(4, 1, ColorSystem.TRUECOLOR)
    display.apply(_line("abc日本"))
    terminal = Emulator(4, 1)
    terminal.feed(display.frame())
    assert terminal.screen.display == ["abc "]


@pytest.mark.parametrize(
    ("colours", "sent"),
    [
        (ColorSystem.TRUECOLOR, "38;2;255;0;0"),
        (ColorSystem.EIGHT_BIT, "38;5;196"),
        (ColorSystem.STANDARD, "31"),
    ],
)
def test_colours_follow_the_terminal(colours: ColorSystem, sent: str) -> None:
    display = Display(WIDTH, HEIGHT, colours)
    display.apply(_line("red", Style(color="#ff0000")))
    assert f"\x1b[{sent}m" in display.frame()


def test_without_colour_only_attributes_are_sent() -> None:
    """A row that was lighter than its text, such as a selection, is told by reverse video."""
    display = Display(WIDTH, HEIGHT, None)
    display.apply(_line("plain", Style(color="#ffffff", bgcolor="#000000")))
    assert display.frame().count("\x1b[") == display._grid.height + 1
    display.apply(_line("chosen", Style(color="#000000", bgcolor="#ffffff", bold=True)))
    frame = display.frame()
    assert "\x1b[1;7m" in frame
    assert ";2;" not in frame


def test_links_are_never_sent() -> None:
    display = Display(WIDTH, HEIGHT, ColorSystem.TRUECOLOR)
    display.apply(_line("link", Style(link="https://example.org/\x1b]52;c;eA==\x07")))
    assert "]8;" not in display.frame()


def test_large_frames_are_synchronised_where_the_terminal_can() -> None:
    display = Display(80, 40, ColorSystem.TRUECOLOR)
    assert not display.frame().startswith("\x1b[?2026h")
    display.synchronised = True
    display.invalidate()
    frame = display.frame()
    assert frame.startswith("\x1b[?2026h")
    assert frame.endswith("\x1b[?2026l")


def test_the_cursor_rests_where_the_input_is() -> None:
    display = Display(WIDTH, HEIGHT, ColorSystem.TRUECOLOR)
    display.apply(_line("name:"))
    display.cursor = (5, 0)
    terminal = Emulator()
    terminal.feed(display.frame())
    assert (terminal.screen.cursor.x, terminal.screen.cursor.y) == (5, 0)
    assert display.frame() == ""


def test_only_full_screen_updates_are_known() -> None:
    with pytest.raises(TypeError):
        Display(WIDTH, HEIGHT, None).apply(InlineUpdate([]))


def test_partial_updates_touch_their_spans_alone() -> None:
    display = Display(WIDTH, HEIGHT, ColorSystem.TRUECOLOR)
    display.apply(_line("x" * WIDTH))
    display.frame()
    chops: list[dict[int, Strip | None]] = [{0: Strip([Segment("y" * WIDTH)])}, *[{} for _ in range(HEIGHT - 1)]]
    display.apply(ChopsUpdate(chops, [(0, 0, 3)], [[WIDTH]] * HEIGHT))
    terminal = Emulator()
    terminal.feed("x" * WIDTH + display.frame())
    assert terminal.screen.display[0] == "yyy" + "x" * (WIDTH - 3)
