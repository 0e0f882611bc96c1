"""The engine's own thread: calls cross loops, views arrive newest first, the end leaves nothing."""

from __future__ import annotations

import asyncio
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
