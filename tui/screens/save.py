"""Saves what is on the screen as a file: a picture, or plain text."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from engine.errors import WatchfloorError

from ..safe import display
from ..widgets.tones import cell
from .ask import Ask, Prompt
from .decide import Asker

if TYPE_CHECKING:
    from ..app import ConsoleApp

_FONTS: Final = re.compile(r"@font-face\s*\{[^}]*\}")
"""Would have whoever opens the picture fetch letters from the network."""
_KINDS: Final = (".svg", ".txt")


def save(here: Asker) -> None:
    """Ask for a file, and write what the screen showed before the question."""
    console = here.console
    picture, text = picture_of(console), text_of(console)

    def check(name: str) -> str:
        path = Path(name).expanduser()
        if path.suffix not in _KINDS:
            return "a name that ends in .svg, or in .txt for text alone"
        return "there is such a file already" if path.exists() else "" if path.parent.is_dir() else "no such folder"

    def write(name: str | None) -> None:
        if name:
            path = Path(name).expanduser()
            content = picture if path.suffix == ".svg" else text
            console.run_worker(_write(console, path, content), group="save", exit_on_error=False)

    name = f"watchfloor-{here.clock.now():%Y%m%d-%H%M%S}.svg"
    hint = "a file on this machine; .svg is a picture, .txt text alone"
    prompt = Prompt(cell("Save this screen to", "strong"), hint, name, limit=400, check=check, at_once=True)
    console.push_screen(Ask(prompt, here.clock, here.view), write)


def picture_of(console: ConsoleApp) -> str:
    """The screen as SVG that needs nothing from the network."""
    title = display(console.title, limit=120, multiline=False)
    return _FONTS.sub("", console.export_screenshot(title=title.text))


def text_of(console: ConsoleApp) -> str:
    """The screen as lines of text."""
    strips = console.screen._compositor.render_strips()  # noqa: SLF001  # as Textual's own export does
    return "\n".join(strip.text.rstrip() for strip in strips) + "\n"


async def _write(console: ConsoleApp, path: Path, content: str) -> None:
    try:
        await asyncio.to_thread(_create, path, content.encode("utf-8"))
    except OSError as error:
        why = error.strerror or str(error)
        console.complain(WatchfloorError(f"The screen was not saved to {path}", why=why, remedy="Name another file."))
    else:
        console.tell(f"Saved to {path}.")


def _create(path: Path, content: bytes) -> None:
    # Only its owner may read it: it shows what only operators see. A file that came meanwhile is not written over.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
