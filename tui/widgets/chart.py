"""A chart of lines in braille dots. The lines differ by their pattern, so that it reads the same without colours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from textual.strip import Strip

from ..safe import SafeText, display
from .tones import Run, Toned, fit, run, width_of

_DOTS: Final = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))
"""The bit of each dot in a braille cell, by row and column."""
_BLANK: Final = 0x2800
_FEWEST: Final = (8, 2)
"""Columns and rows below which no line could be told from another."""
_LABEL: Final = 9


@dataclass(frozen=True, slots=True)
class Curve:
    """One line of a chart.

    Attributes:
        name: what it is, for the key below.
        values: its height at each of the chart's places, 0 or more; nothing where it is not.
        tone: its colour.
        on, off: dots that are drawn and left out in turn; ``off`` 0 is a solid line.
    """

    name: SafeText
    values: tuple[int | None, ...]
    tone: str
    on: int = 1
    off: int = 0


@dataclass(frozen=True, slots=True)
class Plot:
    """What to draw: lines over the same places, the first one on top of the others.

    Attributes:
        top: the height of the upper edge, more than 0; what is higher is cut there.
        heights: a label and its height, for the left edge.
        places: a label and its place, 0 for the first, for the lower edge.
    """

    curves: tuple[Curve, ...]
    top: int
    heights: tuple[tuple[SafeText, int], ...] = ()
    places: tuple[tuple[SafeText, int], ...] = ()


def curve(name: str, values: Sequence[int | None], tone: str, on: int = 1, off: int = 0) -> Curve:
    """A line whose name may come from anywhere."""
    return Curve(display(name, limit=40, multiline=False), tuple(values), tone, on, off)


class Chart(Toned):
    """Paints a plot as large as it is itself: the lines, their scale, and a key that tells them apart."""

    DEFAULT_CSS = """
    Chart { height: 1fr; }
    """

    FADES = True

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._plot: Plot | None = None
        self._drawn: tuple[tuple[Plot | None, int, int], list[list[tuple[str, str]]]] | None = None

    def show(self, plot: Plot | None) -> None:
        """Show this plot, or nothing."""
        if plot != self._plot:
            self._plot = plot
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """One line of the picture."""
        width, height = self.size
        wanted = (self._plot, width, height)
        if self._drawn is None or self._drawn[0] != wanted:
            self._drawn = (wanted, draw(self._plot, width, height) if self._plot else [])
        lines = self._drawn[1]
        return self.strip_of(lines[y] if y < len(lines) else [], width)


def draw(plot: Plot, width: int, height: int) -> list[list[tuple[str, str]]]:
    """The picture as lines of text and tone; nothing where it would be too small to read."""
    columns, rows = width - _LABEL - 2, height - 2
    if columns < _FEWEST[0] or rows < _FEWEST[1]:
        return []
    cells = [[(0, "text")] * columns for _ in range(rows)]
    # The first line is drawn last, so that its colour wins where several meet.
    for one in reversed(plot.curves):
        for x, y in _dots(one, plot.top, columns * 2, rows * 4):
            bits, _ = cells[y // 4][x // 2]
            cells[y // 4][x // 2] = (bits | _DOTS[y % 4][x % 2], one.tone)
    labels = {rows - 1 - min(rows - 1, at * rows // plot.top): label for label, at in plot.heights}
    lines: list[list[tuple[str, str]]] = []
    for number, line in enumerate(cells):
        label = fit((Run(labels[number], "dim"),) if number in labels else (), _LABEL, right=True)
        edge = "┤" if number in labels else "│"
        lines.append([*label, (edge, "dim"), *((chr(_BLANK + bits), tone) for bits, tone in line)])
    return [*lines, _axis(plot, columns), _key(plot, width)]


def _dots(one: Curve, top: int, wide: int, high: int) -> list[tuple[int, int]]:
    """The dots of a line, from the upper left; a solid one is joined up between its places."""
    count = len(one.values)
    dots: list[tuple[int, int]] = []
    before: int | None = None
    for x in range(wide):
        value = one.values[x * (count - 1) // (wide - 1)] if count else None
        if value is None:
            before = None
            continue
        y = high - 1 - min(high - 1, max(0, value) * (high - 1) // top)
        reach = range(min(y, before), max(y, before) + 1) if before is not None and not one.off else (y,)
        before = y
        if x % (one.on + one.off) < one.on:
            dots += [(x, at) for at in reach]
    return dots


def _axis(plot: Plot, columns: int) -> list[tuple[str, str]]:
    """The labels of the lower edge, each where its place is; one that finds no room is left out."""
    most = max((len(one.values) for one in plot.curves), default=1) - 1
    line = [" "] * columns
    for label, place in sorted(plot.places, key=lambda one: one[1] not in {0, most}):
        text = label.text[:columns]
        at = min(columns - len(text), max(0, place * (columns - 1) // max(1, most) - len(text) // 2))
        around = line[max(0, at - 1) : at + len(text) + 1]
        if text.isascii() and all(char == " " for char in around):
            line[at : at + len(text)] = text
    return [(" " * (_LABEL + 1), "text"), ("".join(line), "dim")]


def _key(plot: Plot, width: int) -> list[tuple[str, str]]:
    runs: list[Run] = [run(" " * _LABEL)]
    for one in plot.curves:
        sample = "".join("⠒" if number * 2 % (one.on + one.off) < one.on else " " for number in range(4))
        part = [run(f" {sample} ", one.tone), Run(one.name, "dim"), run(" ")]
        if width_of([*runs, *part]) < width:
            runs += part
    return fit(runs, width)
