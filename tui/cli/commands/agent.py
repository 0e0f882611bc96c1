"""``agent``: a worker process that takes tasks from the queue."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from ..printing import say
from ..reach import locate
from ..session import Session, command, refuse_read_only
from ..signals import GRACE_SECONDS, ends_with_signals

if TYPE_CHECKING:
    from engine.workspace import Workspace


@command("agent")
@click.option("--id", "name", metavar="NAME", help="What the agent is called; host and process number by default.")
@click.option("--capability", "capabilities", multiple=True, metavar="WORD", help="What it can do; may be repeated.")
@click.option("--concurrency", type=click.IntRange(1, 256), help="Tasks at a time.")
@click.option("--until-eof", is_flag=True, hidden=True, help="End when standard input ends.")
def agent(
    session: Session, name: str | None, capabilities: tuple[str, ...], concurrency: int | None, *, until_eof: bool
) -> int:
    """Run an agent that claims tasks from this workspace's queue and works on them.

    It ends after SIGTERM, SIGINT or SIGHUP; what it had claimed goes back to the queue.
    """
    refuse_read_only(session, "an agent")
    chosen = name or f"{os.uname().nodename.split('.')[0]}-{os.getpid()}"
    workspace = locate(session)
    return asyncio.run(_work(workspace, chosen, capabilities, concurrency, until_eof=until_eof))


async def _work(
    workspace: Workspace, name: str, capabilities: tuple[str, ...], concurrency: int | None, *, until_eof: bool
) -> int:
    from engine.agents import run_agent
    from engine.client import EngineUnreachable, is_running
    from engine.settings import load_agent_side

    settings = load_agent_side(workspace.settings_file, os.environ)
    if not settings.coordination.url.get_secret_value() and not is_running(workspace):
        raise EngineUnreachable(
            "the agent finds no queue",
            why="no engine runs in this workspace, and coordination.url names no server",
            remedy="Start the engine first, with `watchfloor` or `watchfloor run`.",
        )
    # Running tasks get their time to finish; what does not is given back to the queue.
    with (
        ends_with_signals(settings.agents.grace_seconds + GRACE_SECONDS) as stop,
        contextlib.ExitStack() as stack,
    ):
        if until_eof:
            stack.enter_context(_ends_with_input())
        say(f"Agent {name} works for {workspace.root}.")
        await run_agent(
            workspace,
            settings,
            agent_id=name,
            capabilities=capabilities,
            concurrency=concurrency,
            stop=stop,
        )
    return 0


@contextlib.contextmanager
def _ends_with_input() -> Iterator[None]:
    # Nobody writes to it: readable means that the other end has gone, however that happened.
    loop, descriptor = asyncio.get_running_loop(), sys.stdin.fileno()

    def gone() -> None:
        loop.remove_reader(descriptor)
        signal.raise_signal(signal.SIGTERM)

    loop.add_reader(descriptor, gone)
    try:
        yield
    finally:
        loop.remove_reader(descriptor)
