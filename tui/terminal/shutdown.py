"""Why the console must leave, and the guarantee that it does."""

from __future__ import annotations

import _thread
import contextlib
import os
import signal
import time
from collections.abc import Callable
from enum import Enum
from typing import Final

__all__ = ["DRAIN_SECONDS", "EXIT_SECONDS", "ExitReason", "leave_within"]

EXIT_SECONDS: Final = 1.8
"""How long the whole exit may take before the process is ended from outside the event loop."""
DRAIN_SECONDS: Final = 1.2
"""How much of that the application may spend on draining its engine."""


class ExitReason(Enum):
    """What ended the session; the value is the exit status of the process."""

    HANGUP = 128 + signal.SIGHUP
    """The link to the terminal broke (SIGHUP, or the terminal is gone)."""
    TERMINATE = 128 + signal.SIGTERM
    INTERRUPT = 128 + signal.SIGINT


def leave_within(seconds: float, reason: ExitReason, last_words: Callable[[], None]) -> None:
    """End the process after ``seconds``, unless it has ended by itself until then.

    The thread is a bare one, started without any lock of the ``threading`` module: this is called from signal handlers,
    which may have interrupted the very code that holds such a lock.

    Args:
        seconds: the time left for a clean exit.
        reason: gives the exit status.
        last_words: gives the terminal back as far as that is possible without waiting.
    """

    def watch() -> None:
        time.sleep(seconds)
        with contextlib.suppress(Exception):  # nobody is left to tell; leaving is all that counts
            last_words()
        os._exit(reason.value)

    _thread.start_new_thread(watch, ())
