"""The pipes to and from a running program: what goes in is fed as it is taken, what comes out is kept up to a limit."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable
from typing import IO, TypeAlias

Follow: TypeAlias = Callable[[str, bytes], None]
"""Told of each piece of output as it comes: ``stdout`` or ``stderr``, and the bytes; it must not wait."""


class Collector(asyncio.Protocol):
    """Keeps the head of a stream and counts nothing else.

    Args:
        name: ``stdout`` or ``stderr``.
        limit: most bytes that are kept.
        loop: the running one.
        follow: told of all that comes, also of what is not kept.
    """

    def __init__(self, name: str, limit: int, loop: asyncio.AbstractEventLoop, follow: Follow | None = None) -> None:
        self.kept = bytearray()
        self.truncated = False
        self.ended: asyncio.Future[None] = loop.create_future()
        self._name = name
        self._limit = limit
        self._follow = follow

    def data_received(self, data: bytes) -> None:
        """Keep what there is room for."""
        room = max(0, self._limit - len(self.kept))
        self.kept += data[:room]
        self.truncated = self.truncated or len(data) > room
        if self._follow is not None:
            self._follow(self._name, data)

    def connection_lost(self, exc: Exception | None) -> None:
        """The program closed it, or it was closed here."""
        if not self.ended.done():
            self.ended.set_result(None)


async def feed(pipe: IO[bytes], text: bytes) -> None:
    """Write to a program's standard input, as fast as it reads, and close it.

    A program that ends without having read everything wanted no more.
    """
    loop = asyncio.get_running_loop()
    descriptor = pipe.fileno()
    os.set_blocking(descriptor, False)
    left = memoryview(text)
    ready = asyncio.Event()
    loop.add_writer(descriptor, ready.set)
    try:
        while left:
            await ready.wait()
            ready.clear()
            with contextlib.suppress(BlockingIOError):
                left = left[os.write(descriptor, left) :]
    except (BrokenPipeError, ConnectionResetError):
        return
    finally:
        loop.remove_writer(descriptor)
        pipe.close()
