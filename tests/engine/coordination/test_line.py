"""Commands that share one connection: each gets its own answer, or a reason why there is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as LostError
from redis.exceptions import InvalidResponse, NoPermissionError, ResponseError
from redis.exceptions import TimeoutError as LateError

from engine.coordination.client import close_client, make_client, subscription

GREETING = b"%1\r\n$5\r\nproto\r\n:3\r\n"


@asynccontextmanager
async def client(url: str, seconds: float | None = 5.0) -> AsyncIterator[Redis]:
    made = make_client(url, seconds, 5.0, 8)
    try:
        yield made
    finally:
        await close_client(made)
        await close_client(made)


async def test_each_of_many_gets_its_own_answer_over_one_connection(server_url: str, redis: Redis) -> None:
    async with client(server_url) as shared:
        before = int((await redis.info("clients"))["connected_clients"])
        answers = await asyncio.gather(*(shared.echo(f"word {number}") for number in range(500)))
        assert answers == [f"word {number}".encode() for number in range(500)]
        assert int((await redis.info("clients"))["connected_clients"]) == before + 1


async def test_large_ones_wait_for_room_and_arrive_whole(server_url: str) -> None:
    async with client(server_url) as shared:
        texts = [bytes([65 + number]) * 3_000_000 for number in range(8)]
        await asyncio.gather(*(shared.set(f"large {number}", text) for number, text in enumerate(texts)))
        assert await asyncio.gather(*(shared.get(f"large {number}") for number in range(8))) == texts


async def test_the_answer_to_somebody_who_gave_up_goes_to_nobody_else(server_url: str) -> None:
    async with client(server_url) as shared:
        await shared.ping()
        for turns in range(5):
            leaving = asyncio.ensure_future(shared.echo("mine"))
            for _ in range(turns):
                await asyncio.sleep(0)
            leaving.cancel()
            assert await shared.echo(f"yours {turns}") == f"yours {turns}".encode()
            await asyncio.wait({leaving})


async def test_a_refusal_is_raised_and_leaves_the_connection_as_it_is(server_url: str) -> None:
    async with client(server_url) as shared:
        await shared.set("text", "abc")
        name = await shared.client_id()
        with pytest.raises(ResponseError, match="integer"):
            await shared.incr("text")
        assert await shared.client_id() == name


async def test_a_lost_connection_fails_what_waits_and_the_next_command_makes_another(
    server_url: str, redis: Redis
) -> None:
    async with client(server_url) as shared:
        name = await shared.client_id()
        waiting = asyncio.ensure_future(shared.blpop(["nothing"], timeout=5))
        while not any(one["cmd"] == "blpop" for one in await redis.client_list()):  # noqa: ASYNC110  # the server tells nobody
            await asyncio.sleep(0)
        await redis.client_kill_filter(_id=str(name))
        with pytest.raises(LostError):
            await waiting
        assert await shared.client_id() != name


async def test_what_is_not_answered_in_time_fails_with_all_behind_it(unused_tcp_port: int) -> None:
    async def greets_and_sleeps(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while words := await reader.read(65_536):
            for word, answer in ((b"HELLO", GREETING), (b"CLIENT", b"+OK\r\n" * words.count(b"CLIENT"))):
                if word in words:
                    writer.write(answer)
        writer.close()

    server = await asyncio.start_server(greets_and_sleeps, "127.0.0.1", unused_tcp_port)
    async with server, client(f"redis://127.0.0.1:{unused_tcp_port}", 0.2) as shared:
        both = await asyncio.gather(shared.ping(), shared.ping(), return_exceptions=True)
        assert [type(one) for one in both] == [LateError, LateError]
        with pytest.raises(LateError):
            await shared.ping()


async def test_what_makes_no_sense_ends_the_connection(unused_tcp_port: int) -> None:
    async def babbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while words := await reader.read(65_536):
            if b"HELLO" in words:
                writer.write(GREETING)
            elif b"CLIENT" in words:
                writer.write(b"+OK\r\n" * words.count(b"CLIENT"))
            else:
                writer.write(b"what?\r\n")
        writer.close()

    server = await asyncio.start_server(babbles, "127.0.0.1", unused_tcp_port)
    async with server, client(f"redis://127.0.0.1:{unused_tcp_port}") as shared:
        with pytest.raises(InvalidResponse):
            await shared.ping()


async def test_what_is_published_is_heard_in_its_order(server_url: str, redis: Redis) -> None:
    async with client(server_url, None) as waiting, subscription(waiting, "one", "two") as heard:
        assert await heard.get_message(timeout=0.01) is None
        await redis.publish("one", "a")
        await redis.publish("elsewhere", "x")
        await redis.publish("two", "b")
        for expected in ({"channel": b"one", "data": b"a"}, {"channel": b"two", "data": b"b"}):
            assert expected.items() <= (await heard.get_message(timeout=5)).items()


async def test_a_listener_that_is_cut_off_says_so(server_url: str, redis: Redis) -> None:
    async with client(server_url, None) as waiting, subscription(waiting, "one") as heard:
        listening = asyncio.create_task(heard.get_message(timeout=5))
        await asyncio.sleep(0)
        await redis.client_kill_filter(_type="pubsub")
        with pytest.raises(LostError):
            await listening


async def test_who_may_not_listen_is_told(server_url: str, redis: Redis) -> None:
    await redis.acl_setuser("deaf", enabled=True, passwords=["+right"], keys=["*"], categories=["+@all"])
    async with client(server_url.replace("unix://", "unix://deaf:right@"), None) as waiting:
        with pytest.raises(NoPermissionError):
            async with subscription(waiting, "one"):
                raise AssertionError
