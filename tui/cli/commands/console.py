"""``watchfloor`` without a subcommand: the console on the workspace here."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING

import click

from engine.errors import WatchfloorError
from engine.workspace import find_workspace

from ..reach import Place, enter, settle
from ..session import Session, refuse_read_only

if TYPE_CHECKING:
    from engine.client import EngineClient


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
    return asyncio.run(_open(settle(session)))


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
    from engine.clock import SystemClock

    from ...terminal import prepare

    # Textual reads its environment when it is imported.
    prepare()
    from ...app import run_console

    console = place.settings.console
    return await run_console(
        client,
        workspace_name=place.settings.workspace.name or place.workspace.root.name,
        themes_dir=place.workspace.themes,
        theme=console.theme,
        bell=console.bell == "on",
        copy_limit=console.clipboard_limit,
        clock=SystemClock(),
    )


async def _open(place: Place) -> int:
    from engine.client import OpeningClient, is_running

    client = OpeningClient(place.operator, lambda: enter(place), attached=is_running(place.workspace))
    try:
        return await show(client, place)
    finally:
        await client.close()
