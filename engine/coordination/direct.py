"""Clients of one server over lines of our own: short commands over one connection, and hints as they are published."""

from __future__ import annotations

import asyncio
import inspect
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any, Final

from redis.asyncio import Redis
from redis.client import EMPTY_RESPONSE, NEVER_DECODE

from .line import Line, packed

MOST_UNHEARD: Final = 1_000
"""So many messages wait to be heard; of more the oldest are lost."""
HEALTH_SECONDS: Final = 15.0
"""After so long a silence it is asked whether the server is still there."""


class DirectRedis(Redis):
    """The library's client, but all commands share one connection; pipelines have their own."""

    _line: Line | None = None
    _opening: asyncio.Task[Line] | None = None

    async def execute_command(self, *args: Any, **options: Any) -> Any:
        """Send a command and await its answer.

        Raises:
            RedisError: the server cannot be reached, does not answer in time, or refuses.
        """
        if NEVER_DECODE in options or EMPTY_RESPONSE in options:
            return await super().execute_command(*args, **options)  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        command = packed(args)
        line = self._line
        if line is None or line.error is not None:
            line = await self._open()
        answer = await line.ask(command)
        callback = self.response_callbacks.get(args[0])
        if callback is None:
            return answer
        options.pop("keys", None)
        found = callback(answer, **options)
        return await found if inspect.isawaitable(found) else found

    async def aclose(self, close_connection_pool: bool | None = None) -> None:  # noqa: FBT001  # as the library declares it
        """Close every connection."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait({self._opening})
        if self._line is not None:
            await self._line.close()
        await super().aclose(close_connection_pool)

    async def _open(self) -> Line:
        # Whoever comes while the connection is being opened shares it, or the reason why there is none.
        if self._opening is None:
            self._opening = asyncio.ensure_future(self._opened())
            self._opening.add_done_callback(self._settled)
        return await asyncio.shield(self._opening)

    async def _opened(self) -> Line:
        self._line = line = await take_over(self)
        return line

    def _settled(self, opening: asyncio.Task[Line]) -> None:
        self._opening = None
        if not opening.cancelled():
            opening.exception()  # it may be that nobody waits for it any more


class WaitingRedis(Redis):
    """The library's client for calls that wait at the server, each with a connection to itself."""


class Heard:
    """Channels that are listened to; the part of the library's own object that is needed.

    Args:
        client: the server.
        at_once: called as soon as a message comes.
    """

    def __init__(self, client: Redis, at_once: Callable[[], None] | None = None) -> None:
        self._client = client
        self._at_once = at_once
        self._line: Line | None = None
        self._messages: deque[Mapping[str, Any]] = deque(maxlen=MOST_UNHEARD)
        self._news = asyncio.Event()
        self._heard_at = 0.0

    async def subscribe(self, *channels: str) -> None:
        """Hear channels from now on.

        Raises:
            RedisError: the server cannot be reached, or refuses.
        """
        self._line = line = await take_over(self._client, self._pushed)
        line.send(packed(("SUBSCRIBE", *channels)))
        # Answered in order: by then it listens, or the answer is its refusal.
        await line.ask(packed(("PING",)))
        self._heard_at = asyncio.get_running_loop().time()

    async def get_message(self, timeout: float) -> Mapping[str, Any] | None:  # noqa: ASYNC109  # as the library declares it
        """The next message: its ``channel`` and ``data``, and whether it was ``told`` at once.

        Nothing where none comes within ``timeout`` seconds.

        Raises:
            RedisError: the connection is lost.
        """
        line = self._line
        if line is None:
            return None
        if not self._messages:
            self._news.clear()
            if line.error is None:
                try:
                    async with asyncio.timeout(timeout):
                        await self._news.wait()
                except TimeoutError:
                    await self._ask_after(line)
        if self._messages:
            return self._messages.popleft()
        if line.error is not None:
            raise line.error
        return None

    async def aclose(self) -> None:
        """Stop listening."""
        if self._line is not None:
            await self._line.close()

    async def _ask_after(self, line: Line) -> None:
        now = asyncio.get_running_loop().time()
        if now - self._heard_at >= HEALTH_SECONDS:
            await line.ask(packed(("PING",)))
            self._heard_at = now

    def _pushed(self, news: Any) -> None:
        if news is not None and news[0] == b"message":
            self._heard_at = asyncio.get_running_loop().time()
            self._messages.append({"channel": news[1], "data": news[2], "told": self._at_once is not None})
            if self._at_once is not None:
                self._at_once()
        self._news.set()


async def take_over(client: Redis, pushed: Any = None) -> Line:
    """Open a connection of a client's server and take it over.

    Raises:
        RedisError: the server cannot be reached, or refuses.
    """
    connection = client.connection_pool.make_connection()  # type: ignore[no-untyped-call]  # as above
    await connection.connect()
    return Line(connection, connection.socket_timeout or connection.socket_connect_timeout, pushed)
