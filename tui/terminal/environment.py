"""The environment Textual reads while it is imported, set once before that happens."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping
from typing import Final

__all__ = ["DEFAULTS", "prepare"]

DEFAULTS: Final = {
    # Data is painted at most this often a second; a key is answered at once (see pacing.py).
    "TEXTUAL_FPS": "10",
    "TEXTUAL_ANIMATIONS": "none",
    "TEXTUAL_SMOOTH_SCROLL": "0",
}


def prepare(environ: MutableMapping[str, str] | None = None) -> bool:
    """Set the defaults of the console; what the operator has set wins.

    Must run before anything imports ``textual``, which reads these variables at import.

    Args:
        environ: the environment to change, by default the process's own.

    Returns:
        Whether it came in time: ``False`` if Textual was imported before, so that its own defaults rule.
    """
    target = os.environ if environ is None else environ
    # https://no-color.org: only a value that is not empty asks for no colour; Textual looks for the name alone.
    if target.get("NO_COLOR") == "":
        del target["NO_COLOR"]
    for name, value in DEFAULTS.items():
        target.setdefault(name, value)
    return "textual.constants" not in sys.modules
