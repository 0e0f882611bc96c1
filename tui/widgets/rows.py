"""What a table shows: its columns, its filter, and which rows hold still while a decision is open."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Generic, TypeVar

from .order import Order
from .tones import Cell, width_of

T = TypeVar("T")

NARROWEST: Final = 4
"""A flexible column gives way down to this."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes:
        width: columns of the terminal; the least, where it may be wider. With 0 it goes where its cells are empty.
        most: it is as wide as its cells need, up to this; 0 for one that does not ask its cells.
        flex: its share of what is left over once every column has what it needs; 0 for none.
        right: aligned to the right.
        wide: shown only in a table at least this wide.
        fleeting: tells a time that passes; a filter does not look at it.
    """

    width: int
    most: int = 0
    flex: int = 0
    right: bool = False
    wide: int = 0
    fleeting: bool = False


@dataclass(frozen=True, slots=True)
class Shape(Generic[T]):
    """How a kind of item becomes a row.

    Attributes:
        columns: from left to right.
        key: what an item is known by; the cursor holds on to it.
        cells: the texts of a row at a moment, one cell for each column.
        empty: what to say where there is no row.
        over: nothing is left to do about an item; a cursor that was never moved does not stay on one.
        orders: what an operator may sort by.
    """

    columns: tuple[Column, ...]
    key: Callable[[T], str]
    cells: Callable[[T, datetime], tuple[Cell, ...]]
    empty: str = ""
    over: Callable[[T], bool] = lambda _item: False
    orders: tuple[Order[T], ...] = ()


def widths(columns: Sequence[Column], room: int, needs: Sequence[int] | None = None) -> list[int]:
    """The width of each column in ``room`` with one space between them; 0 for one that is not shown.

    Args:
        columns: from left to right; those that lack least get what they need first.
        room: columns of the terminal for all of them.
        needs: how wide the widest cell of each column is; nothing where no column asks.
    """
    wants = [column.width for column in columns] if needs is None else list(needs)
    sizes = [column.width if column.wide <= room else 0 for column in columns]
    spare = room - sum(sizes) - max(0, sum(map(bool, sizes)) - 1)
    lacks = {
        index: min(wants[index], column.most) - column.width
        for index, column in enumerate(columns)
        if column.wide <= room
    }
    for index in sorted(lacks, key=lacks.__getitem__):
        gap = 0 if sizes[index] or not any(sizes) else 1
        if (extra := min(lacks[index], spare - gap)) > 0:
            sizes[index] += extra
            spare -= extra + gap
    flexible = [index for index, column in enumerate(columns) if column.flex and sizes[index]]
    shares = sum(columns[index].flex for index in flexible)
    for index in flexible:
        flex = columns[index].flex
        extra = max(spare * flex // shares, min(0, NARROWEST - sizes[index]))
        sizes[index] += extra
        spare -= extra
        shares -= flex
    return sizes


def lent(columns: Sequence[Column], cells: Sequence[Cell], sizes: Sequence[int]) -> list[int]:
    """The widths in one row, where a text that is too long takes the room of the empty cells after it."""
    found = list(sizes)
    for index, column in enumerate(columns):
        after = index + 1
        while (
            found[index] and not column.right and after < len(found) and not width_of(cells[after])
            and width_of(cells[index]) > found[index]
        ):  # fmt: skip
            if found[after]:
                found[index] += found[after] + 1
                found[after] = 0
            after += 1
    return found


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
        resting: nobody works in this list; a cursor that was never moved then keeps to the first row.
        moved: somebody has chosen the row under the cursor.
        marks: keys of the rows that a verb is meant for together.
        order: what they are sorted by; nothing for the order they come in.
    """

    shape: Shape[T]
    follow: bool = False
    shown: list[T] = field(default_factory=list)
    cursor: str | None = None
    expression: str = ""
    newcomers: int = 0
    resting: bool = False
    moved: bool = False
    marks: set[str] = field(default_factory=set)
    order: Order[T] | None = None
    _anchor: str | None = None
    _all: list[T] = field(default_factory=list)
    _waiting: list[T] | None = None
    _held: bool = False
    _placed: list[T] | None = None
    _places: dict[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """How many rows there are, filter or not."""
        return len(self._all)

    @property
    def index(self) -> int:
        """Where the cursor is; -1 where it is nowhere."""
        if self._placed is not self.shown:
            # The list is replaced whenever it changes, so that its places are looked up once for many keys.
            self._placed = self.shown
            self._places = {self.shape.key(item): index for index, item in enumerate(self.shown)}
        return -1 if self.cursor is None else self._places.get(self.cursor, -1)

    @property
    def current(self) -> T | None:
        """The item under the cursor."""
        index = self.index
        return self.shown[index] if index >= 0 else None

    def take(self, items: Sequence[T], now: datetime) -> None:
        """New items. A held list keeps its rows and their order, takes their news, and counts the rest."""
        key = self.shape.key
        if self.marks:
            self.marks &= {key(item) for item in items}
        if not self._held:
            self._all = list(items)
            self._select(now)
            return
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

    def turn(self, now: datetime) -> None:
        """Sort by the next order of the shape; after the last, as the rows come. The cursor stays on its row."""
        orders = (None, *self.shape.orders)
        self.order = orders[(orders.index(self.order) + 1) % len(orders)]
        self._select(now)

    def move(self, to: int) -> None:
        """Put the cursor on the row at an index, as near as there is one; it then belongs to that row."""
        if self.shown:
            self.cursor = self.shape.key(self.shown[max(0, min(to, len(self.shown) - 1))])
            self.moved = True

    @property
    def marked(self) -> list[T]:
        """The marked rows that are shown, in their order: what no filter hides is what a verb may reach."""
        return [item for item in self.shown if self.shape.key(item) in self.marks]

    def mark(self) -> None:
        """Mark the row under the cursor, or take its mark away; a range can begin here."""
        if self.cursor is not None:
            self.marks ^= {self.cursor}
            self._anchor = self.cursor

    def mark_range(self, seen: Collection[str]) -> int:
        """Mark all rows from the one that was marked last to the cursor, as far as they have been seen.

        Returns:
            how many rows in between were not seen, and so not marked.
        """
        keys = [self.shape.key(item) for item in self.shown]
        if self.cursor is None or self._anchor not in keys:
            self._anchor = self.cursor
        if self._anchor is None or self.cursor not in keys:
            return 0
        first, last = sorted((keys.index(self._anchor), keys.index(self.cursor)))
        between = keys[first : last + 1]
        self.marks.update(key for key in between if key in seen)
        self._anchor = self.cursor
        return sum(key not in seen for key in between)

    def unmark(self) -> None:
        """Take all marks away."""
        self.marks.clear()
        self._anchor = None

    def top(self) -> None:
        """Put the cursor on the first row, as if it had never been moved."""
        self.move(0)
        self.moved = False
        if self.follow:
            self.cursor = None

    def _select(self, now: datetime) -> None:
        before = [self.shape.key(item) for item in self.shown]
        self.shown = [
            item
            for item in self._all
            if not self.expression or matches(item, self._lasting(item, now), self.expression)
        ]
        if self.order is not None:
            self.shown.sort(key=self.order.key)
        keys = {self.shape.key(item) for item in self.shown}
        if not self.moved and not self.follow and (self.resting or self._over()):
            self.cursor = self.shape.key(self.shown[0]) if self.shown else None
            return
        if self.cursor in keys or (self.cursor is None and self.follow):
            return
        self.cursor = self._neighbour(before, keys)

    def _over(self) -> bool:
        return any(self.shape.key(item) == self.cursor and self.shape.over(item) for item in self.shown)

    def _lasting(self, item: T, now: datetime) -> list[Cell]:
        """The cells of a row that say the same a second later."""
        pairs = zip(self.shape.columns, self.shape.cells(item, now), strict=True)
        return [cell for column, cell in pairs if not column.fleeting]

    def _neighbour(self, before: list[str], keys: set[str]) -> str | None:
        """The row that is nearest to one that has gone: the next that is still there, else the one before."""
        if not keys:
            self.moved = False
            return None
        if self.cursor in before:
            place = before.index(self.cursor)
            for key in (*before[place + 1 :], *reversed(before[:place])):
                if key in keys:
                    return key
        return None if self.follow else self.shape.key(self.shown[0])
