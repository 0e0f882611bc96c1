"""The last line: no control or format character of the data reaches the terminal, whatever happened above.

Text is cleaned where it enters the console (``tui.safe``). A hit here therefore means that some widget was given text
that had not been cleaned; the count is an alarm to look at, not a routine.
"""

from __future__ import annotations

import re
from typing import Final

from rich.cells import get_character_cell_size

__all__ = ["UNSAFE_RANGES", "Guard"]

UNSAFE_RANGES: Final = (
    *((0x00, 0x1F), (0x7F, 0x9F), (0xAD, 0xAD), (0x34F, 0x34F), (0x600, 0x605), (0x61C, 0x61C), (0x6DD, 0x6DD)),
    *((0x70F, 0x70F), (0x890, 0x891), (0x8E2, 0x8E2), (0x115F, 0x1160), (0x17B4, 0x17B5), (0x180B, 0x180F)),
    *((0x200B, 0x200F), (0x2028, 0x202E), (0x2060, 0x206F), (0x3164, 0x3164), (0xD800, 0xDFFF), (0xFDD0, 0xFDEF)),
    *((0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFFA0, 0xFFA0), (0xFFF0, 0xFFFB), (0xFFFE, 0xFFFF), (0x110BD, 0x110BD)),
    *((0x110CD, 0x110CD), (0x13430, 0x1343F), (0x1BCA0, 0x1BCA3), (0x1D173, 0x1D17A), (0xE0000, 0xE0FFF)),
)
"""Code points that control a terminal, reorder text or show nothing, as inclusive ranges."""

_UNSAFE = re.compile(f"[{''.join(f'{chr(first)}-{chr(last)}' for first, last in UNSAFE_RANGES)}]")


class Guard:
    """Takes unsafe characters out of text that is about to be painted."""

    def __init__(self) -> None:
        self.hits = 0
        """How many unsafe characters were taken out so far; each is a defect above."""

    def clean(self, text: str) -> str:
        """The text without unsafe characters, as wide as before: what takes room is shown as U+FFFD."""
        if text.isascii() and text.isprintable():
            return text
        if _UNSAFE.search(text) is None:
            return text
        return _UNSAFE.sub(self._replacement, text)

    def _replacement(self, match: re.Match[str]) -> str:
        self.hits += 1
        return "\ufffd" * get_character_cell_size(match[0])
