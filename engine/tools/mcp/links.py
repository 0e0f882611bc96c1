"""Ways to an MCP server: its standard streams, or streamable HTTP with a token and bounded answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Final

import httpx2
from mcp.client._transport import Transport, TransportStreams
from mcp.client.streamable_http import streamable_http_client

from ...settings.connections import McpServerSettings
from ..secrets import Secrets
from .pipes import LINE_BYTES, Ending, ServerFailure, bounded_pipes

ANSWER_BYTES: Final = 16 * 1_048_576
"""Most bytes of one HTTP answer; a stream of events that grows beyond it is closed and opened again."""


@asynccontextmanager
async def open_link(
    settings: McpServerSettings, root: Path, environment: Mapping[str, str], secrets: Secrets, ending: Ending
) -> AsyncGenerator[Transport, None]:
    """A way to a server, ready to be spoken over.

    Raises:
        ServerFailure: there is none.
        SecretError: its token cannot be read.
    """
    if settings.url is None:
        yield _Ready(bounded_pipes(settings.argv, cwd=root, env=environment, ending=ending))
        return
    headers = {"authorization": f"Bearer {secrets.read(settings.token)}"} if settings.token is not None else {}
    timeout = httpx2.Timeout(settings.connect_seconds, read=settings.timeout_seconds)
    # A transport of our own also leaves the environment's proxies out: the token goes to that server and nowhere else.
    transport = _Bounded(httpx2.AsyncHTTPTransport())
    async with httpx2.AsyncClient(headers=headers, timeout=timeout, transport=transport) as client:
        yield _Ready(streamable_http_client(settings.url, http_client=client, max_sse_event_size=LINE_BYTES))


class _Ready:
    """A transport as the SDK types it, around a context manager that is one."""

    def __init__(self, streams: AbstractAsyncContextManager[TransportStreams]) -> None:
        self._streams = streams

    async def __aenter__(self) -> TransportStreams:
        return await self._streams.__aenter__()

    async def __aexit__(self, *error: object) -> bool | None:
        return await self._streams.__aexit__(*error)  # type: ignore[arg-type]  # handed through as it came


class _Bounded(httpx2.AsyncBaseTransport):
    """Ends an answer that is too long."""

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        stream = response.stream
        assert isinstance(stream, httpx2.AsyncByteStream)  # noqa: S101  # what an asynchronous transport gives
        return httpx2.Response(
            response.status_code,
            headers=response.headers,
            stream=_BoundedStream(stream),
            extensions=response.extensions,
        )

    async def aclose(self) -> None:
        await self._inner.aclose()


class _BoundedStream(httpx2.AsyncByteStream):
    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        said = 0
        async for part in self._inner:
            said += len(part)
            if said > ANSWER_BYTES:
                raise httpx2.ReadError(f"an answer has more than {ANSWER_BYTES} bytes")
            yield part

    async def aclose(self) -> None:
        await self._inner.aclose()


__all__ = ["ServerFailure", "open_link"]
