"""Named places at which a test can make the process die, as a power cut would.

In production every call costs one comparison and does nothing.
"""

from __future__ import annotations

import os
import signal
from typing import Final

VARIABLE: Final = "WATCHFLOOR_CRASH_AT"
"""The environment variable: ``name:k``, to die at the k-th passage of that point; the first is 1."""

_name = ""
_passages_left = 0


def arm(place: str) -> None:
    """Die at that place, as :data:`VARIABLE` would say it; empty never dies. For a process that was forked."""
    global _name, _passages_left  # noqa: PLW0603  # as below
    _name, _, count = place.rpartition(":")
    _passages_left = int(count or "1") if _name else 0


def crashpoint(name: str) -> None:
    """Kill this process with SIGKILL if the environment asks for it here; otherwise do nothing."""
    global _passages_left  # noqa: PLW0603  # the count belongs to the process, like the signal
    if name != _name:
        return
    _passages_left -= 1
    if _passages_left == 0:
        os.kill(os.getpid(), signal.SIGKILL)


arm(os.environ.get(VARIABLE, ""))
