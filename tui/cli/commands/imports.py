"""``import``: data from elsewhere."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from engine.commands import ImportCrm
from engine.queries import PREVIEW, AskPreview

from ..arguments import checked
from ..lazy import LazyGroup
from ..printing import print_json, print_table, say
from ..reach import ask_engine
from ..replies import print_reply
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient
    from engine.queries import ImportPreview

_COMMANDS: Final = {"crm": ("commands.imports:crm", "Import CRM tables from CSV files.")}


@click.group("import", cls=LazyGroup, lazy=_COMMANDS)
def imports() -> None:
    """Bring in data from elsewhere."""


@command("crm")
@click.argument("directory", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.option("--dry-run", is_flag=True, help="Say what would be added, changed and rejected; write nothing.")
def crm(session: Session, directory: Path, dry_run: bool) -> None:  # noqa: FBT001  # click's own
    """Import the CRM tables in DIR; [goals.crm] in the settings says which files, columns and stages.

    Rows that cannot be used are reported by file and line, the rest is imported. Importing again updates.
    """
    if dry_run:
        _preview(session, directory)
        return
    arguments = checked(ImportCrm, directory=str(directory.absolute()))
    reply = ask_engine(session, lambda client: client.send("crm.import", arguments))
    print_reply(session, reply)
    if not session.json:
        problems = reply.data.get("problems")
        if isinstance(problems, list):
            say("\n".join(f"  {problem}" for problem in problems))


def _preview(session: Session, directory: Path) -> None:
    ask = checked(AskPreview, directory=str(directory.absolute()))

    async def work(client: EngineClient) -> ImportPreview:
        return await client.query(PREVIEW, ask)

    preview = ask_engine(session, work)
    if session.json:
        print_json(preview)
        return
    say("Nothing was written. An import would do this:")
    files = [
        (one.file, str(one.added), str(one.changed), str(one.unchanged), str(one.rejected)) for one in preview.files
    ]
    print_table(("file", "added", "changed", "unchanged", "rejected"), files)
    # What stays as it is would hide the rest; --json has it.
    lines = [line for line in preview.lines if line.verdict != "unchanged"]
    if lines:
        say()
        print_table(
            ("line", "what", "id", "why"),
            [(f"{line.file}:{line.line}", line.verdict, line.id, line.why) for line in lines],
        )
    missing = sum(one.added + one.changed + one.rejected for one in preview.files) - len(lines)
    if missing:
        say(f"and {missing} more lines; goals.crm.shown_problems in the settings says how many of a sort are listed")
