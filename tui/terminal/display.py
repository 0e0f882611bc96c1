"""What Textual composed, as cells: the place between the compositor and the terminal.

The assumptions about Textual's private compositor (the two kinds of update and their fields) live here alone and are
guarded by ``tests/tui/terminal/test_pin.py``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.color import ColorSystem
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

from .cells import as_cells
from .grid import Grid
from .guard import Guard
from .sgr import Looks

__all__ = ["Display"]

_SYNC_FROM: Final = 1024
"""Frames of at least this many characters are sent as one update, where the terminal can do that."""


class Display:
    """The wanted screen, and the frames that bring a terminal there.

    Args:
        width: columns, at least 1.
        height: rows, at least 1.
        colours: what the terminal can show; ``None`` for no colour at all.
    """

    def __init__(self, width: int, height: int, colours: ColorSystem | None) -> None:
        self.guard = Guard()
        self.synchronised = False
        """Whether the terminal understands synchronised updates (mode 2026)."""
        self.cursor: tuple[int, int] | None = None
        """Where (column, row) the terminal's cursor rests, for input methods; ``None`` where it does not matter."""
        self.most = 0
        """How many characters a frame has at most, about; 0 for no limit."""
        self.frames = 0
        """How many frames were made."""
        self._grid = Grid(width, height)
        self._looks = Looks(colours)
        # Cells of text that is not plain ASCII; cached because the same lines are composed again and again.
        self._wide = lru_cache(maxsize=4096)(self._measured)

    @property
    def size(self) -> tuple[int, int]:
        """Columns and rows."""
        return self._grid.width, self._grid.height

    @property
    def unfinished(self) -> bool:
        """The last frame left something to the next one."""
        return self._grid.unfinished

    def resize(self, width: int, height: int) -> None:
        """Take the terminal's new size; the next frame paints everything."""
        self._grid.resize(width, height)

    def invalidate(self) -> None:
        """Let the next frame paint everything: after a resume, or when the operator asks."""
        self._grid.invalidate()

    def apply(self, update: CompositorUpdate) -> None:
        """Take over what the compositor rendered.

        Raises:
            TypeError: an update of a kind this version of Textual does not make for a full screen.
        """
        if isinstance(update, ChopsUpdate):
            self._apply_chops(update)
        elif isinstance(update, LayoutUpdate):
            for y, strips in enumerate(update.strips, update.region.y):
                x = update.region.x
                for strip in strips:
                    x = self._put(x, y, strip)
        else:
            raise TypeError(f"unknown compositor update {type(update).__name__}")

    def frame(self) -> str:
        """What to send now; from then on it counts as sent. Empty where nothing changed."""
        body = self._grid.frame(self.cursor, self.most)
        if body:
            self.frames += 1
        if self.synchronised and len(body) >= _SYNC_FROM:
            return f"\x1b[?2026h{body}\x1b[?2026l"
        return body

    def _apply_chops(self, update: ChopsUpdate) -> None:
        """Exactly the cells that ``ChopsUpdate.render_segments`` would write."""
        for y, first, last in update.spans:
            for end, (x, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
                if strip is None or x > last or end <= first:
                    continue
                self._put(x, y, strip if x >= first and end <= last else strip.crop(0, min(end, last) - x))

    def _put(self, x: int, y: int, strip: Strip) -> int:
        """Want one strip; returns the column after it."""
        for text, style, control in strip:
            if control or not text:
                continue
            cells = list(text) if text.isascii() and text.isprintable() else self._wide(text)
            self._grid.put(x, y, cells, self._looks.of(style, text.isspace()))
            x += len(cells)
        return x

    def _measured(self, text: str) -> list[str]:
        # The layout was made with the text as it came, so that is the room its cells have.
        return as_cells(self.guard.clean(text), cell_len(text))
