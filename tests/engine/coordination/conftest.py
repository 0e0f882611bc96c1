"""One real server for each test process; each test has a key prefix of its own."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from engine.clock import SystemClock
from engine.coordination.embedded import EmbeddedServer

_NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    """The address of a private server, on an event loop of its own that stands still between start and stop."""
    folder = Path(tempfile.mkdtemp(prefix="wf-"))
    with contextlib.closing(asyncio.new_event_loop()) as loop:
        server = EmbeddedServer(folder, SystemClock())
        loop.run_until_complete(server.start())
        try:
            yield server.url
        finally:
            loop.run_until_complete(server.stop())
            shutil.rmtree(folder)


@pytest.fixture
def prefix() -> str:
    return f"t{next(_NUMBERS)}"


@pytest.fixture
async def redis(server_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(server_url, protocol=3, legacy_responses=False)
    yield client
    await client.aclose()
