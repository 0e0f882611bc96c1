"""``audit``: proves the journal, without an engine and without changing a byte."""

from __future__ import annotations

from typing import Final

import click

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
def verify(session: Session) -> int:
    """Prove the journal's hash chain from the first row to the last, and that the other tables agree with it.

    Exit code 4 and the first row that does not hold, where it does not.
    """
    from engine.client import prove_journal

    report = prove_journal(locate(session))
    if session.json:
        print_json({"ok": report.ok, "rows": report.rows, "head": report.head, "breach": report.breach})
    elif report.breach is None:
        say(f"The journal holds: {report.rows} rows, head {report.head}.")
    else:
        complain(
            "the journal does not hold",
            why=f"row {report.breach.seq}: {report.breach.reason}",
            remedy="Keep the file as it is, and ask who wrote to it.",
        )
    return Exit.OK if report.ok else Exit.BREACH
