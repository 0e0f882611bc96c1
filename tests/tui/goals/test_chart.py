"""The chart: every dot where it belongs, at any size, with any number."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tui.safe import display
from tui.widgets.chart import Plot, curve, draw

TEXT = display("label", limit=20, multiline=False)


def picture(plot: Plot, width: int, height: int) -> list[str]:
    """The lines as text."""
    return ["".join(text for text, _ in line) for line in draw(plot, width, height)]


def test_a_rising_line_goes_from_the_lower_left_to_the_upper_right() -> None:
    lines = picture(Plot((curve("up", range(101), "good"),), 100), 31, 12)
    body = [line[10:] for line in lines[:-2]]
    assert body[-1][0] != "\u2800"
    assert body[0][-1] != "\u2800"
    assert body[0][0] == body[-1][-1] == "\u2800"


def test_lines_differ_without_colours() -> None:
    flat = (50,) * 40
    solid, dashed, dotted = (
        picture(Plot((curve("x", flat, "text", on, off),), 100), 31, 8) for on, off in ((1, 0), (3, 3), (1, 2))
    )
    assert len({tuple(lines[:-2]) for lines in (solid, dashed, dotted)}) == 3
    assert len({lines[-1] for lines in (solid, dashed, dotted)}) == 3


def test_only_a_solid_line_is_joined_up() -> None:
    def dots(on: int, off: int) -> int:
        lines = picture(Plot((curve("x", (0, 100) * 20, "text", on, off),), 100), 31, 12)[:-2]
        return sum((ord(char) - 0x2800).bit_count() for line in lines for char in line[10:])

    wide, high = 20 * 2, 10 * 4
    assert dots(1, 0) == 1 + (wide - 1) * high
    assert dots(1, 1) == wide // 2


def test_a_gap_in_the_values_is_a_gap_in_the_line() -> None:
    lines = picture(Plot((curve("x", (None, None, 5, 5), "good"),), 10), 31, 8)
    assert all(line[10] == "\u2800" for line in lines[:-2])


def test_what_is_higher_than_the_edge_stays_inside() -> None:
    assert picture(Plot((curve("x", (10**19, 10**19), "good"),), 10), 31, 8)[0][10] != "\u2800"


@given(
    values=st.lists(st.none() | st.integers(0, 10**19), max_size=30),
    top=st.integers(1, 10**18),
    width=st.integers(0, 130),
    height=st.integers(0, 45),
)
def test_it_always_fits(values: list[int | None], top: int, width: int, height: int) -> None:
    plot = Plot((curve("a", values, "good"), curve("b", values[::-1], "dim", 1, 2)), top, ((TEXT, top),), ((TEXT, 0),))
    lines = picture(plot, width, height)
    assert len(lines) <= max(0, height)
    assert all(cell_len(line) <= width for line in lines)
