"""A small HTTP server of this machine that answers as it is told, byte for byte."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Asked:
    """One request.

    Attributes:
        path: with its query.
        headers: by lower-case name.
        body: as it came.
    """

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


Answering: TypeAlias = Callable[[Asked], "bytes | Awaitable[bytes]"]
"""Makes the whole answer; empty bytes cut the connection."""


def answer(status: int, body: object = "", **headers: str) -> bytes:
    """An HTTP answer: JSON, or text as it is."""
    content = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    kind = "text/plain" if isinstance(body, str) else "application/json"
    lines = [f"HTTP/1.1 {status} Whatever", f"content-type: {kind}", f"content-length: {len(content)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode() + content


@dataclass
class Web:
    """What was asked, and how it is answered.

    Attributes:
        answers: one for each request; the last one for all that follow.
    """

    answers: list[bytes | Answering]
    port: int = 0
    asked: list[Asked] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        try:
            asked = await _read(reader)
            self.asked.append(asked)
            wanted = self.answers[min(len(self.asked), len(self.answers)) - 1]
            said = wanted(asked) if callable(wanted) else wanted
            content = said if isinstance(said, bytes) else await said
            if content:
                writer.write(content)
                await writer.drain()
            else:
                writer.transport.abort()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def open_web(*answers: bytes | Answering) -> AsyncIterator[Web]:
    """A server that answers so."""
    web = Web(list(answers))
    server = await asyncio.start_server(web.serve, "127.0.0.1", 0)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()
        await server.wait_closed()


async def _read(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.split("\r\n")
    method, path, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines if line)}
    if headers.get("transfer-encoding") == "chunked":
        body = b""
        while size := int((await reader.readuntil(b"\r\n")), 16):
            body += (await reader.readexactly(size + 2))[:-2]
        await reader.readexactly(2)
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Asked(method, path, headers, body)
