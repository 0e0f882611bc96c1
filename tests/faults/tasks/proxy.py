"""A network that can be cut: between a worker and its server."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path


class Network:
    """Passes bytes on between two unix sockets while it is whole.

    Args:
        near: where workers connect.
        far: where the server listens.
    """

    def __init__(self, near: Path, far: Path) -> None:
        self._near, self._far = near, far
        self._whole = asyncio.Event()
        self._whole.set()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        """Begin to listen."""
        self._server = await asyncio.start_unix_server(self._serve, str(self._near))

    def cut(self) -> None:
        """Swallow everything from now on, without closing a connection."""
        self._whole.clear()

    def mend(self) -> None:
        """Be whole again; what was under way is lost, as after a long cut."""
        for writer in list(self._open):
            writer.transport.abort()
        self._whole.set()

    async def stop(self) -> None:
        """Close everything."""
        self.mend()
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._whole.wait()
        with suppress(OSError):
            far_reader, far_writer = await asyncio.open_unix_connection(str(self._far))
            self._open |= {writer, far_writer}
            try:
                ways = [asyncio.create_task(self._pass(reader, far_writer)),
                        asyncio.create_task(self._pass(far_reader, writer))]  # fmt: skip
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
                for way in ways:
                    way.cancel()
                await asyncio.wait(ways)
            finally:
                self._open -= {writer, far_writer}
                far_writer.transport.abort()
        writer.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while read := await reader.read(65_536):
                await self._whole.wait()
                writer.write(read)
                await writer.drain()
