"""MCP servers over streamable HTTP: the SDK's own server behind a token, and servers that are none."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from engine.canonical import JSON
from engine.tools.mcp import ServerState

from ..waiting import until
from .mcp_peer import make
from .surroundings import context
from .test_mcp_client import Room, open_room
from .web import answer, open_web

TOKEN = "tok-5fd0c1b2a3"  # opens a server that lives for one test
SAY: dict[str, JSON] = {"text": "hello"}
Asgi = Callable[[Any, Any, Any], Awaitable[None]]


def guarded(app: Asgi) -> Asgi:
    """Let in only who has the token."""

    async def gate(scope: Any, receive: Any, send: Any) -> None:
        headers = dict(scope.get("headers", ()))
        if scope["type"] == "http" and headers.get(b"authorization") != f"Bearer {TOKEN}".encode():
            await send({"type": "http.response.start", "status": 401, "headers": []})
            await send({"type": "http.response.body", "body": b"who are you?"})
            return
        await app(scope, receive, send)

    return gate


@asynccontextmanager
async def open_server(folder: Path, manner: str = "good") -> AsyncIterator[str]:
    """The SDK's server over HTTP; its address."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    app = guarded(make(manner, folder / "notes").streamable_http_app())
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve([listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/mcp"
    finally:
        server.should_exit = True
        _, late = await asyncio.wait({serving}, timeout=5)
        for task in late:
            task.cancel()
            await asyncio.wait({task}, timeout=5)
        listener.close()


async def declare(room: Room, url: str, **more: object) -> None:
    await room.declare(peer={"url": url, "token": "env:MCP", "connect_seconds": 10, **more})


async def test_its_tools_are_found_and_called_with_the_token(tmp_path: Path) -> None:
    async with open_server(tmp_path) as url, open_room(tmp_path, {"MCP": TOKEN}) as room:
        await declare(room, url)
        await room.until_up()
        result = await room.registry.run("mcp.peer.say", SAY, context(tmp_path))
        assert result.summary.startswith("mcp.peer.say answered: you said hello")
    assert room.calls() == ["say"]


async def test_without_the_right_token_it_is_away_and_the_token_stays_secret(tmp_path: Path) -> None:
    async with open_server(tmp_path) as url, open_room(tmp_path, {"MCP": "tok-wrong-one"}) as room:
        await declare(room, url)
        await until(lambda: room.report.state is ServerState.AWAY)
        assert "tok-wrong-one" not in room.report.detail
        assert room.registry.schemas == {}


async def test_a_call_that_is_never_answered_is_not_known(tmp_path: Path) -> None:
    async with open_server(tmp_path, "silent") as url, open_room(tmp_path, {"MCP": TOKEN}) as room:
        await declare(room, url, timeout_seconds=1)
        await room.until_up()
        with pytest.raises(TimeoutError):
            await room.say()
    assert room.calls() == ["say"]


async def test_a_server_that_is_gone_keeps_its_tools_known(tmp_path: Path) -> None:
    async with open_room(tmp_path, {"MCP": TOKEN}) as room:
        async with open_server(tmp_path) as url:
            await declare(room, url, refresh_seconds=5)
            await room.until_up()
        await until(lambda: room.report.state is ServerState.AWAY)
        assert "mcp.peer.say" in room.registry.schemas


@pytest.mark.parametrize(
    "bad",
    [
        answer(500, "oops"),
        answer(200, "this is no MCP"),
        answer(302, "", location="http://127.0.0.1:1/"),
        answer(429, "slow", retry_after="9"),
        b"garbage\r\n\r\n",
        b"",
    ],
)
async def test_what_is_no_server_is_away(tmp_path: Path, bad: bytes) -> None:
    async with open_web(bad) as web, open_room(tmp_path, {"MCP": TOKEN}) as room:
        await declare(room, f"{web.url}/mcp", connect_seconds=2)
        await until(lambda: room.report.state is ServerState.AWAY)
        assert room.report.detail
        assert room.registry.schemas == {}


async def test_an_unreadable_token_is_said(tmp_path: Path) -> None:
    async with open_room(tmp_path, {"OTHER": "x"}) as room:
        await declare(room, "http://127.0.0.1:1/mcp")
        await until(lambda: room.report.state is ServerState.AWAY)
        assert "env:MCP cannot be used: there is none" in room.report.detail
