"""The engine's door over Redis: requests in, answers and views out.

A request is a key that expires when its sender stops waiting, and its id in a list; a request that nobody waits for any
more is therefore never carried out late. The engine takes an id off the list once, and the dispatcher remembers it, so
that a request is carried out at most once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from ..errors import WatchfloorError
from .client import close_client, link_errors, subscription

if TYPE_CHECKING:
    from redis.asyncio import Redis

BACKLOG: Final = 1_000
"""Most requests that may wait for the engine."""
CONCURRENCY: Final = 16
"""Most requests that the engine works on at once."""
REQUEST_BYTES: Final = 4 * 1_048_576
"""Most bytes of one request."""
VIEW_SECONDS: Final = 10
"""A view that is not renewed is gone after so many seconds."""
_BLOCK_SECONDS: Final = 5
_HEAR_SECONDS: Final = 1
_ANSWER_SECONDS: Final = 60
_PUT: Final = """
if redis.call('LLEN', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[2], ARGV[3], 'PX', ARGV[2])
redis.call('LPUSH', KEYS[1], ARGV[4])
return 1
"""
_SHOW: Final = """
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return redis.call('PUBLISH', ARGV[3], '')
"""
_GIVE: Final = """
redis.call('RPUSH', KEYS[1], ARGV[1])
return redis.call('EXPIRE', KEYS[1], ARGV[2])
"""


class DoorError(WatchfloorError):
    """The engine's door cannot take the request."""


class Keys:
    """The door's keys, all in one hash slot."""

    def __init__(self, prefix: str) -> None:
        self.requests = f"{{{prefix}}}:door:requests"
        self.view = f"{{{prefix}}}:door:view"
        self.views = f"{{{prefix}}}:door:views"
        self._prefix = prefix

    def request(self, request_id: str) -> str:
        """Where one request waits."""
        return f"{{{self._prefix}}}:door:request:{request_id}"

    def answer(self, request_id: str) -> str:
        """Where its answer goes."""
        return f"{{{self._prefix}}}:door:answer:{request_id}"


class EngineDoor:
    """The engine's side.

    Args:
        commands: a client for short calls.
        blocking: a client for waiting calls.
        prefix: the workspace's key prefix.
        answer: turns a request into its answer; it must not raise.
    """

    def __init__(
        self, commands: Redis, blocking: Redis, prefix: str, answer: Callable[[bytes], Awaitable[bytes]]
    ) -> None:
        self._commands = commands
        self._blocking = blocking
        self._keys = Keys(prefix)
        self._answer = answer
        self._slots = asyncio.Semaphore(CONCURRENCY)

    async def run(self) -> None:
        """Serve until cancelled or until Redis is lost; what is being worked on then is finished first."""
        working: set[asyncio.Task[None]] = set()
        try:
            while True:
                popped: Any = await self._blocking.brpop([self._keys.requests], timeout=_BLOCK_SECONDS)
                if popped is None:
                    continue
                request_id = popped[1].decode("ascii", "replace")
                raw: Any = await self._commands.getdel(self._keys.request(request_id))
                if raw is None:
                    continue
                await self._slots.acquire()
                task = asyncio.create_task(self._serve(request_id, raw), name="door-request")
                working.add(task)
                task.add_done_callback(working.discard)
                task.add_done_callback(lambda _: self._slots.release())
        finally:
            # An answer that cannot be delivered is lost with the server; its sender is told so by its own time limit.
            await asyncio.gather(*working, return_exceptions=True)

    async def publish(self, view: bytes) -> None:
        """Put up a new view."""
        await self._commands.eval(_SHOW, 1, self._keys.view, view, VIEW_SECONDS, self._keys.views)

    async def _serve(self, request_id: str, raw: bytes) -> None:
        answer = await self._answer(raw)
        key = self._keys.answer(request_id)
        await self._commands.eval(_GIVE, 1, key, answer, _ANSWER_SECONDS)


class RedisTransport:
    """The client's side; an :class:`engine.client.remote.Transport`.

    Args:
        commands: a client for short calls; closed with the transport.
        blocking: a client for waiting calls; closed with the transport.
        prefix: the workspace's key prefix.
    """

    def __init__(self, commands: Redis, blocking: Redis, prefix: str) -> None:
        self._commands = commands
        self._blocking = blocking
        self._keys = Keys(prefix)

    async def call(self, request_id: str, payload: bytes, seconds: float) -> bytes:
        """Send a request and await its answer.

        Raises:
            TimeoutError: no answer in time; the request will not be carried out any more unless it already was.
            DoorError: the request is too large, the engine is swamped, or Redis cannot be reached.
        """
        if len(payload) > REQUEST_BYTES:
            raise DoorError(
                "request refused", why=f"it has more than {REQUEST_BYTES} bytes", remedy="Send less at once."
            )
        keys = [self._keys.requests, self._keys.request(request_id)]
        try:
            put: Any = await self._commands.eval(_PUT, 2, *keys, BACKLOG, int(seconds * 1000), payload, request_id)
            if not put:
                raise DoorError(
                    "request refused", why="too many requests wait for the engine", remedy="Try again soon."
                )
            popped: Any = await self._blocking.blpop([self._keys.answer(request_id)], timeout=seconds)
        except link_errors() as error:
            raise DoorError("the engine's Redis cannot be reached", why=str(error)) from error
        if popped is None:
            raise TimeoutError
        answer: bytes = popped[1]
        return answer

    @asynccontextmanager
    async def views(self) -> AsyncIterator[AsyncIterator[bytes]]:
        """The newest view, then each new one.

        Raises:
            DoorError: Redis cannot be reached.
        """
        try:
            async with subscription(self._blocking, self._keys.views) as heard:
                yield self._follow(heard)
        except link_errors() as error:
            raise DoorError("the engine's Redis cannot be reached", why=str(error)) from error

    async def _follow(self, heard: Any) -> AsyncIterator[bytes]:
        while True:
            raw: Any = await self._commands.get(self._keys.view)
            if raw is not None:
                yield raw
            await heard.get_message(timeout=_HEAR_SECONDS)

    async def close(self) -> None:
        """Close both clients."""
        try:
            await close_client(self._commands)
        finally:
            await close_client(self._blocking)
