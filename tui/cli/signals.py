"""Ending on a signal: an event for what should stop, and a deadline for what does not."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

GRACE_SECONDS: Final = 1.9
"""A process that has not ended this long after its first signal is ended by force; its children end with it."""
_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


@contextmanager
def ends_with_signals(grace: float = GRACE_SECONDS) -> Iterator[asyncio.Event]:
    """An event that SIGTERM, SIGINT or SIGHUP sets; ``grace`` seconds later the process ends whatever it is at.

    Nothing that was acknowledged is lost by that: it was durable before it was acknowledged.
    """
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    deadline: threading.Timer | None = None

    def end() -> None:
        nonlocal deadline
        stop.set()
        if deadline is None:
            deadline = threading.Timer(grace, os._exit, (1,))
            deadline.daemon = True
            deadline.start()

    for number in _SIGNALS:
        loop.add_signal_handler(number, end)
    try:
        yield stop
    finally:
        for number in _SIGNALS:
            loop.remove_signal_handler(number)
        if deadline is not None:
            deadline.cancel()
