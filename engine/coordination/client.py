"""Making clients of the Redis library, with what it does by default and must not do here put right."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from .faults import RedisUnavailable

if TYPE_CHECKING:
    from redis.asyncio import Redis

CLIENT_NAME: Final = "watchfloor"


def make_client(url: str, timeout: float | None, connect_timeout: float, connections: int) -> Redis:
    """A client that never repeats a command by itself and never loses a cancellation.

    Args:
        url: the server's address.
        timeout: seconds that one command may take; nothing for calls that wait at the server.
        connect_timeout: seconds that connecting may take.
        connections: most connections at once.

    Raises:
        RedisUnavailable: the address makes no sense.
    """
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    try:
        client = Redis.from_url(
            url,
            protocol=3,
            legacy_responses=False,
            retry=Retry(NoBackoff(), 0),
            retry_on_error=[],
            socket_timeout=timeout,
            socket_connect_timeout=connect_timeout,
            health_check_interval=15 if timeout is None else 0,
            max_connections=connections,
            client_name=CLIENT_NAME,
        )
    except ValueError as error:
        raise RedisUnavailable(
            "coordination.url is not the address of a Redis server",
            why="it must look like redis://host:6379/0, rediss://host:6379/0 or unix:///path",
            remedy="Correct it, or leave it empty to use the private server.",
        ) from error
    pool = client.connection_pool
    pool.connection_class = _careful(pool.connection_class)
    return client


def _careful(base: type[Any]) -> type[Any]:
    """The library's connection, but a task that is cancelled while it sends stays cancelled.

    The library sends under ``asyncio.wait_for``, which in Python 3.11 swallows a cancellation that arrives in the
    moment in which the sending ends. A service that loops over commands would then go on for ever.
    """

    class Careful(base):  # type: ignore[misc]  # the base is known at run time only
        async def send_packed_command(self, command: Any, check_health: bool = True) -> None:  # noqa: FBT001, FBT002  # as the library declares it
            task = asyncio.current_task()
            before = task.cancelling() if task else 0
            await super().send_packed_command(command, check_health)
            if task and task.cancelling() > before:
                await self.disconnect(nowait=True)
                raise asyncio.CancelledError

    return Careful
