"""The port at which metrics can be read: one page, read only, bounded in every way."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final

from ..errors import WatchfloorError
from .exposition import CONTENT_TYPE

PATH: Final = "/metrics"
READERS: Final = 8
"""Most connections at a time; further ones are closed at once."""
HEAD_BYTES: Final = 8_192
ANSWER_SECONDS: Final = 10.0
"""How long one reader may take from its connection to its answer."""


class PortTaken(WatchfloorError):
    """The port for metrics cannot be opened."""


class MetricsPort:
    """Answers ``GET /metrics``.

    Args:
        address: of this machine.
        port: 1 to 65,535; 0 takes any that is free.
        render: makes the text at each reading.
    """

    def __init__(self, address: str, port: int, render: Callable[[], Awaitable[str]]) -> None:
        self._address = address
        self._wanted = port
        self._render = render
        self._readers: set[asyncio.Task[None]] = set()
        self.port = 0
        """The port, once it is open."""

    async def run(self) -> None:
        """Answer until cancelled.

        Raises:
            PortTaken: another program listens there, or it may not be opened.
        """
        try:
            server = await asyncio.start_server(self._serve, self._address, self._wanted, limit=HEAD_BYTES)
        except OSError as error:
            raise PortTaken(
                f"metrics cannot be read at {self._address}:{self._wanted}",
                why=error.strerror or str(error),
                remedy="Set another [telemetry] metrics_port.",
            ) from error
        self.port = server.sockets[0].getsockname()[1]
        try:
            await server.serve_forever()
        finally:
            self.port = 0
            server.close()
            for reader in self._readers:
                reader.cancel()
            if self._readers:
                await asyncio.wait(self._readers)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  # the server runs this as a task
        self._readers.add(task)
        try:
            # Whoever says nothing, too much or nonsense, or goes away, gets no answer; at the end nobody does.
            with contextlib.suppress(
                OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, asyncio.CancelledError
            ):
                async with asyncio.timeout(ANSWER_SECONDS):
                    if len(self._readers) <= READERS:
                        head = await reader.readuntil(b"\r\n\r\n")
                        writer.write(await self._answer(head))
                        await writer.drain()
        finally:
            self._readers.discard(task)
            writer.close()
            try:
                async with asyncio.timeout(1):
                    await writer.wait_closed()
            except (OSError, TimeoutError):
                # It does not take its answer; what is left of it is of no use.
                writer.transport.abort()

    async def _answer(self, head: bytes) -> bytes:
        words = head.split(b"\r\n", 1)[0].split(b" ")
        if len(words) != 3 or not words[2].startswith(b"HTTP/1."):
            return _response("400 Bad Request", "not understood\n", body=True)
        method, target = words[0], words[1].partition(b"?")[0]
        if target != PATH.encode():
            return _response("404 Not Found", f"there is only {PATH}\n", body=method != b"HEAD")
        if method not in {b"GET", b"HEAD"}:
            return _response("405 Method Not Allowed", "only GET\n", body=True, more="Allow: GET, HEAD\r\n")
        return _response("200 OK", await self._render(), body=method == b"GET")


def _response(status: str, text: str, *, body: bool, more: str = "") -> bytes:
    content = text.encode()
    head = (
        f"HTTP/1.1 {status}\r\nContent-Type: {CONTENT_TYPE}\r\nContent-Length: {len(content)}\r\n"
        f"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n{more}Connection: close\r\n\r\n"
    )
    return head.encode("ascii") + (content if body else b"")
