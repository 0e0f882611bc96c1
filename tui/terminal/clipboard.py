"""Copying through the terminal (OSC 52), also from within tmux and screen."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Final

from ..safe import SafeText

__all__ = ["MAX_ENCODED", "copy_sequence"]

MAX_ENCODED: Final = 74_994
"""How many characters, after encoding, terminals take at once; some cut off longer copies without a word."""
_SCREEN_CHUNK: Final = 768


def copy_sequence(safe: SafeText, environ: Mapping[str, str], limit: int = MAX_ENCODED) -> str | None:
    """The sequence that puts text on the operator's clipboard, or ``None`` where it is too long for the terminal.

    Only cleaned text is copied: what is pasted into a shell must not carry escapes either.

    Args:
        safe: the text.
        environ: tells which multiplexer stands between us and the terminal.
        limit: how many characters it may have after encoding.
    """
    encoded = base64.b64encode(safe.text.encode()).decode("ascii")
    if len(encoded) > limit:
        return None
    bare = f"\x1b]52;c;{encoded}\x07"
    if environ.get("TMUX"):
        # By its settings tmux either takes the sequence itself (set-clipboard) or hands it on (allow-passthrough).
        return f"{bare}\x1bPtmux;\x1b{bare}\x1b\\"
    if environ.get("TERM", "").startswith("screen"):
        chunks = (bare[start : start + _SCREEN_CHUNK] for start in range(0, len(bare), _SCREEN_CHUNK))
        return "".join(f"\x1bP{chunk}\x1b\\" for chunk in chunks)
    return bare
