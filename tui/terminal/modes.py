"""The modes the console puts a terminal into, and how each is taken back."""

from __future__ import annotations

import os
import termios
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["enter_sequence", "in_background", "leave_sequence", "make_raw", "mouse_off", "restore", "title_sequence"]

_MOUSE: Final = (1000, 1003, 1006)
_TITLE_LIMIT: Final = 120
# Kitty's keyboard protocol: disambiguate escape codes, report all keys, report the text they make.
_KITTY_FLAGS: Final = 0b00001 | 0b01000 | 0b10000


def enter_sequence(*, mouse: bool, kitty_keys: bool, environ: Mapping[str, str]) -> str:
    """What turns the terminal into a canvas: alternate screen, no cursor, no wrapping, reports of focus and pastes."""
    parts = ["\x1b[22;2t", "\x1b[?1049h", "\x1b[?25l", "\x1b[?7l", "\x1b[?1004h", "\x1b[?2004h"]
    if mouse:
        parts += [f"\x1b[?{mode}h" for mode in _MOUSE]
    if kitty_keys:
        parts.append(f"\x1b[>{_KITTY_FLAGS}u")
    # Asks whether synchronised updates are understood. Apple's terminal prints the question instead of ignoring it.
    if environ.get("TERM_PROGRAM") != "Apple_Terminal":
        parts.append("\x1b[?2026$p")
    return "".join(parts)


def leave_sequence(*, mouse: bool, kitty_keys: bool) -> str:
    """What gives the terminal back; harmless where a mode was never on."""
    parts = ["\x1b[m", "\x1b[?2026l", "\x1b[?2004l", "\x1b[?1004l", "\x1b[?7h"]
    if mouse:
        parts.append(mouse_off())
    if kitty_keys:
        parts.append("\x1b[<u")
    return "".join([*parts, "\x1b[?1049l", "\x1b[?25h", "\x1b[23;2t"])


def mouse_off() -> str:
    """What stops the mouse reports."""
    return "".join(f"\x1b[?{mode}l" for mode in _MOUSE)


def title_sequence(title: str) -> str:
    """Sets the title of the window; the text must be guarded, and is cut to 120 characters."""
    return f"\x1b]2;{title[:_TITLE_LIMIT]}\x1b\\"


def make_raw(descriptor: int) -> list[Any] | None:
    """Let every key through, unchanged and unechoed; returns what :func:`restore` needs (``None``: no terminal)."""
    try:
        before: list[Any] = termios.tcgetattr(descriptor)
        after = termios.tcgetattr(descriptor)
        # TEXTUAL_ALLOW_SIGNALS keeps ctrl+c a signal, as in every Textual application.
        signals = 0 if os.environ.get("TEXTUAL_ALLOW_SIGNALS") else termios.ISIG
        after[3] &= ~(termios.ECHO | termios.ICANON | termios.IEXTEN | signals)
        after[0] &= ~(termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.IGNCR)
        after[6][termios.VMIN] = 1
        termios.tcsetattr(descriptor, termios.TCSANOW, after)
    except termios.error:
        return None
    return before


def restore(descriptor: int, before: list[Any] | None) -> None:
    """Undo :func:`make_raw`; a terminal that is gone needs nothing."""
    if before is not None:
        try:
            termios.tcsetattr(descriptor, termios.TCSANOW, before)
        except termios.error:
            return


def in_background(descriptor: int) -> bool:
    """Whether another job of the shell has the terminal."""
    try:
        return os.tcgetpgrp(descriptor) != os.getpgrp()
    except OSError:
        return False
