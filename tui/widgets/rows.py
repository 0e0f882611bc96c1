"""What a table shows: its columns, its filter, and which rows hold still while a decision is open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

from .tones import Cell

T = TypeVar("T")

NARROWEST: Final = 4
"""A flexible column gives way down to this."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        width: columns of the terminal; for a flexible one the least.
        flex: its share of what is left over; 0 keeps it at ``width``.
        right: aligned to the right.
        wide: shown only in a table at least this wide.
    """

    width: int
    flex: int = 0
    right: bool = False
    wide: int = 0


@dataclass(frozen=True, slots=True)
class Shape(Generic[T]):
    """How a kind of item becomes a row.

    Attributes:
        columns: from left to right.
        key: what an item is known by; the cursor holds on to it.
        cells: the texts of a row at a moment, one cell for each column.
        empty: what to say where there is no row.
    """

    columns: tuple[Column, ...]
    key: Callable[[T], str]
    cells: Callable[[T, datetime], tuple[Cell, ...]]
    empty: str = ""


def widths(columns: Sequence[Column], room: int) -> list[int]:
    """The width of each column in ``room`` with one space between them; 0 for one that is not shown."""
    shown = [column for column in columns if column.wide <= room]
    spare = room - sum(column.width for column in shown) - max(0, len(shown) - 1)
    shares = sum(column.flex for column in shown)
    sizes: list[int] = []
    for column in columns:
        if column.wide > room:
            sizes.append(0)
            continue
        extra = 0
        if column.flex:
            extra = max(spare * column.flex // shares, min(0, NARROWEST - column.width))
            spare -= extra
            shares -= column.flex
        sizes.append(column.width + extra)
    return sizes


def matches(item: object, cells: Sequence[Cell], expression: str) -> bool:
    """A row passes a filter: each word must be in it; ``!word`` must not; ``field:word`` looks at one field."""
    text = " ".join(run.text.text for cell in cells for run in cell).casefold()
    for word in expression.casefold().split():
        wanted = not word.startswith("!")
        needle = word.lstrip("!")
        name, colon, value = needle.partition(":")
        found = value in str(getattr(item, name)).casefold() if colon and hasattr(item, name) else needle in text
        if found is not wanted:
            return False
    return True


@dataclass(slots=True)
class Rows(Generic[T]):
    """The rows of a table: those that came, those that pass the filter, and the one under the cursor.

    Attributes:
        shape: how an item becomes a row.
        follow: the cursor stays on the first row until somebody moves it.
        shown: the rows that pass the filter, in order.
        cursor: the key of the row under the cursor; nothing in an empty table and while it follows.
        expression: the filter; empty shows all.
        newcomers: rows that came while the list was held still.
    """

    shape: Shape[T]
    follow: bool = False
    shown: list[T] = field(default_factory=list)
    cursor: str | None = None
    expression: str = ""
    newcomers: int = 0
    _all: list[T] = field(default_factory=list)
    _waiting: list[T] | None = None
    _held: bool = False

    @property
    def total(self) -> int:
        """How many rows there are, filter or not."""
        return len(self._all)

    @property
    def index(self) -> int:
        """Where the cursor is; -1 where it is nowhere."""
        for index, item in enumerate(self.shown):
            if self.shape.key(item) == self.cursor:
                return index
        return -1

    @property
    def current(self) -> T | None:
        """The item under the cursor."""
        index = self.index
        return self.shown[index] if index >= 0 else None

    def take(self, items: Sequence[T], now: datetime) -> None:
        """New items. A held list keeps its rows and their order, takes their news, and counts the rest."""
        if not self._held:
            self._all = list(items)
            self._select(now)
            return
        key = self.shape.key
        news = {key(item): item for item in items}
        known = {key(item) for item in self._all}
        self._waiting = list(items)
        self.newcomers = len(news.keys() - known)
        self._all = [news.get(key(item), item) for item in self._all]
        self.shown = [news.get(key(item), item) for item in self.shown]

    def hold(self) -> None:
        """Keep the rows where they are."""
        self._held = True

    def release(self, now: datetime) -> None:
        """Let the rows that came meanwhile in."""
        self._held = False
        self.newcomers = 0
        if self._waiting is not None:
            self._all, self._waiting = self._waiting, None
            self._select(now)

    def narrow(self, expression: str, now: datetime) -> None:
        """Show only what passes a filter."""
        self.expression = expression.strip()
        self._select(now)

    def move(self, to: int) -> None:
        """Put the cursor on the row at an index, as near as there is one."""
        if self.shown:
            self.cursor = self.shape.key(self.shown[max(0, min(to, len(self.shown) - 1))])

    def _select(self, now: datetime) -> None:
        before = [self.shape.key(item) for item in self.shown]
        self.shown = [
            item
            for item in self._all
            if not self.expression or matches(item, self.shape.cells(item, now), self.expression)
        ]
        keys = {self.shape.key(item) for item in self.shown}
        if self.cursor in keys or (self.cursor is None and self.follow):
            return
        self.cursor = self._neighbour(before, keys)

    def _neighbour(self, before: list[str], keys: set[str]) -> str | None:
        """The row that is nearest to one that has gone: the next that is still there, else the one before."""
        if not keys:
            return None
        if self.cursor in before:
            place = before.index(self.cursor)
            for key in (*before[place + 1 :], *reversed(before[:place])):
                if key in keys:
                    return key
        return None if self.follow else self.shape.key(self.shown[0])
