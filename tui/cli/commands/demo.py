"""``demo``: a throw-away workspace with simulated traffic, opened in the console."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

import click

from ..reach import Place
from ..session import Session, command
from .console import need_terminal, show

if TYPE_CHECKING:
    from pathlib import Path

    from engine.workspace import Workspace

AGENT_SECONDS: Final = 2.0
"""The demo's agent gets so long to end before it is killed."""


@command("demo")
@click.option("--seed", type=click.IntRange(0, 2**32), default=1, show_default=True, help="Chooses the traffic.")
def demo(session: Session, seed: int) -> int:
    """Open a throw-away workspace with simulated traffic and one real agent; everything is removed at the end.

    Nothing leaves this machine: mail goes into an outbox folder that is removed too.
    """
    from engine.clock import SystemClock
    from engine.demo import demo_folder

    need_terminal()
    # Until the console listens to signals itself, they end the demo by the same way out, which removes its folder.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    with demo_folder(SystemClock()) as folder:
        return asyncio.run(_demo(session, folder, seed))


def _leave(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


async def _demo(session: Session, folder: Path, seed: int) -> int:
    from engine.client import embed, identify
    from engine.clock import SystemClock
    from engine.demo import Simulation, furnish
    from engine.settings import load_settings

    made = await furnish(folder, seed, SystemClock().now().date())
    settings = load_settings(made.workspace.settings_file, os.environ)
    operator = identify(settings, session.operator, read_only=session.read_only, environ=os.environ)
    client = await embed(made.workspace, settings, operator, simulate=Simulation(seed, made))
    try:
        with _agent(made.workspace):
            return await show(client, Place(made.workspace, settings, operator))
    finally:
        await client.close()


@contextmanager
def _agent(workspace: Workspace) -> Iterator[None]:
    """A real agent in a process of its own. It ends with its standard input, so that it never outlives the demo."""
    # -P: what lies in the folder that the demo was started from is not to be imported.
    argv = [sys.executable, "-P", "-m", "tui.cli", "--workspace", str(workspace.root), "agent", "--id", "agent-1"]
    with (workspace.state / "agent.log").open("wb") as log:
        process = subprocess.Popen(
            [*argv, "--concurrency", "2", "--until-eof"],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        yield
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            process.wait(AGENT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
