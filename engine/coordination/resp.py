"""The few words of the Redis protocol that are needed before, and to check, a connection by the real client."""

from __future__ import annotations

import asyncio
from pathlib import Path


class RespError(Exception):
    """The server answered with an error, or not in the protocol."""


async def ask(socket_path: Path, *words: str, seconds: float = 1.0) -> bytes:
    """Send one command over a unix socket and return its simple or bulk answer.

    Raises:
        OSError: nobody listens there, or the connection broke.
        TimeoutError: no answer in time.
        RespError: the answer is an error.
    """
    async with asyncio.timeout(seconds):
        reader, writer = await asyncio.open_unix_connection(str(socket_path), limit=1_048_576)
        try:
            encoded = [word.encode() for word in words]
            writer.write(b"*%d\r\n" % len(encoded))
            writer.writelines(b"$%d\r\n%s\r\n" % (len(word), word) for word in encoded)
            await writer.drain()
            return await _answer(reader)
        finally:
            writer.transport.abort()


async def _answer(reader: asyncio.StreamReader) -> bytes:
    try:
        line = await reader.readuntil(b"\r\n")
        sort, rest = line[:1], line[1:-2]
        if sort == b"+":
            return rest
        if sort == b"$" and rest.isdigit():
            return (await reader.readexactly(int(rest) + 2))[:-2]
    except asyncio.IncompleteReadError as error:
        raise ConnectionResetError("the server closed the connection") from error
    raise RespError(rest.decode("utf-8", "replace"))


def info_fields(info: bytes) -> dict[str, str]:
    """The lines of an INFO answer by their name."""
    pairs = (line.partition(":") for line in info.decode("utf-8", "replace").splitlines() if not line.startswith("#"))
    return {name: value for name, mark, value in pairs if mark}
