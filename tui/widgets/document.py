"""A text to read: headings, facts with labels, and whole payloads, wrapped but never shortened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from rich.cells import cell_len, chop_cells
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from ..safe import SafeText, display
from .tones import Toned

PAYLOAD_CHARACTERS: Final = 300_000
"""More of one text than this is not painted; an approval that is longer cannot be given here."""
PAYLOAD_LINES: Final = 20_000
"""The same for lines."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph.

    Attributes:
        text: what it says; its own line breaks are kept.
        label: what it is; stands before the text, which is then indented.
        tone: how the text is meant.
        label_tone: how the label is meant.
    """

    text: SafeText
    label: SafeText
    tone: str = "text"
    label_tone: str = "dim"


def paragraph(text: str, label: str = "", tone: str = "text", label_tone: str = "dim") -> Paragraph:
    """A paragraph of texts from anywhere, cleaned."""
    return Paragraph(
        display(text, limit=PAYLOAD_CHARACTERS, lines=PAYLOAD_LINES),
        display(label, limit=PAYLOAD_CHARACTERS, multiline=False),
        tone,
        label_tone,
    )


def heading(text: str) -> Paragraph:
    """A heading."""
    return paragraph(text, tone="strong")


GAP: Final = paragraph("")
"""An empty line."""


def wrapped(text: str, width: int) -> list[str]:
    """Every character of a text in lines of at most ``width`` columns, broken after spaces where there are any."""
    lines: list[str] = []
    for source in text.expandtabs(4).split("\n"):
        line, used = "", 0
        for word in _words(source):
            size = cell_len(word)
            if line and (size > width or used + cell_len(word.rstrip(" ")) > width):
                lines.append(line)
                line, used = "", 0
            if size > width:
                *full, rest = chop_cells(word, width)
                lines.extend(full)
            else:
                rest = word
            line += rest
            used += cell_len(rest)
        lines.append(line)
    return lines


def _words(line: str) -> list[str]:
    """The words of a line, each with the spaces that follow it."""
    words: list[str] = []
    start = 0
    for index in range(1, len(line)):
        if line[index] != " " and line[index - 1] == " ":
            words.append(line[start:index])
            start = index
    words.append(line[start:])
    return words


class Document(Toned, ScrollView, can_focus=False, inherit_bindings=False):
    """Paragraphs, painted line by line; what is out of sight costs nothing."""

    DEFAULT_CSS = """
    Document { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; scrollbar-gutter: stable; }
    """

    FADES = True

    def __init__(self, paragraphs: Sequence[Paragraph] = (), *, label_width: int = 10, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id)
        self._paragraphs = tuple(paragraphs)
        self._label_width = label_width
        self._lines: list[list[tuple[str, str]]] = []
        self._ends: list[int] = []
        self._width = 0

    @property
    def at_end(self) -> bool:
        """The last line is in sight."""
        return bool(self._width) and self.scroll_offset.y + self.scrollable_content_region.height >= len(self._lines)

    @property
    def plain(self) -> str:
        """The whole text, as it is painted."""
        return "\n".join("".join(text for text, _ in line).rstrip() for line in self._lines)

    def in_sight(self, count: int) -> bool:
        """Every line of the first paragraphs is in sight at once.

        Args:
            count: how many paragraphs.
        """
        last = self._ends[count - 1] if 0 < count <= len(self._ends) else 0
        height = self.scrollable_content_region.height
        return bool(self._width) and self.scroll_offset.y == 0 and 0 < last <= height

    def show(self, paragraphs: Sequence[Paragraph], *, top: bool = False) -> None:
        """Show these paragraphs; ``top`` scrolls back to the first line."""
        if tuple(paragraphs) == self._paragraphs:
            return
        self._paragraphs = tuple(paragraphs)
        self._wrap()
        if top:
            self.scroll_to(y=0, animate=False, force=True)

    def move(self, by: int) -> None:
        """Scroll some lines down, or up."""
        self.scroll_to(y=max(0, self.scroll_offset.y + by), animate=False, force=True)

    def page(self, by: int) -> None:
        """Scroll half a page down, or up."""
        self.move(by * max(1, self.scrollable_content_region.height // 2))

    def move_to_end(self) -> None:
        """Scroll to the last line."""
        self.move(len(self._lines))

    def on_resize(self) -> None:
        """Wrap for the new width."""
        if self.scrollable_content_region.width != self._width:
            self._wrap()

    def render_line(self, y: int) -> Strip:
        """The line at a place on the screen."""
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        return self.strip_of(self._lines[index] if index < len(self._lines) else [], width)

    def _wrap(self) -> None:
        self._width = self.scrollable_content_region.width
        if not self._width:
            return
        pieces = [self._lines_of(one) for one in self._paragraphs]
        self._ends = list(accumulate(map(len, pieces)))
        self._lines = [line for lines in pieces for line in lines]
        self.virtual_size = Size(1, len(self._lines))
        self.refresh()

    def _lines_of(self, one: Paragraph) -> list[list[tuple[str, str]]]:
        if not one.label.text:
            return [[(" " + line, one.tone)] for line in wrapped(one.text.text, max(1, self._width - 1))]
        indent = self._label_width + 2
        label = one.label.text
        texts = wrapped(one.text.text, max(8, self._width - indent))
        first = [(" " + label.ljust(self._label_width + 1), one.label_tone), (texts[0], one.tone)]
        lines = [first]
        if cell_len(label) > self._label_width:
            # A long name gets a line of its own, so that all values start in the same column.
            names = [[(" " + name, one.label_tone)] for name in wrapped(label, max(1, self._width - 1))]
            lines = [*names, [(" " * indent, "text"), (texts[0], one.tone)]]
        return lines + [[(" " * indent, "text"), (text, one.tone)] for text in texts[1:]]
