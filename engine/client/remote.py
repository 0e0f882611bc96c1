"""The client of an engine in another process, reached through its Redis."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, Literal, Protocol, TypeVar

from pydantic import ValidationError

from ..clock import Clock
from ..commands import Arguments
from ..errors import WatchfloorError
from ..operators import Operator
from ..queries import HERE, Ask, Query
from ..queries.base import ANSWER_SECONDS
from ..view import View
from .feed import ViewFeed
from .protocol import EngineUnreachable, Reply
from .wire import WireReply, WireRequest, decode_result, decode_view, reply_or_raise

R = TypeVar("R")

RETRY_SECONDS: Final = 1.0
STAY_SECONDS: Final = 60.0
"""How often a client that watches says that it is still there."""


class Transport(Protocol):
    """Carries requests to the engine and views back; implemented over Redis."""

    async def call(self, request_id: str, payload: bytes, seconds: float) -> bytes:
        """Send a request and await its answer.

        Raises:
            TimeoutError: no answer in time.
            WatchfloorError: the way to the engine is cut or full.
        """
        ...

    def views(self) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """The newest view, then each new one."""
        ...

    async def close(self) -> None:
        """Leave the server."""
        ...


class RemoteClient:
    """Talks to an engine elsewhere; closing leaves it running.

    Args:
        transport: reaches the engine.
        operator: who uses this client; the engine looks the role up again.
        clock: makes request ids and spaces retries.
        read_only: the engine is asked to refuse every change of this session.
    """

    attached = True

    def __init__(self, transport: Transport, operator: Operator, clock: Clock, *, read_only: bool = False) -> None:
        self._transport = transport
        self._operator = operator
        self._clock = clock
        self._read_only = read_only
        self._feed = ViewFeed()
        self._watching: tuple[asyncio.Task[None], ...] = ()

    @property
    def operator(self) -> Operator:
        """Who uses this client."""
        return self._operator

    @property
    def view(self) -> View | None:
        """The newest picture of the engine."""
        return self._feed.newest

    def subscribe(self, listener: Callable[[View], None]) -> Callable[[], None]:
        """Have ``listener`` called with each new view."""
        if not self._watching:
            follow = asyncio.create_task(self._follow(), name="view-follower")
            self._watching = (follow, asyncio.create_task(self._stay(), name="presence"))
        return self._feed.subscribe(listener)

    async def ready(self) -> None:
        """Return at once: this client was made with an engine that answers."""

    async def send(self, command: str, arguments: Arguments) -> Reply:
        """Have the engine carry out a command."""
        return reply_or_raise(await self._call("command", command, arguments.model_dump(mode="json")))

    async def query(self, query: Query[R], ask: Ask) -> R:
        """Ask for what the view does not hold."""
        answer = await self._call("query", query.name, ask.model_dump(mode="json"), query.patience_seconds)
        reply_or_raise(answer)
        return decode_result(query, answer.result)

    async def close(self) -> None:
        """Stop listening and leave the server."""
        for task in self._watching:
            task.cancel()
        try:
            if self._watching:
                await asyncio.wait(self._watching)
        finally:
            await self._transport.close()

    async def _call(
        self,
        sort: Literal["command", "query"],
        name: str,
        arguments: dict[str, object],
        seconds: float = ANSWER_SECONDS,
    ) -> WireReply:
        request = WireRequest(
            id=self._clock.new_id(),
            sort=sort,
            name=name,
            arguments=arguments,
            operator=self._operator.name,
            session=self._operator.session,
            identity=self._operator.identity,
            read_only=self._read_only,
        )
        try:
            raw = await self._transport.call(request.id, request.model_dump_json().encode(), seconds)
        except TimeoutError as error:
            raise EngineUnreachable(
                f"no answer to {name}",
                why=f"the engine was silent for {seconds:.0f} s",
                remedy="Whether it was carried out is not known; look with `watchfloor status`.",
            ) from error
        except WatchfloorError as error:
            raise EngineUnreachable(error.what, why=error.why, remedy=error.remedy) from error
        try:
            return WireReply.model_validate_json(raw)
        except ValidationError as error:
            raise EngineUnreachable(
                f"the answer to {name} was not understood",
                why="the engine is of another version",
                remedy="Use the same version of Watchfloor on both sides.",
            ) from error

    async def _stay(self) -> None:
        while True:
            # A view that grows old says the same to the operator; the engine hears of them when it is back.
            with contextlib.suppress(WatchfloorError):
                await self._call("query", HERE.name, {})
            await self._clock.sleep(STAY_SECONDS)

    async def _follow(self) -> None:
        while True:
            try:
                async with self._transport.views() as views:
                    async for raw in views:
                        self._feed.offer(decode_view(raw))
            except (WatchfloorError, ValidationError, OSError):
                # The view grows old on the screen, which says so; following it is tried again for as long as it takes.
                await self._clock.sleep(RETRY_SECONDS)
