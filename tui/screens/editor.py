"""The operator's own editor, in place of the console for as long as it is open."""

from __future__ import annotations

import os
import shlex
import subprocess
from collections.abc import Mapping
from typing import TYPE_CHECKING

from engine.errors import WatchfloorError

if TYPE_CHECKING:
    from ..app import ConsoleApp


def editor_of(environ: Mapping[str, str]) -> list[str]:
    """The editor that the operator's environment names, as words of a command line; no shell reads them.

    Raises:
        WatchfloorError: it names none, or not in a way that can be read.
    """
    chosen = environ.get("VISUAL") or environ.get("EDITOR") or ""
    try:
        words = shlex.split(chosen)
    except ValueError as error:
        raise WatchfloorError("no editor was opened", why=f"$EDITOR cannot be read: {error}") from error
    if not words:
        raise WatchfloorError(
            "no editor was opened", why="$EDITOR is not set", remedy="Set it, or edit the file in another terminal."
        )
    return words


def edit_file(console: ConsoleApp, path: str) -> None:
    """Give the terminal to the operator's editor until it ends. The engine goes on meanwhile, on its own thread."""
    try:
        words = editor_of(os.environ)
        with console.suspend():
            ended = subprocess.run([*words, path], check=False)  # the operator's own editor, no shell
    except OSError as error:
        console.complain(WatchfloorError("no editor was opened", why=error.strerror or str(error)))
    except WatchfloorError as error:
        console.complain(error)
    else:
        if ended.returncode:
            console.complain(WatchfloorError("the editor failed", why=f"it ended with {ended.returncode}"))
