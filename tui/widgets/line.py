"""One line of toned text that repaints only when it changed."""

from __future__ import annotations

from textual.strip import Strip

from .tones import Cell, Toned, fit, run


class Line(Toned):
    """A line; too long a text ends in an ellipsis."""

    DEFAULT_CSS = """
    Line { height: 1; }
    """

    def __init__(self, runs: Cell = (), *, classes: str | None = None, id: str | None = None) -> None:  # noqa: A002  # Textual's name
        super().__init__(id=id, classes=classes)
        self._runs = runs

    def show(self, runs: Cell) -> None:
        """Show this text."""
        if runs != self._runs:
            self._runs = runs
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        width = self.size.width
        if not self._runs or width < 2:
            return self.strip_of([], width)
        return self.strip_of(fit((run(" "), *self._runs), width), width)
