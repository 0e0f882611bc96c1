"""How often each fault is tried: few times in the suite, many when ``WATCHFLOOR_FAULT_ROUNDS`` says so."""

from __future__ import annotations

import os


def rounds(usual: int) -> int:
    """The number of rounds asked for, or ``usual``."""
    return int(os.environ.get("WATCHFLOOR_FAULT_ROUNDS", usual))
