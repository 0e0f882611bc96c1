"""The journal as a file: written through any client, proven without one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..journal.export import FileReport, JournalFile, Tally, line_of, verify_file
from ..queries import JOURNAL_ROWS, AskRows

if TYPE_CHECKING:
    from ..queries import RowView
    from .protocol import EngineClient

PAGE: Final = 1_000


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        rows, first, last: how many rows, and which.
        head: hash of the last one, to be told to whoever gets the file.
        whole: none between the first and the last is left out.
    """

    rows: int
    first: int
    last: int
    head: str
    whole: bool


class _Output:
    """Standard output as a file of rows; there is nothing to put in place at the end."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self._write = write
        self.tally = Tally()

    def write(self, rows: Sequence[Mapping[str, object]]) -> None:
        for row in rows:
            self.tally.add(int(str(row["seq"])), str(row["hash"]))
            self._write(line_of(row))

    def end(self) -> None:
        self._write(self.tally.line())


async def export_journal(
    client: EngineClient, ask: AskRows, path: Path | None, progress: Callable[[int], None] | None = None
) -> Exported:
    """Write the rows that a question covers, in the order of the chain, up to the newest of now.

    Args:
        client: whom to ask.
        ask: which rows; its page, order and limit are not looked at.
        path: the file, which appears when it is complete; standard output where none is given.
        progress: told how many rows were written so far.

    Raises:
        ExportError: the file cannot be written.
        WatchfloorError: the engine cannot tell.
    """
    newest = await client.query(JOURNAL_ROWS, AskRows(limit=1))
    end = newest.items[0].seq if newest.items else 0
    last: RowView | None = None
    output = _Output(sys.stdout.write)
    target: AbstractContextManager[JournalFile | _Output] = (
        JournalFile(path) if path is not None else nullcontext(output)
    )
    with target as file:
        position = 0
        while position < end:
            changes = {"before": str(position), "after": "", "limit": PAGE, "oldest_first": True}
            page = await client.query(JOURNAL_ROWS, ask.model_copy(update=changes))
            rows = [row for row in page.items if row.seq <= end]
            file.write([asdict(row) for row in rows])
            last = rows[-1] if rows else last
            reached = int(page.previous or 0)
            if reached <= position:
                break
            position = reached
            if progress is not None:
                progress(file.tally.rows)
    if path is None:
        output.end()
    tally = file.tally
    return Exported(tally.rows, tally.first, tally.last, last.hash if last else "", tally.whole)


def prove_file(path: Path) -> FileReport:
    """Prove an exported file without engine or workspace.

    Raises:
        ExportError: it cannot be read.
    """
    return verify_file(path)
