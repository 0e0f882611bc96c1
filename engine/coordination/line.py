"""One connection for many commands at once: written as they come, answered in their order.

The library gives each command a connection, a task for its time limit and some forty calls of Python. Short commands
come by the thousand here, and a worker that waits for work is as quick as its client; so the library opens and greets
the connection, and this takes it over.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any, Final, cast

import hiredis
from redis._parsers.base import BaseParser
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import InvalidResponse
from redis.exceptions import TimeoutError as RedisTimeoutError

_MORE: Final = object()
"""What the parser says where an answer is not whole yet."""


def packed(words: tuple[Any, ...]) -> bytes:
    """A command as it is sent; the first word may be two, as in ``CONFIG GET``."""
    first = words[0]
    if isinstance(first, str) and " " in first:
        words = (*first.split(), *words[1:])
    return cast("bytes", hiredis.pack_command(words))


class Line(asyncio.Protocol):
    """A connection that was taken over from the library.

    Args:
        connection: the library's, connected and greeted; nobody else may use it any more.
        timeout: how long an answer may take, in seconds; after that the connection is given up.
        pushed: takes what comes without having been asked for.
    """

    def __init__(self, connection: Any, timeout: float, pushed: Callable[[Any], None] | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._connection = connection
        self._timeout = timeout
        self._pushed = pushed
        self._parser = hiredis.Reader(
            protocolError=InvalidResponse, replyError=BaseParser.parse_error, notEnoughData=_MORE
        )
        self._waiting: deque[tuple[asyncio.Future[Any], float]] = deque()
        self._timer: asyncio.TimerHandle | None = None
        self._room = asyncio.Event()
        self._room.set()
        self._closed: asyncio.Future[None] = self._loop.create_future()
        self.error: Exception | None = None
        """Why it is of no use any more; nothing while it is."""
        # The library's own reader and writer; what the reader already got is passed on.
        self._writer, reader = connection._writer, connection._reader  # noqa: SLF001  # it has no public name for them
        self._transport: asyncio.Transport = self._writer.transport
        self._before = self._transport.get_protocol()
        self._transport.set_protocol(self)
        if early := bytes(reader._buffer):  # noqa: SLF001  # as above
            self.data_received(early)

    async def ask(self, command: bytes) -> Any:
        """Send a command and await its answer. Who is cancelled may have sent it; the answer is then thrown away.

        Raises:
            RedisError: the connection is lost, no answer came in time, or the answer is an error.
        """
        while not self._room.is_set():
            await self._room.wait()
        self.send(command)
        answer: asyncio.Future[Any] = self._loop.create_future()
        until = self._loop.time() + self._timeout
        self._waiting.append((answer, until))
        if self._timer is None:
            self._timer = self._loop.call_at(until, self._look)
        return await answer

    def send(self, command: bytes) -> None:
        """Send a command that is answered by what is pushed, if at all.

        Raises:
            RedisError: the connection is lost.
        """
        if self.error is not None:
            raise RedisConnectionError(str(self.error)) from self.error
        self._transport.write(command)

    async def close(self) -> None:
        """Close the connection; what still waits for an answer fails. Closing twice does nothing."""
        self._give_up(RedisConnectionError("the connection was closed"))
        await asyncio.shield(self._closed)

    def data_received(self, data: bytes) -> None:
        """Answers came."""
        self._parser.feed(data)
        try:
            while self.error is None and (answer := self._parser.gets()) is not _MORE:
                self._take(answer)
        except InvalidResponse as error:
            self._give_up(error)

    def connection_lost(self, exc: Exception | None) -> None:
        """The other end, or the network, has gone."""
        self._give_up(RedisConnectionError(f"the connection was lost: {exc or 'the server closed it'}"))
        # The library's connection must not warn of a socket that is closed.
        self._connection._writer = self._connection._reader = None  # noqa: SLF001  # as above
        self._before.connection_lost(exc)
        if not self._closed.done():
            self._closed.set_result(None)

    def pause_writing(self) -> None:
        """The network takes no more for now."""
        self._room.clear()

    def resume_writing(self) -> None:
        """The network takes more again."""
        self._room.set()

    def _take(self, answer: Any) -> None:
        if isinstance(answer, hiredis.PushNotification):
            if self._pushed is not None:
                self._pushed(answer)
            return
        if not self._waiting:
            self._give_up(answer if isinstance(answer, Exception) else InvalidResponse("an answer to nothing"))
            return
        future, _ = self._waiting.popleft()
        if future.done():
            return
        if isinstance(answer, Exception):
            future.set_exception(answer)
        else:
            future.set_result(answer)

    def _look(self) -> None:
        self._timer = None
        if not self._waiting:
            return
        until = self._waiting[0][1]
        if until <= self._loop.time():
            self._give_up(RedisTimeoutError("no answer came in time"))
        else:
            self._timer = self._loop.call_at(until, self._look)

    def _give_up(self, error: Exception) -> None:
        if self.error is not None:
            return
        self.error = error
        if self._timer is not None:
            self._timer.cancel()
        self._room.set()
        self._transport.abort()
        while self._waiting:
            future, _ = self._waiting.popleft()
            if not future.done():
                future.set_exception(error)
        if self._pushed is not None:
            self._pushed(None)
