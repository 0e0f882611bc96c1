"""Each store with an engine's database; PostgreSQL's tests share one server, and so one worker process."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.postgres import Server, postgres

from .world import KINDS, Places, World, drop

POSTGRES: Final = pytest.mark.xdist_group("postgres")
EACH: Final = [pytest.param(kind, marks=POSTGRES if kind == "postgresql" else ()) for kind in KINDS]
_NUMBERS: Final = itertools.count(1)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with postgres() as running:
        yield running


@pytest.fixture(params=EACH)
def kind(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


@pytest.fixture
async def places(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Places]:
    if kind != "postgresql":
        yield Places(kind, tmp_path)
        return
    running: Server = request.getfixturevalue("server")
    namespace = f"tasks_{next(_NUMBERS)}"
    yield Places(kind, tmp_path, running.url, namespace)
    await drop(running.url, namespace)


@pytest.fixture
async def world(places: Places) -> AsyncIterator[World]:
    begun = await World.begin(places)
    yield begun
    await begun.end()
