"""Ways to an engine: start one in this process, attach to one that runs, or run one without a screen.

What these need is imported when they are called, so that a command line that only prints its help loads none of it.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..clock import SystemClock
from ..operators import Operator, Role
from ..workspace import Workspace, create_workspace
from .identity import who_sits_here
from .protocol import EngineClient, EngineUnreachable
from .thread import EngineThread

if TYPE_CHECKING:
    from ..assembly.engine import Engine
    from ..demo import Simulation
    from ..journal_audit import AuditReport
    from ..settings import Settings


def make_workspace(folder: Path) -> Workspace:
    """A new workspace with the shipped settings, the shipped policy file and the shipped HEARTBEAT.md.

    Raises:
        WorkspaceError: there is one already, or the folder cannot be written.
    """
    from ..governance.policy.template import POLICY_TEMPLATE
    from ..schedule import TEMPLATE
    from ..settings import SETTINGS_TEMPLATE

    return create_workspace(folder, settings=SETTINGS_TEMPLATE, heartbeat=TEMPLATE, policy=POLICY_TEMPLATE)


def identify(settings: Settings, name: str | None, *, read_only: bool = False, environ: Mapping[str, str]) -> Operator:
    """Who sits here: the given name or the login, its role by the settings, and where the session comes from."""
    return who_sits_here(name, settings.governance.role_of, read_only=read_only, environ=environ)


def is_running(workspace: Workspace) -> bool:
    """An engine holds this workspace; a command that uses its core for a moment is none."""
    from ..coordination.lock import WorkspaceLock, WorkspaceLocked

    if not workspace.state.is_dir():
        return False
    lock = WorkspaceLock(workspace.state, briefly=True)
    try:
        lock.acquire()
    except WorkspaceLocked as locked:
        return not locked.briefly
    lock.release()
    return False


def prove_journal(workspace: Workspace) -> AuditReport:
    """Prove a workspace's journal and the tables that it vouches for, without an engine and without changing a byte.

    Raises:
        AuditError: there is no journal, or it cannot be read at all.
    """
    from ..governance.proof import action_breaches
    from ..governance.standing import rule_breaches
    from ..journal_audit import audit
    from ..tasks.asks_proof import step_breaches

    return audit(workspace.database, workspace.anchor, (action_breaches, rule_breaches, step_breaches))


async def embed(
    workspace: Workspace,
    settings: Settings,
    operator: Operator,
    *,
    simulate: Simulation | None = None,
    quiet: bool = False,
) -> EngineClient:
    """Start an engine on a thread of this process; closing the client stops it.

    Args:
        workspace: where.
        settings: loaded before, so that what is wrong with them was already told.
        operator: who uses the client.
        simulate: made-up traffic to play.
        quiet: only the database and the command handlers: no persona, job, server or tool runs.

    Raises:
        WatchfloorError: the engine cannot start; the error says why and what to do.
    """
    from .local import LocalClient

    thread = EngineThread()
    engine = await thread.start(_maker(workspace, settings, simulate=simulate, quiet=quiet))
    if not quiet:
        thread.post(lambda: engine.sits_here(operator))
    return LocalClient(thread, engine, operator)


async def attach(workspace: Workspace, settings: Settings, operator: Operator) -> EngineClient:
    """A client of the engine that runs elsewhere, reached through its Redis.

    Raises:
        EngineUnreachable: there is no way to it.
    """
    from ..coordination.connection import RedisLink
    from ..coordination.door import RedisTransport
    from ..coordination.faults import RedisUnavailable
    from ..coordination.places import private_url
    from .remote import RemoteClient

    clock = SystemClock()
    rules = settings.coordination
    url = rules.url.get_secret_value() or private_url(workspace.state)
    if url is None:
        raise EngineUnreachable(
            "no engine answers", why="its Redis is not up", remedy="Wait a moment, or look into the engine's log."
        )
    link = RedisLink(url, clock, timeout_seconds=rules.command_timeout_seconds, max_connections=rules.max_connections)
    try:
        await link.connect()
    except BaseException as error:
        await link.close()
        if isinstance(error, RedisUnavailable):
            raise EngineUnreachable(error.what, why=error.why, remedy=error.remedy) from error
        raise
    transport = RedisTransport(link.commands, link.blocking, rules.prefix)
    return RemoteClient(transport, operator, clock, read_only=operator.role is Role.VIEWER)


async def run_headless(workspace: Workspace, settings: Settings, *, stop: asyncio.Event) -> None:
    """Run an engine on this event loop until ``stop`` is set.

    Raises:
        WatchfloorError: the engine cannot start, or another one has taken its place.
    """
    engine = await _maker(workspace, settings)()
    ends = [asyncio.create_task(end.wait()) for end in (stop, engine.stepping_down.over)]
    try:
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for end in ends:
            end.cancel()
        await engine.stop()
    if engine.stepping_down.cause is not None:
        raise engine.stepping_down.cause


def _maker(
    workspace: Workspace, settings: Settings, *, simulate: Simulation | None = None, quiet: bool = False
) -> Callable[[], Coroutine[Any, Any, Engine]]:
    async def make() -> Engine:
        from ..assembly.engine import Engine

        return await Engine.start(workspace, settings, SystemClock(), dict(os.environ), simulate=simulate, quiet=quiet)

    return make
