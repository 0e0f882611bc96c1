"""The connection to Redis: checked, measured, and restored when it breaks."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ..clock import Clock
from .client import close_client, link_errors, make_client
from .faults import RedisUnavailable, explain, too_old

if TYPE_CHECKING:
    from redis.asyncio import Redis

RECONNECT_FIRST: Final = 0.1
RECONNECT_LIMIT: Final = 5.0
"""Shortest and longest wait between two attempts to reach a lost server, in seconds."""
FLOOR_REDIS: Final = (7, 0)
FLOOR_VALKEY: Final = (7, 2)


class LinkState(StrEnum):
    """Whether Redis can be reached."""

    CONNECTING = "connecting"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True, slots=True)
class LinkStatus:
    """The connection at one moment.

    Attributes:
        since: when it came to this state.
        latency_ms: how long the last check took, in milliseconds; nothing while it is not up.
        detail: why it is down, for an operator; empty while it is up.
    """

    state: LinkState
    since: datetime
    latency_ms: float | None = None
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ServerInfo:
    """Which server answers, for example ``valkey 9.1.2``."""

    name: str
    version: tuple[int, ...]

    def __str__(self) -> str:
        return f"{self.name} {'.'.join(map(str, self.version))}"


class RedisLink:
    """Two clients of one server: one for short commands, one for calls that wait.

    Commands are never repeated by the library: a command whose answer was lost may have been carried out, and only its
    sender knows what repeating it would do.

    Args:
        url: the server's address.
        clock: measures and waits.
        timeout_seconds: how long a short command may take.
        health_seconds: time between two checks.
        max_connections: most connections of each client.
    """

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        timeout_seconds: float = 2.0,
        health_seconds: float = 1.0,
        max_connections: int = 32,
    ) -> None:
        self._url = url
        self._clock = clock
        self._health_seconds = health_seconds
        self._listeners: list[Callable[[LinkStatus], None]] = []
        self._reachable = asyncio.Event()
        self._status = LinkStatus(LinkState.CONNECTING, clock.now())
        self.commands: Redis = make_client(url, timeout_seconds, timeout_seconds, max_connections)
        self.blocking: Redis = make_client(url, None, timeout_seconds, max_connections)

    @property
    def status(self) -> LinkStatus:
        """The connection now."""
        return self._status

    def watch(self, listener: Callable[[LinkStatus], None]) -> None:
        """Have ``listener`` called whenever the state changes; it must not raise."""
        self._listeners.append(listener)

    async def connect(self) -> ServerInfo:
        """Reach the server once and check that it will do.

        Raises:
            RedisUnavailable: it cannot be reached, refuses, or is too old; the error names cause and remedy.
        """
        try:
            answer: Any = await self.commands.info("server")
            # A server that still reads its file tells about itself, but does nothing yet.
            await self.commands.ping()
        except link_errors() as error:
            unavailable = explain(self._url, error)
            self._become(LinkState.DOWN, detail=unavailable.sentence())
            raise unavailable from None
        info = _server_info(answer)
        if info.version < (FLOOR_VALKEY if info.name == "valkey" else FLOOR_REDIS):
            old = too_old(self._url, str(info))
            self._become(LinkState.DOWN, detail=old.sentence())
            raise old
        self._become(LinkState.UP)
        return info

    async def run(self) -> NoReturn:
        """Check the connection until cancelled, and restore it with growing patience when it broke."""
        failures = 0
        while True:
            try:
                await self.check()
            except RedisUnavailable:
                await self._clock.sleep(min(RECONNECT_FIRST * 2 ** min(failures, 16), RECONNECT_LIMIT))
                failures += 1
            else:
                failures = 0
                await self._clock.sleep(self._health_seconds)

    async def until_up(self) -> None:
        """Return once the server can be reached; :meth:`run` must be running."""
        await self._reachable.wait()

    def suspect(self, error: RedisUnavailable) -> None:
        """A command failed: the server counts as down until :meth:`run` has reached it again."""
        self._become(LinkState.DOWN, detail=error.sentence())

    async def check(self) -> float:
        """Measure one round trip, in milliseconds; a server that was away is checked anew.

        Raises:
            RedisUnavailable: it cannot be reached.
        """
        if self._status.state is not LinkState.UP:
            await self.connect()
        began = self._clock.monotonic()
        try:
            await self.commands.ping()
        except link_errors() as error:
            unavailable = explain(self._url, error)
            self._become(LinkState.DOWN, detail=unavailable.sentence())
            raise unavailable from None
        latency = (self._clock.monotonic() - began) * 1000
        self._status = replace(self._status, latency_ms=latency)
        return latency

    @contextlib.asynccontextmanager
    async def explained(self) -> AsyncIterator[None]:
        """Within this, errors of the client library become :class:`RedisUnavailable`, and the server is suspected."""
        try:
            yield
        except link_errors() as error:
            unavailable = explain(self._url, error)
            self.suspect(unavailable)
            raise unavailable from None

    async def close(self) -> None:
        """Close every connection; closing twice does nothing."""
        try:
            await close_client(self.commands)
        finally:
            await close_client(self.blocking)

    def _become(self, state: LinkState, *, detail: str = "") -> None:
        if state is LinkState.UP:
            self._reachable.set()
        else:
            self._reachable.clear()
        if state is self._status.state:
            self._status = replace(self._status, detail=detail)
            return
        self._status = LinkStatus(state, self._clock.now(), detail=detail)
        for listener in tuple(self._listeners):
            listener(self._status)


def _server_info(answer: Any) -> ServerInfo:
    fields = {_text(name): _text(value) for name, value in dict(answer).items()}
    name = "valkey" if "valkey_version" in fields else "redis"
    numbers = fields.get(f"{name}_version", "0").split("-")[0].split(".")
    return ServerInfo(name, tuple(int(number) for number in numbers if number.isdigit()))


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
