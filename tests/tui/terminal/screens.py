"""Terminals to paint on, and random screens to paint."""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import pairwise

import pyte
from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

WIDTH = 18
HEIGHT = 5

_COLOURS = (None, "#102030", "#f0f0f0", "#ff0000", "default")
_LETTERS = "ab   XY09┃─…日本語é✓"


class Painter:
    """Makes random screens, the same ones for the same seed (drawing them letter by letter would be far slower).

    Args:
        seed: any integer.
    """

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def style(self) -> Style | None:
        """Some style, or none."""
        pick = self.random
        if pick.random() < 0.2:
            return None
        bold, italic, underline, reverse, strike = (pick.random() < 0.25 for _ in range(5))
        return Style(
            color=pick.choice(_COLOURS),
            bgcolor=pick.choice(_COLOURS),
            bold=bold,
            italic=italic,
            underline=underline,
            reverse=reverse,
            strike=strike,
        )

    def strip(self, width: int) -> Strip:
        """A strip of exactly this many cells."""
        pick = self.random
        words = ("".join(pick.choices(_LETTERS, k=pick.randint(1, 8))) for _ in range(pick.randint(0, 4)))
        return Strip([Segment(word, self.style()) for word in words]).adjust_cell_length(width, self.style())

    def layout(self) -> LayoutUpdate:
        """A whole screen."""
        return LayoutUpdate([[self.strip(WIDTH)] for _ in range(HEIGHT)], Region(0, 0, WIDTH, HEIGHT))

    def partial(self) -> ChopsUpdate:
        """Some stretches of some rows, cut as the compositor cuts them."""
        pick = self.random
        chops: list[dict[int, Strip | None]] = []
        ends: list[list[int]] = []
        for _ in range(HEIGHT):
            cuts = [0, *sorted(pick.sample(range(1, WIDTH), pick.randint(0, 3))), WIDTH]
            chops.append({a: self.strip(b - a) for a, b in pairwise(cuts)})
            ends.append(cuts[1:])
        spans = []
        for y in sorted(pick.sample(range(HEIGHT), pick.randint(1, HEIGHT))):
            first = pick.randrange(WIDTH)
            spans.append((y, first, pick.randint(first + 1, WIDTH)))
        return ChopsUpdate(chops, spans, ends)

    def updates(self) -> list[CompositorUpdate]:
        """A whole screen, and some changes to it."""
        changes = [
            self.partial() if self.random.random() < 0.7 else self.layout() for _ in range(self.random.randint(0, 5))
        ]
        return [self.layout(), *changes]


@dataclass(frozen=True)
class Cell:
    """What an eye can tell about a cell."""

    text: str
    foreground: str
    background: str
    attributes: tuple[bool, ...]


class Emulator:
    """A terminal that remembers what it shows."""

    def __init__(self, width: int = WIDTH, height: int = HEIGHT) -> None:
        self.screen = pyte.Screen(width, height)
        self.stream = pyte.Stream(self.screen)

    def feed(self, data: str) -> None:
        """Let the terminal read some output; it does not wrap lines, as the driver tells it."""
        self.stream.feed("\x1b[?7l" + data)

    def cells(self) -> list[list[Cell]]:
        """The screen, without what cannot be seen, such as the foreground of a blank."""
        return [[_seen(row[x]) for x in range(self.screen.columns)] for row in self._rows()]

    def shows(self, stock: Emulator) -> bool:
        """Whether this screen shows what stock output shows.

        Stock output may paint over half of a wide character; what is left of the other half differs from terminal to
        terminal, so that these cells are not compared.
        """
        return all(
            mine == other or _is_half(row, x)
            for row, ours, others in zip(stock._rows(), self.cells(), stock.cells(), strict=True)
            for x, (mine, other) in enumerate(zip(ours, others, strict=True))
        )

    def _rows(self) -> list[dict[int, pyte.screens.Char]]:
        return [self.screen.buffer[y] for y in range(self.screen.lines)]


def _is_half(row: dict[int, pyte.screens.Char], x: int) -> bool:
    """Whether the cell is one half of a wide character that lost its other half."""
    if row[x].data == "":
        return x == 0 or cell_len(row[x - 1].data) < 2
    return cell_len(row[x].data) == 2 and row[x + 1].data != ""


def _seen(char: pyte.screens.Char) -> Cell:
    lines = (char.underscore, char.strikethrough, char.reverse)
    if char.data.isspace() and not any(lines):
        return Cell(" ", "", char.bg, ())
    return Cell(char.data, char.fg, char.bg, (char.bold, char.italics, *lines))
