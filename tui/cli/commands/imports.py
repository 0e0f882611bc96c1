"""``import``: data from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from engine.commands import ImportCrm

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import print_json, say
from ..reach import ask_engine
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply

_COMMANDS: Final = {"crm": ("commands.imports:crm", "Import CRM tables from CSV files.")}


@click.group("import", cls=LazyGroup, lazy=_COMMANDS)
def imports() -> None:
    """Bring in data from elsewhere."""


@command("crm")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
def crm(session: Session, directory: Path) -> None:
    """Import the CRM tables in DIR; [goals.crm] in the settings says which files, columns and stages.

    Rows that cannot be used are reported by file and line, the rest is imported. Importing again updates.
    """
    arguments = checked(ImportCrm, directory=str(directory.absolute()))

    async def work(client: EngineClient) -> Reply:
        return await client.send("crm.import", arguments)

    reply = ask_engine(session, work)
    if session.json:
        print_json({"text": reply.text, "data": reply.data})
    else:
        say(reply.text)
        problems = reply.data.get("problems")
        if isinstance(problems, list):
            say("\n".join(f"  {problem}" for problem in problems))
