"""What every peer's task does: it writes down the moment, so that all are measured from outside in the same way."""

import os
import time

URL = os.environ.get("BENCH_URL", "redis://127.0.0.1:6379/0")
_PATH = os.environ.get("BENCH_WITNESS", "/dev/null")
_SECONDS = float(os.environ.get("BENCH_SECONDS", "0"))
_opened: dict[int, int] = {}


def done() -> None:
    """A task begins, and has nothing else to do."""
    pid = os.getpid()
    if pid not in _opened:
        _opened[pid] = os.open(_PATH, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(_opened[pid], time.time_ns().to_bytes(8, "big"))


async def done_slowly() -> None:
    """The same, for a task that may take a while."""
    import asyncio

    done()
    if _SECONDS:
        await asyncio.sleep(_SECONDS)


def sleep() -> None:
    """The rest of a task that may take a while, in a thread or a process of its own."""
    if _SECONDS:
        time.sleep(_SECONDS)
