"""Text as terminal cells."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import Final

from rich.cells import cell_len, get_character_cell_size

__all__ = ["CONTINUATION", "MAX_CODE_POINTS", "as_cells", "is_certain"]

CONTINUATION: Final = ""
"""The right half of a wide character."""
MAX_CODE_POINTS: Final = 8
"""How many code points one cell holds at most, its base included."""
_EMOJI: Final = 0x1F000


def as_cells(text: str, width: int) -> list[str]:
    """One string for each cell; a wide character is followed by a continuation, combining marks join their base.

    Args:
        text: guarded text.
        width: how many cells the layout gave this text; the result is cut or padded to it.
    """
    if text.isascii() and len(text) == width:
        return list(text)
    cells: list[str] = []
    base = -1
    for character in text:
        size = get_character_cell_size(character)
        if size:
            base = len(cells)
            cells.append(character)
            cells.extend([CONTINUATION] * (size - 1))
        elif base >= 0 and len(cells[base]) < MAX_CODE_POINTS:
            cells[base] += character
    if len(cells) > width:
        if cells[width] == CONTINUATION and width:
            cells[width - 1] = " "
        del cells[width:]
    cells.extend(" " * (width - len(cells)))
    return cells


@lru_cache(maxsize=8192)
def is_certain(cell: str) -> bool:
    """Whether every terminal agrees on the width of this cell, so that the cursor is known after it."""
    if cell.isascii():
        return True
    if len(cell) > 1 or ord(cell) >= _EMOJI:
        return False
    wide = unicodedata.east_asian_width(cell) in {"W", "F"}
    return wide if cell_len(cell) > 1 else not wide
