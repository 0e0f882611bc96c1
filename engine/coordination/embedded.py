"""The engine's own private server: started with it, restarted when it fails, gone when the engine is gone."""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from typing import Final

from ..clock import Clock
from ..errors import WatchfloorError
from .places import PATH_NAME, note_place, server_program, socket_place
from .server_process import ServerFailed, ServerProcess, clear_leftover

BACKOFF_FIRST: Final = 0.1
BACKOFF_LIMIT: Final = 5.0
"""Shortest and longest wait before a restart, in seconds."""
RESTARTS: Final = 5
WINDOW_SECONDS: Final = 60.0
"""More restarts than this in so many seconds, and the server is given up."""
DATA_NAME: Final = "redis"


class ServerState(StrEnum):
    """Where the private server is in its life."""

    STOPPED = "stopped"
    STARTING = "starting"
    RUNNING = "running"
    RESTARTING = "restarting"
    DEGRADED = "degraded"
    """It failed too often and is no longer restarted by itself; :meth:`EmbeddedServer.start` tries again."""


class EmbeddedServer:
    """A private server on a unix socket that only this user can open.

    The caller holds the workspace's lock. All methods belong to one event loop.

    Args:
        state_dir: the workspace's private folder, mode 0700.
        clock: times restarts.
        runtime_dir: where the socket goes when the workspace's path is too long for one.
        program: the server program; found by itself by default.
        on_state: told of each change of state, with the reason of a failure; it must not raise.
    """

    def __init__(
        self,
        state_dir: Path,
        clock: Clock,
        *,
        runtime_dir: Path | None = None,
        program: Path | None = None,
        on_state: Callable[[ServerState, str], None] | None = None,
    ) -> None:
        self._state_dir = state_dir
        self._clock = clock
        self._runtime_dir = runtime_dir
        self._program = program
        self._on_state = on_state
        self._socket: Path | None = None
        self._server: ServerProcess | None = None
        self._watching: asyncio.Task[None] | None = None
        self._state = ServerState.STOPPED

    @property
    def state(self) -> ServerState:
        """Where the server is in its life."""
        return self._state

    @property
    def pid(self) -> int | None:
        """The number of the server's process while one runs."""
        return self._server.pid if self._server else None

    @property
    def url(self) -> str:
        """The server's address; known once it was started, and the same over restarts.

        Raises:
            ServerFailed: it was never started.
        """
        if self._socket is None:
            raise ServerFailed("the private Redis server has no address yet", why="it was never started")
        return f"unix://{self._socket}"

    async def start(self) -> None:
        """Start the server and return once it answers; from then on it is kept running.

        Raises:
            WatchfloorError: there is no program, its folder cannot be used, or it does not start.
        """
        if self._watching is not None:
            if not self._watching.done():
                return
            await self.stop()
        self._change(ServerState.STARTING)
        try:
            program = self._program or server_program()
            data_dir = self._state_dir / DATA_NAME
            data_dir.mkdir(mode=0o700, exist_ok=True)
            self._socket = socket_place(self._state_dir, self._runtime_dir)
            await clear_leftover(self._socket, data_dir)
            note_place(self._state_dir, self._socket)
            self._server = await self._begin(program, self._socket, data_dir)
        except OSError as error:
            self._change(ServerState.STOPPED, str(error))
            raise ServerFailed(
                "the private Redis server cannot be started",
                why=f"{error.strerror or error} ({error.filename})" if error.filename else str(error),
                remedy="Make the workspace writable and its disk not full.",
            ) from error
        except BaseException as error:
            self._change(ServerState.STOPPED, str(error))
            raise
        self._change(ServerState.RUNNING)
        self._watching = asyncio.create_task(self._watch(program, self._socket, data_dir), name="embedded-server")

    async def stop(self) -> None:
        """End the server and remove its socket; stopping twice does nothing."""
        if self._watching is not None:
            self._watching.cancel()
            await asyncio.wait({self._watching})
            self._watching = None
        await self._end_server()
        if self._socket is not None:
            with contextlib.suppress(OSError):  # something else is in its place, and the start has said so
                self._socket.unlink(missing_ok=True)
            if self._socket.parent != self._state_dir:
                with contextlib.suppress(OSError):  # someone put a file of their own there
                    self._socket.parent.rmdir()
            (self._state_dir / PATH_NAME).unlink(missing_ok=True)
        self._change(ServerState.STOPPED)

    async def _begin(self, program: Path, socket: Path, data_dir: Path) -> ServerProcess:
        try:
            return await ServerProcess.start(program, socket, data_dir)
        except ServerFailed:
            # What the server keeps can be rebuilt from the database: a file that it cannot read must not stop it.
            damaged = data_dir / "appendonlydir"
            if not damaged.exists():
                raise
            damaged.rename(data_dir / f"damaged-{self._clock.new_id()}")
            return await ServerProcess.start(program, socket, data_dir)

    async def _end_server(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            await server.stop()

    async def _watch(self, program: Path, socket: Path, data_dir: Path) -> None:
        failures: deque[float] = deque(maxlen=RESTARTS)
        reason = "the server ended by itself"
        while True:
            if self._server is not None:
                await asyncio.shield(self._server.exited)
                reason = "the server ended by itself"
                await self._end_server()
            now = self._clock.monotonic()
            if len(failures) == RESTARTS and now - failures[0] < WINDOW_SECONDS:
                self._change(
                    ServerState.DEGRADED, f"{reason}; restarted {RESTARTS} times within {WINDOW_SECONDS:.0f} s"
                )
                return
            recent = sum(now - moment < WINDOW_SECONDS for moment in failures)
            failures.append(now)
            self._change(ServerState.RESTARTING, reason)
            await self._clock.sleep(min(BACKOFF_FIRST * 2**recent, BACKOFF_LIMIT))
            try:
                await clear_leftover(socket, data_dir)
                self._server = await self._begin(program, socket, data_dir)
            except (WatchfloorError, OSError) as error:
                reason = str(error)
                continue
            self._change(ServerState.RUNNING)

    def _change(self, state: ServerState, reason: str = "") -> None:
        if state is self._state:
            return
        self._state = state
        if self._on_state is not None:
            self._on_state(state, reason)
