"""Old data on a screen of its own: it steps back, and its title says how old it is."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from textual.screen import Screen

from engine.view import View

from ..widgets.header import age
from ..widgets.tones import Toned


def fade(screen: Screen[Any], view: View | None, now: datetime) -> int:
    """Let a screen step back while the engine is silent.

    Returns:
        how old the data is in seconds; 0 while it is fresh.
    """
    old = age(view, now) if view is not None else 0
    if bool(old) != screen.has_class("-stale"):
        screen.set_class(bool(old), "-stale")
        for widget in screen.query(Toned):
            widget.refresh()
    return old
