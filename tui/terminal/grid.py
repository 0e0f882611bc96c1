"""Two grids of cells: what the screen should show and what the terminal was told; a frame is their difference."""

from __future__ import annotations

from itertools import compress, count
from operator import ne, or_
from typing import Final

from .cells import CONTINUATION, is_certain
from .sgr import PLAIN, Look, transition

__all__ = ["Grid"]

_UNKNOWN: Final = "\0"
_MAX_GAP: Final = 4
"""So many unchanged cells of one look between two changes are written again: jumping over them costs as much."""


class Grid:
    """The cells of one terminal, wanted and sent.

    Args:
        width: columns, at least 1.
        height: rows, at least 1.
    """

    def __init__(self, width: int, height: int) -> None:
        self.resize(width, height)

    def resize(self, width: int, height: int) -> None:
        """Start over with an empty screen of another size."""
        self.width = width
        self.height = height
        self._text = [[" "] * width for _ in range(height)]
        self._look = [[PLAIN] * width for _ in range(height)]
        self.invalidate()

    def invalidate(self) -> None:
        """Forget what the terminal shows, so that the next frame paints everything."""
        self._sent_text = [[_UNKNOWN] * self.width for _ in range(self.height)]
        self._sent_look = [[PLAIN] * self.width for _ in range(self.height)]
        self._touched = set(range(self.height))
        self._left: set[int] = set()
        self._cursor: tuple[int, int] | None = None
        self._pen: Look | None = None

    def put(self, x: int, y: int, cells: list[str], look: Look) -> None:
        """Want some cells of one look; what lies outside the screen is cut off."""
        if not 0 <= y < self.height or not 0 <= x < self.width or not cells:
            return
        row = self._text[y]
        room = self.width - x
        if len(cells) > room:
            cells = [*cells[: room - 1], " "] if cells[room] == CONTINUATION else cells[:room]
        end = x + len(cells)
        # Half of a wide character cannot stay where its other half is painted over.
        if row[x] == CONTINUATION:
            row[x - 1] = " "
        if end < self.width and row[end] == CONTINUATION:
            row[end] = " "
        row[x:end] = cells
        self._look[y][x:end] = [look] * len(cells)
        self._touched.add(y)

    @property
    def unfinished(self) -> bool:
        """The last frame had no room for all rows."""
        return bool(self._left)

    def frame(self, cursor: tuple[int, int] | None = None, most: int = 0) -> str:
        """What to send so that the terminal shows what is wanted; from then on it counts as sent.

        Args:
            cursor: where (column, row) the terminal's own cursor should rest, or ``None`` where it does not matter.
            most: with so many characters the frame is full, and other rows wait for the next one; 0 for no limit. The
                rows that changed last go first.
        """
        out: list[str] = []
        if self._pen is None:
            out.append("\x1b[m")
            self._pen = PLAIN
        rows = [*sorted(self._touched), *sorted(self._left - self._touched)]
        self._touched.clear()
        self._left.clear()
        size = 0
        for index, y in enumerate(rows):
            if most and size >= most:
                self._left.update(rows[index:])
                break
            before = len(out)
            text, look, sent_text, sent_look = self._text[y], self._look[y], self._sent_text[y], self._sent_look[y]
            if text == sent_text and look == sent_look:
                continue
            for start, end in self._runs(y):
                self._write(out, y, start, end)
            self._sent_text[y] = text.copy()
            self._sent_look[y] = look.copy()
            size += sum(map(len, out[before:]))
        if cursor is not None:
            self._move(out, min(cursor[0], self.width - 1), min(cursor[1], self.height - 1))
        return "".join(out)

    def _runs(self, y: int) -> list[tuple[int, int]]:
        """The changed stretches of a row, as half-open ranges that never cut a wide character."""
        text, look = self._text[y], self._look[y]
        differing = [map(ne, text, self._sent_text[y]), map(ne, look, self._sent_look[y])]
        runs: list[tuple[int, int]] = []
        for x in compress(count(), map(or_, *differing)):
            last = runs[-1][1] if runs else 0
            if x < last:
                continue
            start, end = x, x + 1
            while start and text[start] == CONTINUATION:
                start -= 1
            # A character that some terminals paint wider than believed may have run over its neighbour.
            while end < self.width and (text[end] == CONTINUATION or not is_certain(text[end - 1])):
                end += 1
            if runs and start - last <= _MAX_GAP and all(look[k] == look[last - 1] for k in range(last, start)):
                runs[-1] = (runs[-1][0], end)
            else:
                runs.append((start, end))
        return runs

    def _write(self, out: list[str], y: int, start: int, end: int) -> None:
        text, look = self._text[y], self._look[y]
        self._move(out, start, y)
        x = start
        while x < end:
            stop = x + 1
            if is_certain(text[x]):
                while stop < end and look[stop] == look[x] and is_certain(text[stop]):
                    stop += 1
                self._draw(out, "".join(text[x:stop]), look[x])
                self._cursor = (stop, y) if stop < self.width else None
            else:
                while stop < end and text[stop] == CONTINUATION:
                    stop += 1
                # Blank first: a terminal that paints the character narrower would leave its old right half.
                blanks = stop - x
                self._draw(out, " " * blanks, look[x])
                self._cursor = None
                self._move(out, x, y)
                self._draw(out, text[x], look[x])
                self._cursor = None
                if stop < end:
                    self._move(out, stop, y)
            x = stop

    def _draw(self, out: list[str], text: str, look: Look) -> None:
        pen = self._pen or PLAIN
        if pen != look and not (text.isspace() and pen.on_blank() == look.on_blank()):
            out.append(transition(pen, look))
            self._pen = look
        out.append(text)

    def _move(self, out: list[str], x: int, y: int) -> None:
        if self._cursor == (x, y):
            return
        ways = [f"\x1b[{y + 1}H" if x == 0 else f"\x1b[{y + 1};{x + 1}H"]
        if self._cursor is not None:
            at_x, at_y = self._cursor
            if at_y == y:
                ways.append(_relative(x - at_x, "C", "D"))
            elif at_x == x:
                ways.append(_relative(y - at_y, "B", "A"))
            elif x == 0 and 0 < y - at_y <= 2:
                ways.append("\r" + "\n" * (y - at_y))
        out.append(min(ways, key=len))
        self._cursor = (x, y)


def _relative(distance: int, forth: str, back: str) -> str:
    length = abs(distance)
    return f"\x1b[{length if length > 1 else ''}{forth if distance > 0 else back}"
