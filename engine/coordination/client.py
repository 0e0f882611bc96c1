"""Making clients of the Redis library, with what it does by default and must not do here put right."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, cast

from ..lazy import without
from .address import Address, Layout, read_address
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
    with without("opentelemetry.sdk.metrics"):
        # The library would load it for metrics of its own, which are never switched on.
        import_module("redis.asyncio")
    try:
        address = read_address(url)
        options: dict[str, Any] = {
            "protocol": 3,
            "legacy_responses": False,
            "socket_timeout": timeout,
            "socket_connect_timeout": connect_timeout,
            "health_check_interval": 15 if timeout is None else 0,
            "max_connections": connections,
            "client_name": CLIENT_NAME,
        }
        match address.layout:
            case Layout.SINGLE:
                return _single(address, options)
            case Layout.SENTINEL:
                return _sentinel(address, options)
            case Layout.CLUSTER:
                return _cluster(address, options)
    except ValueError as error:
        raise RedisUnavailable(
            "coordination.url is not the address of a Redis server",
            why="it must look like redis://host:6379/0, rediss://host:6379/0, unix:///path,"
            " redis+sentinel://host:26379,host:26379/service/0 or redis+cluster://host:6379,host:6379",
            remedy="Correct it, or leave it empty to use the private server.",
        ) from error


def link_errors() -> tuple[type[Exception], ...]:
    """What a client raises where the server cannot be reached or refuses."""
    from redis.exceptions import RedisClusterException, RedisError

    return (RedisError, RedisClusterException, OSError, TimeoutError)


@asynccontextmanager
async def subscription(client: Redis, *channels: str, at_once: Callable[[], None] | None = None) -> AsyncIterator[Any]:
    """Hear channels; an object with the library's ``get_message``.

    ``at_once`` is called as soon as a message comes, except from a Cluster or behind Sentinels; the message says so.
    """
    from .direct import DirectRedis, Heard, WaitingRedis

    heard: Any
    if isinstance(client, (DirectRedis, WaitingRedis)):
        heard = Heard(client, at_once)
    else:
        # A client of a cluster has to know its servers before it can choose one.
        await client.initialize()
        heard = client.pubsub(ignore_subscribe_messages=True)
    try:
        await heard.subscribe(*channels)
        yield heard
    finally:
        await heard.aclose()


async def close_client(client: Redis) -> None:
    """Close every connection of a client; closing twice does nothing. A cancellation waits until that is done."""
    closing = asyncio.ensure_future(_close(client))
    try:
        await asyncio.shield(closing)
    except asyncio.CancelledError:
        await asyncio.wait({closing})
        raise


async def _close(client: Redis) -> None:
    await client.aclose()
    # The library leaves those to the Sentinels open.
    manager = getattr(getattr(client, "connection_pool", None), "sentinel_manager", None)
    for sentinel in manager.sentinels if manager is not None else ():
        await sentinel.aclose()


def _single(address: Address, options: dict[str, Any]) -> Redis:
    from .direct import DirectRedis, WaitingRedis

    kind = WaitingRedis if options["socket_timeout"] is None else DirectRedis
    client = kind.from_url(address.url, **options, **_unrepeated())
    pool = client.connection_pool
    pool.connection_class = _careful(pool.connection_class)
    return client


def _sentinel(address: Address, options: dict[str, Any]) -> Redis:
    from redis.asyncio.sentinel import Sentinel

    asking = {"socket_timeout": options["socket_connect_timeout"], "protocol": 3, "legacy_responses": False}
    sentinels = Sentinel(  # type: ignore[no-untyped-call]  # redis-py leaves it untyped
        address.hosts, sentinel_kwargs=asking, **_rights(address), **_unrepeated()
    )
    client: Redis = sentinels.master_for(address.service, db=address.database, ssl=address.tls, **options)
    pool = client.connection_pool
    pool.connection_class = _careful(pool.connection_class)
    return client


def _cluster(address: Address, options: dict[str, Any]) -> Redis:
    from redis.asyncio import Connection
    from redis.asyncio.cluster import ClusterNode, RedisCluster

    nodes = [ClusterNode(host, port) for host, port in address.hosts]
    client = RedisCluster(startup_nodes=nodes, ssl=address.tls, **_rights(address), **options, **_unrepeated())
    # The library keeps one set of arguments for all of its connections, and offers no other way to change their class.
    kept = client.connection_kwargs
    kept["connection_class"] = careful = _careful(kept.get("connection_class", Connection))
    for node in client.startup_nodes:
        node.connection_class = careful
    return cast("Redis", client)


def _rights(address: Address) -> dict[str, Any]:
    return {"username": address.username, "password": address.password}


def _unrepeated() -> dict[str, Any]:
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    return {"retry": Retry(NoBackoff(), 0), "retry_on_error": []}


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
