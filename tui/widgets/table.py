"""A list that paints its own lines, so that a changed row costs one line and rows out of sight cost nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, TypeVar

from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from .rows import Rows, Shape, lent, widths
from .tones import Cell, Toned, fit, run, width_of

T = TypeVar("T")

SPARE: Final = 200
"""How many rows that went are remembered as seen before they are forgotten together."""
_Painted = tuple[str, tuple[Cell, ...], str]


class RowTable(Toned, ScrollView, Generic[T], can_focus=True, inherit_bindings=False):
    """Rows with a cursor that holds on to its row, whatever comes and goes around it."""

    DEFAULT_CSS = """
    RowTable { height: 1fr; overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; }
    """

    FADES = True

    @dataclass
    class Moved(Message):
        """The cursor is on another row, or its row has news."""

        table: RowTable[Any]

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowTable.Moved) and message.table is self.table

    def __init__(self, shape: Shape[T], *, follow: bool = False) -> None:
        super().__init__()
        self.rows: Rows[T] = Rows(shape, follow)
        self._now: datetime | None = None
        self._painted: dict[int, _Painted] = {}
        self._needs = [0] * len(shape.columns)
        self._empty = shape.empty
        self._seen: set[str] = set()
        self._told: dict[str, tuple[T, tuple[Cell, ...]]] = {}

    @property
    def current(self) -> T | None:
        """The item under the cursor."""
        return self.rows.current

    def show(self, items: Sequence[T], now: datetime) -> None:
        """Show these items as they are at a moment; only the lines that changed are painted again."""
        self._now = now
        self._told.clear()
        offset = self.rows.index - self.scroll_offset.y
        before = self.current
        self.rows.take(items, now)
        if len(self._seen) > 2 * len(items) + SPARE:
            self._seen &= {self.rows.shape.key(item) for item in items}
        self._settle(offset)
        if self.current != before:
            self.post_message(self.Moved(self))

    def hold(self) -> None:
        """Let no row move while a decision is open."""
        self.rows.hold()

    def release(self) -> None:
        """Let the rows that came meanwhile in."""
        if self._now is not None:
            self.rows.release(self._now)
            self._settle(0)
            self.post_message(self.Moved(self))

    def narrow(self, expression: str) -> None:
        """Show only rows that pass a filter; an empty one shows all."""
        if self._now is not None:
            self.rows.narrow(expression, self._now)
            self._settle(0)
            self.post_message(self.Moved(self))

    def turn(self) -> None:
        """Sort by the next of its orders."""
        if self._now is not None:
            self.rows.turn(self._now)
            self._settle(None)
            self.post_message(self.Moved(self))

    def move(self, by: int, *, wrap: bool = False) -> None:
        """Move the cursor some rows down, or up."""
        count = len(self.rows.shown)
        if not count:
            return
        to = max(self.rows.index, 0 if self.rows.cursor else -1) + by
        self._put(to % count if wrap else to)

    def move_to(self, index: int) -> None:
        """Put the cursor on a row; a negative index counts from the end."""
        self._put(index if index >= 0 else len(self.rows.shown) + index)

    def move_to_top(self) -> None:
        """Back to the first row, and to staying there while nobody works in this list."""
        self.rows.top()
        self._settle(None)
        self.post_message(self.Moved(self))

    def mark(self) -> None:
        """Mark the cursor's row, or take its mark away, and go on to the next."""
        self.rows.mark()
        self.move(1)

    def mark_range(self) -> int:
        """Mark every row from the last mark to the cursor that has been on the screen; tells how many were not."""
        unseen = self.rows.mark_range(self._seen)
        self._settle(None)
        self.post_message(self.Moved(self))
        return unseen

    def unmark(self) -> None:
        """Take all marks away."""
        self.rows.unmark()
        self._settle(None)
        self.post_message(self.Moved(self))

    def empty(self, hint: str) -> None:
        """What to say while there is no row."""
        if hint != self._empty:
            self._empty = hint
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line at a place on the screen."""
        width = self.scrollable_content_region.width
        index = y + self.scroll_offset.y
        painted = self._line(index)
        self._painted[y] = painted
        key, cells, mark = painted
        if not key:
            text = self._empty_line(y, width)
            return self.strip_of(fit((run(text, "dim"),), width), width)
        self._seen.add(key)
        under = {"▌": "row--cursor", "▏": "row--resting"}.get(mark[0], "")
        pairs = [(mark[0], "accent"), (mark[1:], "warn")]
        columns = self.rows.shape.columns
        for column, cell, size in zip(columns, cells, lent(columns, cells, self._sizes(width)), strict=True):
            if size:
                pairs += fit(cell, size, right=column.right)
                pairs.append((" ", "text"))
        return self.strip_of(pairs, width, under)

    def watch_has_focus(self, _has_focus: bool) -> None:  # noqa: FBT001  # Textual's signature
        super().watch_has_focus(_has_focus)
        self._repaint()

    def on_resize(self) -> None:
        """Keep the cursor in sight."""
        self._painted.clear()
        self._needs = [0] * len(self._needs)
        self._settle(self.rows.index - self.scroll_offset.y)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the row that was clicked."""
        index = event.y + self.scroll_offset.y
        if index < len(self.rows.shown):
            self._put(index)

    def _put(self, index: int) -> None:
        self.rows.move(index)
        self._settle(None)
        self.post_message(self.Moved(self))

    def _settle(self, offset: int | None) -> None:
        """Scroll so that the cursor's row is in sight, on the same line of the screen where ``offset`` names one."""
        self.virtual_size = Size(1, len(self.rows.shown))
        index, height = self.rows.index, self.scrollable_content_region.height
        top = self.scroll_offset.y
        if index >= 0 and height > 0:
            if offset is not None and 0 <= offset < height and top > 0:
                top = index - offset
            top = max(index - height + 1, min(top, index))
        elif self.rows.follow:
            top = 0
        top = max(0, min(top, len(self.rows.shown) - height))
        if top != self.scroll_offset.y:
            self.scroll_to(y=top, animate=False, force=True)
        self._repaint()

    def _repaint(self) -> None:
        """Paint the lines that no longer show what they should."""
        lines = [self._line(y + self.scroll_offset.y) for y in range(self.scrollable_content_region.height)]
        self._measure(lines)
        for y, line in enumerate(lines):
            if self._painted.get(y) != line:
                self.refresh(Region(0, y, self.size.width, 1))

    def _line(self, index: int) -> _Painted:
        if self._now is None or not 0 <= index < len(self.rows.shown):
            return ("", (), self._empty if not self.rows.shown else "")
        item = self.rows.shown[index]
        key = self.rows.shape.key(item)
        mark = " "
        if key == self.rows.cursor:
            mark = "▌" if self.has_focus else "▏"
        if self.rows.marks:
            mark += "✓ " if key in self.rows.marks else "  "
        told = self._told.get(key)
        if told is None or told[0] is not item:
            told = self._told[key] = (item, self.rows.shape.cells(item, self._now))
        return (key, told[1], mark)

    def _measure(self, lines: list[_Painted]) -> None:
        """Let the columns fit what is in sight; they only grow, so that the texts do not jump about."""
        before = list(self._needs)
        for _, cells, _ in lines:
            for index, cell in enumerate(cells):
                if self.rows.shape.columns[index].most:
                    self._needs[index] = max(self._needs[index], width_of(cell))
        if self._needs != before:
            self._painted.clear()

    def _sizes(self, width: int) -> list[int]:
        # The scrollbar, where there is one, stands in the column that is otherwise left empty.
        room = width - 2 - 2 * bool(self.rows.marks) + self.scrollbar_size_vertical * self.show_vertical_scrollbar
        return widths(self.rows.shape.columns, room, self._needs)

    def _empty_line(self, y: int, width: int) -> str:
        if self.rows.shown:
            return ""
        text = "nothing matches the filter · esc shows all" if self.rows.expression else self._empty
        lines = wrap(text, max(1, width - 2))
        return " " + lines[y] if y < len(lines) else ""


def wrap(text: str, width: int) -> list[str]:
    """Plain words in lines of at most ``width``."""
    import textwrap

    return [line for part in text.splitlines() for line in (textwrap.wrap(part, width) or [""])]
