"""Proves a journal without an engine and without touching anything.

It proves the whole chain, its anchored heads, and that what other tables hold is what the journal says.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from .errors import WatchfloorError
from .journal import Breach, Head, verify
from .journal.seals import read_seals, sealed_end, verify_seals
from .storage import Reader, StorageError, readable

_PAGE: Final = 2_000

RowCheck: TypeAlias = Callable[[Reader], Iterable[Breach]]
"""Compares rows of one table with the journal; yields what does not agree."""
Progress: TypeAlias = Callable[[int, int], None]
"""Told how many rows hold so far, and how many there are; whatever it raises ends the proof."""


class AuditError(WatchfloorError):
    """The journal could not be read at all."""


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What the proof found.

    Attributes:
        rows: how many journal rows there are up to the breach or the end, the pruned ones included.
        head: hash of the last row that holds.
        breach: the first place where the proof fails; nothing when all of it holds.
        pruned: how many of them were sealed and pruned.
    """

    rows: int
    head: str
    breach: Breach | None
    pruned: int = 0

    @property
    def ok(self) -> bool:
        """The whole proof holds."""
        return self.breach is None


def audit(
    database: Path, anchor: Path | None = None, checks: Sequence[RowCheck] = (), progress: Progress | None = None
) -> AuditReport:
    """Prove the journal in a database file.

    Args:
        database: the file; it is opened read-only.
        anchor: the file with heads kept outside the database; without it a cut-off tail cannot be found.
        checks: compare other tables with the journal.
        progress: told now and then how far it is.

    Raises:
        AuditError: there is no such file, or it cannot be read as a database.
    """
    if not database.is_file():
        raise AuditError(f"journal {database} cannot be read", why="there is no such file", remedy="Name a workspace.")
    try:
        with closing(sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            connection.text_factory = readable
            return _audit(connection, anchor, checks, progress or (lambda _rows, _total: None))
    except (sqlite3.Error, StorageError) as error:
        raise AuditError(
            f"journal {database} cannot be read", why=str(error), remedy="Restore the .bak beside it."
        ) from error


def _audit(
    connection: sqlite3.Connection, anchor: Path | None, checks: Sequence[RowCheck], progress: Progress
) -> AuditReport:
    # One state of the database for the whole proof, whatever is written meanwhile.
    connection.execute("BEGIN")
    damage = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
    reader = Reader(connection)
    seals = read_seals(reader)
    start = sealed_end(seals)
    breach = verify_seals(reader, seals)
    if breach is not None:
        return AuditReport(breach.seq - 1, "", breach, start.seq)
    breach = _leftovers(connection, start)
    if breach is not None:
        return AuditReport(start.seq, start.hash, breach, start.seq)
    found = verify(_rows(connection, start.seq, progress), start)
    if isinstance(found, Breach):
        row = connection.execute("SELECT hash FROM journal WHERE seq = ?", (found.seq - 1,)).fetchone()
        return AuditReport(found.seq - 1, row["hash"] if row else "", found, start.seq)
    if damage != "ok":
        breach = Breach(found.seq, f"the database file is damaged: {damage}")
        return AuditReport(found.seq, found.hash, breach, start.seq)
    ends = {seal.last_seq: seal.last_hash for seal in seals}
    breach = _compare_anchor(connection, found, anchor, ends) if anchor is not None else None
    if breach is None:
        breach = next((breach for check in checks for breach in check(reader)), None)
    return AuditReport(found.seq, found.hash, breach, start.seq)


def _leftovers(connection: sqlite3.Connection, end: Head) -> Breach | None:
    """Rows under a seal that are still there, as after a crash while they were deleted: the last ones of the run."""
    rows = connection.execute("SELECT * FROM journal WHERE seq <= ? ORDER BY seq", (end.seq,)).fetchall()
    if not rows:
        return None
    found = verify(rows, Head(rows[0]["seq"] - 1, rows[0]["prev_hash"]))
    if isinstance(found, Breach):
        return found
    return None if found == end else Breach(rows[0]["seq"], "it stands where no row can be")


def _rows(connection: sqlite3.Connection, after: int, progress: Progress) -> Iterator[sqlite3.Row]:
    total = connection.execute("SELECT max(seq) FROM journal").fetchone()[0] or 0
    last = after
    while True:
        progress(last, total)
        page = connection.execute("SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?", (last, _PAGE)).fetchall()
        if not page:
            return
        yield from page
        last = page[-1]["seq"]


def _compare_anchor(
    connection: sqlite3.Connection, head: Head, anchor: Path, sealed: Mapping[int, str]
) -> Breach | None:
    for seq, digest in read_anchors(anchor):
        if seq > head.seq:
            return Breach(head.seq + 1, f"the tail is missing: row {seq} was anchored in {anchor.name}")
        row = connection.execute("SELECT hash FROM journal WHERE seq = ?", (seq,)).fetchone()
        known = sealed.get(seq) or (row["hash"] if row else None)
        # What lies inside a pruned run is covered by its seal.
        if known is not None and known != digest:
            return Breach(seq, f"its hash differs from the one anchored in {anchor.name}")
    return None


def append_anchor(anchor: Path, head: Head) -> None:
    """Note the journal's present head outside the database; the file is only ever appended to."""
    with anchor.open("a", encoding="ascii") as file:
        file.write(f"{head.seq} {head.hash}\n")


def read_anchors(anchor: Path) -> list[tuple[int, str]]:
    """The heads noted so far; a line cut short by a crash is passed over, and so is a missing file."""
    if not anchor.exists():
        return []
    found = []
    for line in anchor.read_text(encoding="ascii", errors="replace").splitlines():
        seq, _, digest = line.partition(" ")
        if seq.isdigit() and len(digest) == 64:
            found.append((int(seq), digest))
    return found
