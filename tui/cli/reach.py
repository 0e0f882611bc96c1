"""Reaches the engine: the one that runs, or where none does its core in this process, for the length of a command."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

from engine.clock import SystemClock
from engine.errors import WatchfloorError
from engine.workspace import Workspace, find_workspace

from . import garbage

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.operators import Operator
    from engine.settings import Settings

    from .session import Session

T = TypeVar("T")

PATIENCE_SECONDS: Final = 5.0
"""How long an engine that starts or stops is waited for."""
RETRY_SECONDS: Final = 0.1
SURE_FAILURES: Final = 3
"""An engine that could not be started so often, with nobody else about, cannot be started."""


@dataclass(frozen=True, slots=True)
class Place:
    """A workspace with what its settings say about this session.

    Attributes:
        workspace: where.
        settings: the settings as they are now.
        operator: who sits here, with the role that the settings give.
    """

    workspace: Workspace
    settings: Settings
    operator: Operator


def locate(session: Session) -> Workspace:
    """The session's workspace.

    Raises:
        WatchfloorError: there is none in that folder.
    """
    workspace = find_workspace(session.folder)
    if workspace is None:
        raise WatchfloorError(
            f"{session.folder.absolute()} is not a workspace",
            why="it has no watchfloor.toml",
            remedy="Make one with `watchfloor init`, or name another with --workspace.",
        )
    return workspace


def settle(session: Session) -> Place:
    """The session's workspace, its settings and its operator.

    Raises:
        WatchfloorError: no workspace, or settings that cannot be used.
    """
    workspace = locate(session)
    from engine.client import identify
    from engine.settings import load_settings

    settings = load_settings(workspace.settings_file, os.environ)
    operator = identify(settings, session.operator, read_only=session.read_only, environ=os.environ)
    return Place(workspace, settings, operator)


@asynccontextmanager
async def reach(place: Place) -> AsyncIterator[EngineClient]:
    """A client of the running engine; where none runs, of an engine core that lives as long as this block.

    The core changes the database by the same rules as a whole engine, and starts no persona, agent, job or server.

    Raises:
        EngineUnreachable: an engine runs but does not answer.
        WatchfloorError: the core cannot start.
    """
    client = await enter(place, quiet=True)
    try:
        yield client
    finally:
        await client.close()


async def enter(place: Place, *, quiet: bool = False) -> EngineClient:
    """A client of the engine that runs, or of one started here where none does.

    An engine that is just starting or stopping, or another command that uses its core, is waited for.

    Args:
        place: where.
        quiet: an engine started here is the core alone.

    Raises:
        EngineUnreachable: an engine runs but cannot be reached.
        WatchfloorError: no engine can be started.
    """
    from engine.client import attach, embed, is_running

    clock = SystemClock()
    deadline = clock.monotonic() + PATIENCE_SECONDS
    failures = 0
    while True:
        running = is_running(place.workspace)
        try:
            if running:
                return await attach(place.workspace, place.settings, place.operator)
            return await embed(place.workspace, place.settings, place.operator, quiet=quiet)
        except WatchfloorError:
            # Who held the workspace for a moment may be gone before it is looked for, so one failure says little.
            failures += 1
            passing = running or is_running(place.workspace) or failures < SURE_FAILURES
            if not passing or clock.monotonic() > deadline:
                raise
        await clock.sleep(RETRY_SECONDS)


def ask_engine(session: Session, work: Callable[[EngineClient], Awaitable[T]]) -> T:
    """Run ``work`` with a client and return what it returns."""
    garbage.begin()
    place = settle(session)

    async def main() -> T:
        async with reach(place) as client:
            garbage.go_on()
            return await work(client)

    return asyncio.run(main())
