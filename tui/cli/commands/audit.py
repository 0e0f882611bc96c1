"""``audit``: proves the journal, without an engine and without changing a byte."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from ...widgets.figures import count
from ..exits import Exit
from ..failures import complain
from ..lazy import LazyGroup
from ..printing import print_json, say
from ..reach import locate
from ..session import Session, command

_COMMANDS: Final = {"verify": ("commands.audit:verify", "Prove that no row was changed, removed or added.")}


@click.group("audit", cls=LazyGroup, lazy=_COMMANDS)
def audit() -> None:
    """Prove that the journal is whole."""


@command("verify")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
def verify(session: Session, file: Path | None) -> int:
    """Prove the journal's hash chain from the first row to the last, and that the other tables agree with it.

    With FILE: prove a file that `watchfloor journal export` or a pruning wrote, without any workspace.

    Exit code 4 and the first row that does not hold, where it does not.
    """
    if file is not None:
        return _verify_file(session, file)
    from engine.client import prove_journal

    report = prove_journal(locate(session))
    if session.json:
        found = {"ok": report.ok, "rows": report.rows, "pruned": report.pruned}
        print_json(found | {"head": report.head, "breach": report.breach})
    elif report.breach is None:
        pruned = f" ({report.pruned} of them sealed and pruned)" if report.pruned else ""
        say(f"The journal holds: {count(report.rows, 'row')}{pruned}, head {report.head}.")
    else:
        complain(
            "the journal does not hold",
            why=f"row {report.breach.seq}: {report.breach.reason}",
            remedy="Keep the file as it is, and ask who wrote to it.",
        )
    return Exit.OK if report.ok else Exit.BREACH


def _verify_file(session: Session, file: Path) -> int:
    from engine.client import prove_file

    report = prove_file(file)
    if session.json:
        print_json({"ok": report.ok, "report": report})
    elif report.breach is None:
        gaps = "" if report.whole else ", rows left out in between"
        say(f"The file holds: {count(report.rows, 'row')}, {report.first} to {report.last}{gaps}, head {report.head}.")
    else:
        complain(
            "the file does not hold",
            why=f"row {report.breach.seq}: {report.breach.reason}",
            remedy="Ask for it again from whoever has the journal.",
        )
    return Exit.OK if report.ok else Exit.BREACH
