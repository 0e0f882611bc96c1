"""Where commands and questions arrive; what carries them out is made once the engine is up, or when the first comes."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, TypeVar

from ..client.protocol import Reply
from ..operators import Operator
from ..queries import STATUS
from ..settings import SettingsStore
from ..storage import Reader
from ..view import View
from .foundation import LATER_SECONDS, Foundation
from .redis_side import RedisSide
from .rooms import Rooms

if TYPE_CHECKING:
    from ..queries import Ask, Query
    from .answers import Answers
    from .dispatch import Dispatcher
    from .views.personas import Shown

R = TypeVar("R")

_NEEDED: Final = (".dispatch", ".handlers", ".answers", ".views.queues", ".views.triggers", "..queries.registry")


class Reception:
    """The engine's commands and questions; everything belongs to the engine's loop.

    Args:
        foundation: the engine's ground.
        store: the settings in force.
        redis: the way to the server, if there is one.
        rooms: what the engine is made of.
        status: makes a fresh view.
        shown: all personas as the first screen shows them.
    """

    def __init__(
        self,
        foundation: Foundation,
        store: SettingsStore,
        redis: RedisSide | None,
        rooms: Rooms,
        status: Callable[[], Awaitable[View]],
        shown: Shown,
    ) -> None:
        self._foundation = foundation
        self._store = store
        self._redis = redis
        self._rooms = rooms
        self._status = status
        self._shown = shown

    async def carry_out(self, request_id: str, command: str, arguments: Mapping[str, object], who: Operator) -> Reply:
        """Carry out a command.

        Raises:
            CommandRefused: the engine says no.
        """
        from .dispatch import Request

        return await self._dispatcher.carry_out(Request(request_id, command, arguments, who))

    async def answer(self, query: Query[R], ask: Ask) -> R:
        """Answer a query.

        Raises:
            CommandRefused: there is no such thing.
        """
        if query.name == STATUS.name:
            # Asked most often, and from programs that want nothing else.
            view: Any = await self._status()
            found: R = view
            return found
        return await self._answers.answer(query, ask)

    async def answer_raw(self, query: Query[R], arguments: Mapping[str, object]) -> R:
        """Answer a query whose arguments are unchecked yet.

        Raises:
            CommandRefused: they are not what it takes, or there is no such thing.
        """
        return await self._answers.answer_raw(query, arguments)

    async def run(self) -> None:
        """Make everything ready before somebody comes, once the first views are out; then nothing, until cancelled."""
        await self._foundation.clock.sleep(LATER_SECONDS)
        await asyncio.to_thread(lambda: [import_module(name, __package__) for name in _NEEDED])
        _ = self._dispatcher, self._answers
        await asyncio.Event().wait()

    @cached_property
    def _dispatcher(self) -> Dispatcher:
        from .dispatch import Dispatcher
        from .handlers import all_handlers

        units, longs = all_handlers(self._foundation, self._store, self._rooms)
        return Dispatcher(self._foundation.database, units, longs)

    @cached_property
    def _answers(self) -> Answers:
        from .answers import Answers
        from .views.crm import preview_import
        from .views.heartbeat import heartbeat_view
        from .views.queues import queue_readers
        from .views.triggers import trigger_readers

        foundation, store, rooms = self._foundation, self._store, self._rooms
        clock, workspace = foundation.clock, foundation.workspace

        def heartbeat(reader: Reader) -> Any:
            return heartbeat_view(reader, workspace.heartbeat, store.current.heartbeat, clock.now())

        return Answers(
            foundation.database,
            clock,
            rooms.personas,
            rooms.gate,
            self._status,
            rooms.auditor,
            preview_import(foundation.database, lambda: store.current),
            rooms.tools,
            heartbeat,
            rooms.initiative.scheduler,
            rooms.rollout,
            self._shown,
            rooms.work,
            queue_readers(store, self._redis),
            rooms.meters.readers(),
            trigger_readers(rooms.triggers, rooms.personas, rooms.initiative, clock),
        )
