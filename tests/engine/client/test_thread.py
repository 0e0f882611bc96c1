"""The engine's own thread: calls cross loops, views arrive newest first, the end leaves nothing."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from datetime import UTC, datetime

import pytest

from engine.client.feed import ViewFeed
from engine.client.thread import EngineThread
from engine.errors import WatchfloorError
from engine.view import Dependency, EngineView, Health, View

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def view(seq: int) -> View:
    fine = Dependency(Health.OK)
    return View(NOW, seq, EngineView("test", 1, NOW, fine, fine))


class Engine:
    def __init__(self) -> None:
        self.thread = threading.current_thread().name
        self.stopped = False

    async def stop(self) -> None:
        self.stopped = True


async def test_the_engine_lives_on_its_own_thread_until_stopped() -> None:
    thread = EngineThread()

    async def make() -> Engine:
        return Engine()

    engine = await thread.start(make)
    assert engine.thread == "engine"
    await thread.stop()
    assert engine.stopped
    assert all(running.name != "engine" for running in threading.enumerate())
    with pytest.raises(WatchfloorError, match="not running"):
        await thread.call(asyncio.sleep(0))


async def test_an_engine_that_cannot_start_says_so_and_leaves_no_thread() -> None:
    async def make() -> Engine:
        raise WatchfloorError("no luck")

    with pytest.raises(WatchfloorError, match="no luck"):
        await EngineThread().start(make)
    assert all(running.name != "engine" for running in threading.enumerate())


async def test_an_engine_that_is_called_off_while_it_is_made_undoes_what_it_had_begun() -> None:
    begun, undone = asyncio.Event(), list[str]()
    loop = asyncio.get_running_loop()

    async def make() -> Engine:
        try:
            loop.call_soon_threadsafe(begun.set)
            await asyncio.Event().wait()
        finally:
            for _ in range(20):
                await asyncio.sleep(0)
            undone.append("all of it")
        return Engine()

    starting = asyncio.create_task(EngineThread().start(make))
    await begun.wait()
    starting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert undone == ["all of it"]
    assert all(running.name != "engine" for running in threading.enumerate())


async def test_an_engine_that_is_made_when_its_maker_is_called_off_is_stopped() -> None:
    engines, made = list[Engine](), threading.Event()

    async def make() -> Engine:
        engines.append(Engine())
        made.set()
        return engines[0]

    starting = asyncio.create_task(EngineThread().start(make))
    while not made.is_set():  # noqa: ASYNC110  # the other thread's event
        await asyncio.sleep(0)
    # The other loop has made it, and this one has not heard of it yet.
    starting.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await (await starting).stop()
    assert engines[0].stopped


async def test_views_from_another_thread_arrive_newest_only() -> None:
    feed = ViewFeed()
    seen: list[int] = []
    feed.subscribe(lambda newest: seen.append(newest.seq))
    for seq in range(100):
        feed.offer(view(seq))
    await asyncio.sleep(0)
    assert seen == [99]
    late: list[int] = []
    end = feed.subscribe(lambda newest: late.append(newest.seq))
    end()
    await asyncio.to_thread(feed.offer, view(100))
    await asyncio.sleep(0)
    assert (seen, late) == ([99, 100], [99])
