"""The client of an engine that is still to be reached: nothing is reached early, nothing is left behind."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from engine.client import EngineClient, OpeningClient, Reply
from engine.commands import Arguments, Nothing
from engine.errors import WatchfloorError
from engine.operators import Operator, Role
from engine.view import View

from .test_thread import view

ANA = Operator("ana", Role.OPERATOR)


class Reached:
    operator = ANA
    attached = False
    view = view(1)

    def __init__(self) -> None:
        self.closed = False

    def subscribe(self, listener: Callable[[View], None]) -> Callable[[], None]:
        listener(self.view)
        return lambda: None

    async def ready(self) -> None:
        return

    async def send(self, command: str, arguments: Arguments) -> Reply:
        return Reply(command)

    async def query(self, query: Any, ask: Any) -> Any:
        return None

    async def close(self) -> None:
        self.closed = True


async def test_the_engine_is_reached_once_and_its_views_arrive() -> None:
    reached: list[Reached] = []

    async def reach() -> EngineClient:
        reached.append(Reached())
        return reached[-1]

    client = OpeningClient(ANA, reach)
    seen: list[int] = []
    client.subscribe(lambda newest: seen.append(newest.seq))
    assert (reached, client.view) == ([], None)
    await asyncio.gather(client.ready(), client.ready(), client.send("engine.halt", Nothing()))
    assert len(reached) == 1
    assert seen == [1]
    assert client.view is not None
    await client.close()
    assert reached[0].closed


async def test_an_engine_that_cannot_be_reached_says_why_each_time() -> None:
    async def reach() -> EngineClient:
        raise WatchfloorError("no luck")

    client = OpeningClient(ANA, reach)
    for _ in range(2):
        with pytest.raises(WatchfloorError, match="no luck"):
            await client.ready()
    await client.close()


async def test_a_client_that_was_never_used_closes_nothing() -> None:
    async def reach() -> EngineClient:
        raise AssertionError("reached without need")

    await OpeningClient(ANA, reach).close()
