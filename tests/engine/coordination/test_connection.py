"""Reaching Redis: what is wrong is named with its remedy and never with the password."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine.clock import SystemClock
from engine.coordination.connection import LinkState, RedisLink
from engine.coordination.embedded import EmbeddedServer
from engine.coordination.faults import RedisUnavailable, safe_url

from ..waiting import until

SECRET = "hunter2-canary"


@asynccontextmanager
async def link(url: str) -> AsyncIterator[RedisLink]:
    opened = RedisLink(url, SystemClock(), timeout_seconds=1, health_seconds=0.05)
    try:
        yield opened
    finally:
        await opened.close()


async def refused(url: str) -> RedisUnavailable:
    async with link(url) as opened:
        with pytest.raises(RedisUnavailable) as raised:
            await opened.connect()
        assert opened.status.state is LinkState.DOWN
        assert SECRET not in opened.status.detail
    assert SECRET not in str(raised.value)
    assert raised.value.remedy
    return raised.value


async def test_a_good_server_is_named_and_measured(server_url: str) -> None:
    async with link(server_url) as opened:
        info = await opened.connect()
        assert info.name in {"valkey", "redis"}
        assert await opened.check() >= 0
        assert opened.status.state is LinkState.UP
        assert opened.status.latency_ms is not None


async def test_nothing_listens(tmp_path: Path, unused_tcp_port: int) -> None:
    assert "nothing listens" in (await refused(f"redis://:{SECRET}@127.0.0.1:{unused_tcp_port}")).why
    assert "does not exist" in (await refused(f"unix://{tmp_path}/none.sock")).why


async def test_the_host_is_unknown() -> None:
    assert "host name" in (await refused(f"redis://user:{SECRET}@no-such-host.invalid:6379")).why


async def test_the_password_is_wrong(server_url: str, redis: Redis) -> None:
    await redis.acl_setuser("guest", enabled=True, passwords=["+right"], keys=["*"], categories=["+@all"])
    error = await refused(server_url.replace("unix://", f"unix://guest:{SECRET}@"))
    assert "password" in error.why


async def test_a_wrong_or_missing_password_is_never_taken_for_an_old_server(unused_tcp_port: int) -> None:
    answers = [
        b"-WRONGPASS invalid username-password pair or user is disabled.\r\n",
        b"-NOAUTH HELLO must be called with the client already authenticated\r\n",
    ]

    async def locked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(answers[0])
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(locked, "127.0.0.1", unused_tcp_port):
        while answers:
            error = await refused(f"redis://:{SECRET}@127.0.0.1:{unused_tcp_port}")
            assert "password is wrong, or missing" in error.why
            assert "old" not in error.sentence()
            answers.pop(0)


async def test_the_server_never_answers(unused_tcp_port: int) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", unused_tcp_port):
        assert "in time" in (await refused(f"redis://:{SECRET}@127.0.0.1:{unused_tcp_port}")).why


@pytest.mark.parametrize(
    ("hello", "version"),
    [(b"-ERR unknown command 'HELLO'\r\n", "5.0.14"), (b"%1\r\n$5\r\nproto\r\n:3\r\n", "6.2.14")],
)
async def test_the_server_is_too_old(unused_tcp_port: int, hello: bytes, version: str) -> None:
    async def old(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        info = f"# Server\r\nredis_version:{version}\r\n".encode()
        while line := await reader.readline():
            words = []
            for _ in range(int(line[1:])):
                await reader.readline()
                words.append((await reader.readline()).strip().upper())
            answers = {b"HELLO": hello, b"INFO": b"$%d\r\n%s\r\n" % (len(info), info)}
            writer.write(answers.get(words[0], b"+OK\r\n"))
        writer.close()

    async with await asyncio.start_server(old, "127.0.0.1", unused_tcp_port):
        error = await refused(f"redis://127.0.0.1:{unused_tcp_port}")
    assert "too old" in error.why
    assert "7.0" in error.why


@pytest.mark.parametrize("turns", range(6))
async def test_a_cancelled_task_stays_cancelled_whenever_it_is_cancelled(server_url: str, turns: int) -> None:
    async with link(server_url) as opened:
        await opened.connect()

        over = asyncio.Event()

        async def forever() -> None:
            while not over.is_set():
                await opened.commands.ping()

        task = asyncio.create_task(forever())
        for _ in range(turns):
            await asyncio.sleep(0)
        task.cancel()
        done, _ = await asyncio.wait({task}, timeout=5)
        over.set()
        assert done
        assert task.cancelled()


async def test_a_malformed_address_is_refused_at_once() -> None:
    with pytest.raises(RedisUnavailable, match="not the address") as raised:
        RedisLink(f"http://:{SECRET}@host", SystemClock())
    assert SECRET not in str(raised.value)


async def test_a_lost_server_is_noticed_and_found_again(tmp_path: Path) -> None:
    server = EmbeddedServer(tmp_path, SystemClock())
    await server.start()
    try:
        async with link(server.url) as opened:
            seen: list[LinkState] = []
            opened.watch(lambda status: seen.append(status.state))
            health = asyncio.create_task(opened.run())
            await until(lambda: seen == [LinkState.UP])
            assert server.pid is not None
            os.kill(server.pid, signal.SIGKILL)
            await until(lambda: seen[1:] == [LinkState.DOWN, LinkState.UP])
            health.cancel()
            await asyncio.wait({health})
    finally:
        await server.stop()


def test_an_address_is_shown_without_its_secrets() -> None:
    assert safe_url(f"redis://me:{SECRET}@host:6380/2?password={SECRET}") == "redis://host:6380/2"
