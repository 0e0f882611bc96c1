"""What all six panels share: a titled frame, a list, a line below it, and one line that stands for all of it."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar, Generic, TypeVar

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widget import Widget

from engine.view import View

from ..keymap import Scope
from ..safe import content
from ..widgets.line import Line
from ..widgets.rows import Shape
from ..widgets.table import RowTable
from ..widgets.tones import Cell, cell

T = TypeVar("T")


class Panel(Vertical, Generic[T]):
    """A part of the first screen.

    While the screen is small, every panel but the focused one shows only its summary.
    """

    SCOPE: ClassVar[Scope]
    NUMBER: ClassVar[int]
    NAME: ClassVar[str]
    FOLLOW: ClassVar[bool] = False

    def __init__(self, shape: Shape[T]) -> None:
        super().__init__(id=self.SCOPE.value)
        self.table = RowTable(shape, follow=self.FOLLOW)
        self.note = Line(classes="note")
        self.brief = Line(classes="brief")
        self._title = f"{self.NUMBER} {self.NAME}"
        self.border_title = self._title

    def compose(self) -> ComposeResult:
        """Summary, list, what belongs below it."""
        yield self.brief
        yield self.table
        yield from self.below()

    def below(self) -> list[Widget]:
        """The widgets under the list."""
        return [self.note]

    def show(self, view: View, now: datetime) -> None:
        """Show what concerns this panel."""
        self.table.empty(self.table.rows.shape.empty)
        self.table.rows.resting = not self.has_class("-current")
        self.table.show(self.items(view), now)
        self.note.show(self.footnote(view, now))
        self.brief.show((*cell(f"{self.NUMBER} {self.NAME.ljust(15)}", "strong"), *self.summary(view, now)))
        self._retitle(self.heading(view, now))

    def start(self) -> None:
        """Nothing is known yet."""
        self.table.empty("starting…")
        self.brief.show((*cell(f"{self.NUMBER} {self.NAME.ljust(15)}", "strong"), *cell("starting…", "dim")))

    def items(self, view: View) -> tuple[T, ...]:
        """The rows."""
        raise NotImplementedError

    def heading(self, view: View, now: datetime) -> tuple[str, ...]:
        """What follows the name in the frame."""
        return ()

    def footnote(self, view: View, now: datetime) -> Cell:
        """The line below the list."""
        return ()

    def summary(self, view: View, now: datetime) -> Cell:
        """The whole panel in one line."""
        raise NotImplementedError

    def _retitle(self, parts: tuple[str, ...]) -> None:
        rows = self.table.rows
        chosen = (f"by {rows.order.name}",) if rows.order is not None else ()
        extra: list[str] = [f"✓ {len(rows.marked)} marked"] if rows.marks else []
        if rows.expression:
            extra.append(f"/{rows.expression} · {len(rows.shown)} of {rows.total}")
        if rows.newcomers:
            extra.append(f"+{rows.newcomers} new, held")
        title = " · ".join((f"{self.NUMBER} {self.NAME}", *chosen, *parts, *extra))
        if title != self._title:
            self._title = title
            self.border_title = content(cell(title)[0].text)
