"""``init``: makes a workspace."""

from __future__ import annotations

from pathlib import Path

import click

from engine.workspace import Workspace

from ..printing import print_json, say
from ..session import Session, command, refuse_read_only


@command("init")
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path), required=False, metavar="[DIR]")
def init(session: Session, folder: Path | None) -> None:
    """Make a workspace in DIR, or here: settings, a HEARTBEAT.md, a private state folder."""
    refuse_read_only(session, "making a workspace")
    workspace = make(folder if folder is not None else session.folder)
    if session.json:
        print_json({"workspace": str(workspace.root), "settings": str(workspace.settings_file)})
        return
    say(
        f"Workspace {workspace.root} is ready. Its settings: {workspace.settings_file.name}. Open it with `watchfloor`."
    )


def make(folder: Path) -> Workspace:
    """A new workspace with the shipped settings.

    Raises:
        WatchfloorError: there is one already, or the folder cannot be written.
    """
    from engine.client import make_workspace

    return make_workspace(folder)
