"""Waiting for something to become true in another process: the one place where a test may poll."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import psutil

T = TypeVar("T")


async def until(condition: Callable[[], bool]) -> None:
    """Return once ``condition()`` holds; the test's own time limit is the bound."""
    while not condition():  # noqa: ASYNC110  # another process's state raises no event here
        await asyncio.sleep(0.01)


def until_true(condition: Callable[[], bool]) -> None:
    """The same without an event loop."""
    while not condition():
        time.sleep(0.01)


async def until_some(query: Callable[[], Awaitable[T | None]]) -> T:
    """The first answer of ``query()`` that is not None."""
    while (answer := await query()) is None:  # noqa: ASYNC110  # as above
        await asyncio.sleep(0.01)
    return answer


def gone(pid: int) -> bool:
    """No process of this number runs any more."""
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True
