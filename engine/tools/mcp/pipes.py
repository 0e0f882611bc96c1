"""Speaking to an MCP server over its standard streams, with a limit on everything that it may say.

The SDK's own transport keeps a line in memory until it ends, however long that takes; a server that floods would take
the engine with it. This one has the same two streams and ends a server that says too much.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import anyio
from mcp.client._transport import TransportStreams
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from ...errors import WatchfloorError

LINE_BYTES: Final = 4 * 1_048_576
"""The longest message."""
WINDOW_SECONDS: Final = 10.0
WINDOW_BYTES: Final = 16 * 1_048_576
"""Most bytes within ``WINDOW_SECONDS``."""
MOST_GARBAGE: Final = 100
"""After so many lines that are no messages, it is no MCP server."""
_GRACE_SECONDS: Final = 0.5
_LOOK_SECONDS: Final = 0.01
_LAST_WORDS: Final = 2_048


class ServerFailure(WatchfloorError):
    """A server cannot be used; the message says why."""


class Ending:
    """Why a connection ended, and what the server last said on its error stream."""

    def __init__(self, told: Callable[[], None]) -> None:
        self.why = ""
        self.closing = False
        self.last_words = b""
        self._told = told

    def tell(self, why: str) -> None:
        """The connection has ended; what comes of ending it ourselves says nothing about the server."""
        if not self.closing:
            self.why = self.why or why
            self._told()


@asynccontextmanager
async def bounded_pipes(
    argv: Sequence[str], *, cwd: Path, env: Mapping[str, str], ending: Ending
) -> AsyncGenerator[TransportStreams, None]:
    """Start a server and speak to it; it and its children are gone when this ends.

    Raises:
        ServerFailure: it cannot be started.
    """
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            cwd=cwd,
            env=dict(env),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=LINE_BYTES,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ServerFailure(f"{argv[0]} cannot be started", why=reason) from error
    into_session, from_server = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    into_server, from_session = anyio.create_memory_object_stream[SessionMessage](0)

    async def read() -> None:
        async with into_session:
            ending.tell(await _read(process, into_session.send))

    async def write() -> None:
        stdin = process.stdin
        assert stdin is not None  # noqa: S101  # started with a pipe
        try:
            async with from_session:
                async for message in from_session:
                    text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
                    stdin.write(text.encode() + b"\n")
                    await stdin.drain()
        except OSError:
            ending.tell("it closed its input")
            await into_session.aclose()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read)
        tasks.start_soon(write)
        tasks.start_soon(_listen, process, ending)
        try:
            yield from_server, into_server
        finally:
            ending.closing = True
            with anyio.CancelScope(shield=True):
                await _end(process)
                for stream in (into_session, from_server, into_server, from_session):
                    await stream.aclose()
            tasks.cancel_scope.cancel()


async def _read(process: asyncio.subprocess.Process, deliver: Callable[[SessionMessage | Exception], object]) -> str:
    stdout = process.stdout
    assert stdout is not None  # noqa: S101  # started with a pipe
    loop = asyncio.get_running_loop()
    began, said, garbage = loop.time(), 0, 0
    try:
        while line := await stdout.readline():
            if loop.time() - began > WINDOW_SECONDS:
                began, said = loop.time(), 0
            said += len(line)
            if said > WINDOW_BYTES:
                return f"it said more than {WINDOW_BYTES} bytes within {WINDOW_SECONDS:.0f} s"
            try:
                message = jsonrpc_message_adapter.validate_json(line, by_name=False)
            except ValueError:
                garbage += 1
                if garbage > MOST_GARBAGE:
                    return "it speaks something else than MCP"
                continue
            await deliver(SessionMessage(message))  # type: ignore[misc]  # a memory stream's send
    except ValueError:
        return f"it said something longer than {LINE_BYTES} bytes"
    except (OSError, anyio.ClosedResourceError, anyio.BrokenResourceError):
        return "the connection was closed"
    return "it ended"


async def _listen(process: asyncio.subprocess.Process, ending: Ending) -> None:
    stderr = process.stderr
    assert stderr is not None  # noqa: S101  # started with a pipe
    with contextlib.suppress(OSError):
        while part := await stderr.read(65_536):
            ending.last_words = (ending.last_words + part)[-_LAST_WORDS:]


async def _end(process: asyncio.subprocess.Process) -> None:
    """The end as the protocol wants it: close its input, wait, then SIGTERM and SIGKILL to all that it started."""
    if process.stdin is not None:
        process.stdin.close()
    for number in (None, signal.SIGTERM, signal.SIGKILL):
        if number is not None:
            _signal(process.pid, number)
        if await _gone(process):
            break
    _signal(process.pid, signal.SIGKILL)
    # asyncio offers no other way to let go of pipes that a left-behind grandchild keeps open.
    process._transport.close()  # type: ignore[attr-defined]  # noqa: SLF001


async def _gone(process: asyncio.subprocess.Process) -> bool:
    # Not wait(): it also waits for pipes that a grandchild may hold. Not a timeout either: it would be lifted by a
    # cancellation that is under way.
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _GRACE_SECONDS
    while process.returncode is None and loop.time() < deadline:  # noqa: ASYNC110  # asyncio tells it in no other way
        await anyio.sleep(_LOOK_SECONDS)
    return process.returncode is not None


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
