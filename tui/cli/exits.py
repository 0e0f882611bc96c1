"""Exit codes: the part of an answer that scripts read."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How the program ends."""

    OK = 0
    FAILED = 1
    """It was refused or did not work; for ``status``: the engine runs but something it leans on does not."""
    USAGE = 2
    """The command line was not understood."""
    UNREACHABLE = 3
    """No engine answers; for ``status``: none runs."""
    BREACH = 4
    """The journal does not hold."""
    INTERRUPTED = 130
    """Control-C."""
