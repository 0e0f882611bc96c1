"""Runs the engine on a thread and an event loop of its own, so that no screen can hold it up, nor it a screen."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, Protocol, TypeVar

from ..errors import WatchfloorError

T = TypeVar("T")

STOP_SECONDS: Final = 5.0
"""After this long a stopping engine is left behind; its children end by themselves with the process."""


class Stoppable(Protocol):
    """What runs on the thread."""

    async def stop(self) -> None:
        """Drain and stop; returns when nothing is left running."""
        ...


E = TypeVar("E", bound=Stoppable)


class EngineThread:
    """A thread with an event loop that lives from :meth:`start` to :meth:`stop`."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)
        self._engine: Stoppable | None = None
        self._making: asyncio.Task[Any] | None = None

    async def start(self, make: Callable[[], Coroutine[Any, Any, E]]) -> E:
        """Start the thread and make the engine on it.

        Raises:
            WatchfloorError: the engine cannot start; the thread has ended again.
        """
        self._thread.start()
        await asyncio.to_thread(self._ready.wait)

        async def made() -> E:
            # Noted on its own loop: whoever is cancelled while it is made still stops it.
            self._making = asyncio.current_task()
            engine = await make()
            self._engine = engine
            return engine

        try:
            return await self.call(made())
        except BaseException:
            await self.stop()
            raise

    async def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run a coroutine on the engine's loop and await its result on the caller's."""
        future = self._submit(work)
        return await asyncio.wrap_future(future)

    def post(self, callback: Callable[[], None]) -> None:
        """Have a plain function called on the engine's loop; after the stop it is not called."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback)

    async def stop(self) -> None:
        """Stop the engine, then the thread; bounded by ``STOP_SECONDS``. Stopping twice does nothing."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        try:
            await self._bounded(self._end())
        finally:
            loop.call_soon_threadsafe(loop.stop)
            await asyncio.to_thread(self._thread.join, STOP_SECONDS)

    async def _end(self) -> None:
        if self._making is not None:
            # One that was called off undoes what it had begun.
            await asyncio.wait({self._making})
        engine, self._engine = self._engine, None
        if engine is not None:
            await engine.stop()

    async def _bounded(self, work: Awaitable[None]) -> None:
        async def limited() -> None:
            async with asyncio.timeout(STOP_SECONDS):
                await work

        await self.call(limited())

    def _submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        if self._loop is None or self._loop.is_closed():
            work.close()
            raise WatchfloorError("the engine is not running", why="it was stopped")
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def _run(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            self._ready.set()
            self._loop.run_forever()
