"""``watchfloor`` without a subcommand: the console on the workspace here."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Final

import click

from engine.errors import WatchfloorError
from engine.workspace import find_workspace

from .. import garbage
from ..reach import Place, enter, locate, settle
from ..session import Session, refuse_read_only

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.workspace import Workspace


SETTLE_SECONDS: Final = 2.0
"""So long after the engine answered, the start counts as over."""


def open_here(session: Session) -> int:
    """Open the console; offer to make a workspace where there is none.

    Returns:
        the exit code.
    """
    need_terminal()
    if find_workspace(session.folder) is None:
        from .workspace import make

        refuse_read_only(session, "making a workspace")
        folder = session.folder.absolute()
        click.confirm(f"{folder} is not a workspace yet. Make one here?", default=True, abort=True)
        make(folder)
    garbage.begin()
    return asyncio.run(_open(session))


def need_terminal() -> None:
    """Check that a screen can be opened.

    Raises:
        WatchfloorError: standard input or output is not a terminal.
    """
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise WatchfloorError(
            "the console cannot open",
            why="standard input and output are not a terminal",
            remedy="Run it in one (over ssh: `ssh -t`), or run the engine alone with `watchfloor run`.",
        )


async def show(client: EngineClient, place: Place) -> int:
    """Open the console on a client until the operator leaves.

    Returns:
        the exit code.
    """
    console, keys = place.settings.console, place.settings.keys
    return await _run(client, place.workspace, console.theme, lambda: place, keys=keys)


async def _open(session: Session) -> int:
    from engine.client import OpeningClient, who_sits_here
    from engine.settings import Glance, glance

    workspace = locate(session)
    seen = glance(workspace.settings_file, os.environ)
    if seen is None:
        # What cannot be understood at all is told before there is a screen.
        settle(session)
        seen = Glance()
    place: Place | None = None

    async def reach() -> EngineClient:
        nonlocal place
        place = await asyncio.to_thread(settle, session)
        return await enter(place)

    def settled() -> Place:
        return place if place is not None else settle(session)

    operator = who_sits_here(session.operator, seen.role_of, read_only=session.read_only, environ=os.environ)
    client = OpeningClient(operator, reach)
    try:
        return await _run(client, workspace, seen.theme, settled, name=seen.name, keys=seen.keys)
    finally:
        await client.close()


async def _run(
    client: EngineClient,
    workspace: Workspace,
    theme: str,
    settled: Callable[[], Place],
    *,
    keys: Mapping[str, Sequence[str]],
    name: str = "",
) -> int:
    from engine.clock import SystemClock

    from ...terminal import prepare

    # Textual reads its environment when it is imported.
    prepare()
    from ..own_keys import hold

    # Before the screens are made: what they say of keys is then what holds.
    hold(keys, workspace.settings_file)
    from ...app import Manners, run_console

    def manners() -> Manners:
        settings = settled().settings
        # Not just now, when the first view is about to be painted.
        asyncio.get_running_loop().call_later(SETTLE_SECONDS, garbage.settle)
        named = settings.workspace.name or workspace.root.name
        return Manners(named, settings.console.bell == "on", settings.console.clipboard_limit)

    return await run_console(
        client,
        workspace_name=name or workspace.root.name,
        themes_dir=workspace.themes,
        theme=theme,
        manners=manners,
        clock=SystemClock(),
    )
