"""A client whose engine is still to be reached: the screen can be there before the engine is."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from ..operators import Operator

if TYPE_CHECKING:
    from ..commands import Arguments
    from ..queries import Ask, Query
    from ..view import View
    from .protocol import EngineClient, Reply

R = TypeVar("R")


class OpeningClient:
    """Reaches the engine when :meth:`ready` is first awaited, or when the first command or query is sent.

    Args:
        operator: who uses it, as far as that is known before the engine is reached.
        reach: starts the engine or attaches to it.
    """

    def __init__(self, operator: Operator, reach: Callable[[], Awaitable[EngineClient]]) -> None:
        self._operator = operator
        self._reach = reach
        self._opening: asyncio.Task[EngineClient] | None = None
        self._client: EngineClient | None = None
        self._listeners: list[Callable[[View], None]] = []

    @property
    def operator(self) -> Operator:
        """Who uses this client; once the engine is reached, with the role that the settings give."""
        return self._operator if self._client is None else self._client.operator

    @property
    def attached(self) -> bool:
        """The engine was reached, and runs in another process."""
        return self._client is not None and self._client.attached

    @property
    def view(self) -> View | None:
        """The newest picture of the engine; nothing before it is reached."""
        return self._client.view if self._client is not None else None

    def subscribe(self, listener: Callable[[View], None]) -> Callable[[], None]:
        """Have ``listener`` called with each new view, from when the engine is reached."""
        self._listeners.append(listener)

        def end() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return end

    async def ready(self) -> None:
        """Return once the engine answers.

        Raises:
            WatchfloorError: it cannot be started or reached.
        """
        await self._opened()

    async def send(self, command: str, arguments: Arguments) -> Reply:
        """Have the engine carry out a command, once it is reached."""
        return await (await self._opened()).send(command, arguments)

    async def query(self, query: Query[R], ask: Ask) -> R:
        """Ask for what the view does not hold, once the engine is reached."""
        return await (await self._opened()).query(query, ask)

    async def close(self) -> None:
        """Leave; an engine that was just being started is stopped again."""
        if self._opening is None:
            return
        await asyncio.wait({self._opening})
        if not self._opening.cancelled() and self._opening.exception() is None:
            await self._opening.result().close()

    async def _opened(self) -> EngineClient:
        if self._opening is None:
            self._opening = asyncio.create_task(self._open(), name="engine-opening")
        return await asyncio.shield(self._opening)

    async def _open(self) -> EngineClient:
        client = await self._reach()
        self._client = client
        client.subscribe(self._tell)
        return client

    def _tell(self, view: View) -> None:
        for listener in tuple(self._listeners):
            listener(view)
