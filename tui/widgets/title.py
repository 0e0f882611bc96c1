"""The first line of a screen of its own: what it shows, and whatever must not be missed while one reads it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from textual.strip import Strip

from engine.view import View

from .figures import span
from .header import age, needs_you
from .line import Line
from .tones import Cell, fit, run, width_of

if TYPE_CHECKING:
    from ..app import ConsoleApp


def corner(view: View | None, now: datetime) -> Cell:
    """What the right end of the line tells: all is paused, the data is old, how many things need somebody."""
    if view is None:
        return ()
    parts = []
    if view.engine.halted:
        parts.append(run("■ PAUSED", "bad"))
    if old := age(view, now):
        parts.append(run(f"data {span(old)} old", "bad"))
    if needs := needs_you(view):
        parts.append(run(f" {needs} ", "alarm"))
    return tuple(one for part in parts for one in (run("  "), part))


class Title(Line):
    """A line whose right end stays where it is, however long its text."""

    _corner: Cell = ()

    def on_mount(self) -> None:
        """Show how things stand from the first moment on."""
        console = cast("ConsoleApp", self.app)
        self.tell(console.client.view, console.clock.now())

    def tell(self, view: View | None, now: datetime) -> None:
        """Show how things stand."""
        told = corner(view, now)
        if told != self._corner:
            self._corner = told
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The text, then the corner, as far as there is room for both."""
        width, aside = self.size.width, width_of(self._corner)
        if not aside or width < 2 * aside:
            return super().render_line(y)
        return self.strip_of(
            [*fit((run(" "), *self._runs), width - aside - 1), *fit((*self._corner, run(" ")), aside + 1)], width
        )
