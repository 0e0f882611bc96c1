"""No character that controls or hides passes the last line."""

from __future__ import annotations

import sys
import unicodedata

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.safe import display
from tui.terminal.cells import as_cells
from tui.terminal.guard import UNSAFE_RANGES, Guard


def test_the_ranges_hold_every_control_and_format_character() -> None:
    unsafe = {code for first, last in UNSAFE_RANGES for code in range(first, last + 1)}
    hidden = {
        code for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    }
    assert hidden <= unsafe


def test_plain_text_passes_untouched() -> None:
    guard = Guard()
    assert guard.clean("plain ┃ 日本") == "plain ┃ 日本"
    assert guard.hits == 0


def test_escapes_are_taken_out_and_counted() -> None:
    guard = Guard()
    assert guard.clean("a\x1b[2J\x9b31m\u202eb") == "a[2J31mb"
    assert guard.hits == 3


@given(st.text(max_size=60))
def test_text_cleaned_at_the_border_never_hits(raw: str) -> None:
    guard = Guard()
    guard.clean(display(raw, multiline=False).text)
    assert guard.hits == 0


@given(st.text(max_size=60))
def test_cells_fill_exactly_the_room_of_the_layout(raw: str) -> None:
    width = cell_len(raw)
    cells = as_cells(Guard().clean(raw), width)
    assert len(cells) == width
