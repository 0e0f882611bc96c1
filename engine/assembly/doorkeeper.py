"""Serves the door over Redis: checks what comes in, carries it out, and puts the views up."""

from __future__ import annotations

import asyncio
from typing import Final

from pydantic import ValidationError

from ..client.protocol import CommandRefused, as_refusal
from ..client.wire import WireRefusal, WireReply, WireRequest, encode_result, encode_view, refusal_of
from ..clock import Clock
from ..coordination.door import EngineDoor
from ..coordination.faults import RedisUnavailable
from ..errors import WatchfloorError
from ..operators import Operator, Role
from ..settings import SettingsStore
from ..view import View
from .foundation import LATER_SECONDS
from .presence import Presence
from .publisher import ViewPublisher
from .reception import Reception
from .redis_side import RedisSide

_UNREADABLE: Final = WireRefusal(what="request refused", why="it was not understood", code="invalid")


class Doorkeeper:
    """The two services behind the door."""

    def __init__(
        self,
        clock: Clock,
        redis: RedisSide,
        store: SettingsStore,
        reception: Reception,
        publisher: ViewPublisher,
        presence: Presence,
    ) -> None:
        self._clock = clock
        self._redis = redis
        self._store = store
        self._reception = reception
        self._presence = presence
        self._view: View | None = None
        self._news = asyncio.Event()
        prefix = store.current.coordination.prefix
        self._door = EngineDoor(redis.link.commands, redis.link.blocking, prefix, self._serve)
        publisher.watch(self._offer)

    async def run(self) -> None:
        """Serve requests until cancelled; waits while Redis is away."""
        while True:
            await self._redis.link.until_up()
            try:
                async with self._redis.link.explained():
                    await self._door.run()
            except RedisUnavailable:
                continue

    async def run_views(self) -> None:
        """Put up each new view until cancelled; waits while Redis is away."""
        await self._clock.sleep(LATER_SECONDS)
        while True:
            await self._news.wait()
            self._news.clear()
            await self._redis.link.until_up()
            if self._view is None:
                continue
            try:
                async with self._redis.link.explained():
                    await self._door.publish(encode_view(self._view))
            except RedisUnavailable:
                continue

    def _offer(self, view: View) -> None:
        self._view = view
        self._news.set()

    async def _serve(self, raw: bytes) -> bytes:
        try:
            request = WireRequest.model_validate_json(raw)
        except ValidationError:
            return WireReply(id="", refusal=_UNREADABLE).model_dump_json().encode()
        try:
            reply = await self._answer(request)
        except WatchfloorError as error:
            reply = WireReply(id=request.id, refusal=refusal_of(as_refusal(error)))
        return reply.model_dump_json().encode()

    async def _answer(self, request: WireRequest) -> WireReply:
        role = Role.VIEWER if request.read_only else self._store.current.governance.role_of(request.operator)
        operator = Operator(request.operator, role, request.session, request.identity)
        self._presence.heard(operator)
        if request.sort == "query":
            from ..queries import QUERIES

            query = QUERIES.get(request.name)
            if query is None:
                raise CommandRefused(f"query {request.name} is unknown", code="unknown")
            result = await self._reception.answer_raw(query, request.arguments)
            return WireReply(id=request.id, result=encode_result(query, result))
        reply = await self._reception.carry_out(request.id, request.name, request.arguments, operator)
        return WireReply(id=request.id, text=reply.text, data=reply.data)
