"""The client of an engine in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

from pydantic import ValidationError

from ..commands import Arguments
from ..operators import Operator
from ..queries import Ask, Query
from ..view import View
from .feed import ViewFeed
from .protocol import CommandRefused, Reply
from .thread import EngineThread, Stoppable

R = TypeVar("R")


class EnginePort(Stoppable, Protocol):
    """What the client needs of the engine; all of it is called on the engine's own loop."""

    async def carry_out(self, request_id: str, command: str, arguments: dict[str, object], operator: Operator) -> Reply:
        """Carry out a command."""
        ...

    async def answer(self, query: Query[R], ask: Ask) -> R:
        """Answer a query."""
        ...

    def watch(self, listener: Callable[[View], None]) -> None:
        """Have ``listener`` called, on the engine's thread, with each new view."""
        ...

    def new_id(self) -> str:
        """A fresh identifier."""
        ...


class LocalClient:
    """Talks to an engine on its own thread in this process; closing stops that engine."""

    attached = False

    def __init__(self, thread: EngineThread, engine: EnginePort, operator: Operator) -> None:
        self._thread = thread
        self._engine = engine
        self._operator = operator
        self._feed = ViewFeed()
        thread.post(lambda: engine.watch(self._feed.offer))

    @property
    def operator(self) -> Operator:
        """Who uses this client."""
        return self._operator

    @property
    def view(self) -> View | None:
        """The newest picture of the engine."""
        return self._feed.newest

    def subscribe(self, listener: Callable[[View], None]) -> Callable[[], None]:
        """Have ``listener`` called with each new view, on the loop that made this client."""
        return self._feed.subscribe(listener)

    async def ready(self) -> None:
        """Return at once: this client was made with an engine that answers."""

    async def send(self, command: str, arguments: Arguments) -> Reply:
        """Have the engine carry out a command."""
        work = self._engine.carry_out(self._engine.new_id(), command, arguments.model_dump(mode="json"), self._operator)
        return await self._thread.call(work)

    async def query(self, query: Query[R], ask: Ask) -> R:
        """Ask for what the view does not hold."""
        try:
            checked = query.arguments.model_validate(ask.model_dump())
        except ValidationError as error:
            raise CommandRefused(f"query {query.name} was not understood", why=str(error), code="invalid") from None
        return await self._thread.call(self._engine.answer(query, checked))

    async def close(self) -> None:
        """Stop the engine and its thread."""
        await self._thread.stop()
