"""A client of an engine in another process: how long it waits for which answer."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager

import pytest

from engine.client import EngineUnreachable
from engine.client.remote import RemoteClient
from engine.clock import SimulatedClock
from engine.operators import Operator, Role
from engine.queries import PLAN, TEMPLATES, Ask, AskNothing, AskPlan, Query


class Silent:
    """A way to an engine that never answers."""

    def __init__(self) -> None:
        self.waited: list[float] = []

    async def call(self, request_id: str, payload: bytes, seconds: float) -> bytes:
        assert request_id.encode() in payload
        self.waited.append(seconds)
        raise TimeoutError

    def views(self) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        raise NotImplementedError

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("query", "ask", "seconds"), [(TEMPLATES, AskNothing(), 10.0), (PLAN, AskPlan(goal="win them back"), 200.0)]
)
async def test_a_plan_by_a_model_may_take_longer_than_a_look(query: Query[object], ask: Ask, seconds: float) -> None:
    transport = Silent()
    client = RemoteClient(transport, Operator("ana", Role.OPERATOR), SimulatedClock())
    with pytest.raises(EngineUnreachable, match=f"silent for {seconds:.0f} s"):
        await client.query(query, ask)
    assert transport.waited == [seconds]
