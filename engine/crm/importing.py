"""Importing a directory of CSV files into the CRM tables.

The files are read and checked whole before the first row is written, so a missing file or column changes nothing. Rows
are then written in units of work of a bounded size. When the engine dies in between, what was written stays and is
right; importing the same directory again writes the rest, because rows that are already there count as unchanged.
"""

from __future__ import annotations

import asyncio
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ..governance.kinds import Stage
from ..settings.goals import CrmSettings
from ..storage import Database, Transaction
from .csv_table import CrmImportError, Problem
from .parse import CrmFiles, parse_crm
from .repository import Changes, CrmRow, Provenance, account_ids, write_rows
from .stages import settle_accounts

SOURCE: Final = "import"
"""What the stage history calls it."""


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came of an import.

    Attributes:
        accounts, opportunities, interactions: what writing each kind of rows did.
        rejected_total: rows that were not imported.
        rejected: the first of them, at most ``shown_problems`` of the settings.
    """

    accounts: Changes
    opportunities: Changes
    interactions: Changes
    rejected_total: int
    rejected: tuple[Problem, ...]

    @property
    def total(self) -> Changes:
        """All kinds of rows together."""
        return self.accounts + self.opportunities + self.interactions

    @property
    def imported(self) -> int:
        """New rows."""
        return self.total.imported

    @property
    def updated(self) -> int:
        """Rows that differed from what was there."""
        return self.total.updated

    @property
    def unchanged(self) -> int:
        """Rows that were there already, just so."""
        return self.total.unchanged


async def import_crm(database: Database, directory: Path, settings: CrmSettings, actor: str) -> ImportReport:
    """Import the CRM tables of a directory; doing it twice changes nothing more.

    Args:
        database: where the rows go.
        directory: holds the files.
        settings: names of files, columns and stages.
        actor: who asked for it, for the journal (``operator:ana``).

    Raises:
        CrmImportError: nothing was imported: the directory, a file or a column is missing, or a file is too large.
        StorageError: writing failed; earlier batches stay, and importing again completes it.
    """
    files = await asyncio.to_thread(read_files, directory, settings)
    known = await database.read(account_ids)
    rows = await asyncio.to_thread(parse_crm, files, settings, known)
    # Accounts come first because opportunities refer to them.
    origin = Provenance(SOURCE, actor, Stage(settings.engaged_stage))
    accounts = await _write(database, rows.accounts, settings.batch_rows, origin)
    opportunities = await _write(database, rows.opportunities, settings.batch_rows, origin)
    interactions = await _write(database, rows.interactions, settings.batch_rows, origin)
    report = ImportReport(
        accounts, opportunities, interactions, len(rows.problems), rows.problems[: settings.shown_problems]
    )
    await database.write(lambda tx: _record(tx, directory, report, actor))
    return report


async def _write(database: Database, rows: Sequence[CrmRow], batch: int, origin: Provenance) -> Changes:
    changes = Changes()
    for start in range(0, len(rows), batch):
        part = rows[start : start + batch]
        changes += await database.write(lambda tx, part=part: write_rows(tx, part, origin))  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
    return changes


def _record(tx: Transaction, directory: Path, report: ImportReport, actor: str) -> None:
    settle_accounts(tx, source=SOURCE, actor=actor)
    tx.record(
        "crm.imported",
        directory.name or str(directory),
        {
            "imported": report.imported,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "rejected": report.rejected_total,
            "problems": [problem.sentence() for problem in report.rejected[:20]],
        },
        actor,
    )


def read_files(directory: Path, settings: CrmSettings) -> CrmFiles:
    """The bytes of a directory's files.

    Raises:
        CrmImportError: the directory or a file is missing, unreadable or too large.
    """
    required = (settings.accounts_file, settings.opportunities_file)
    if not directory.is_dir():
        raise CrmImportError(f"{directory} cannot be imported", why="there is no such directory")
    missing = [name for name in required if not (directory / name).exists()]
    if missing:
        raise CrmImportError(
            f"{directory} cannot be imported",
            why=f"missing file: {', '.join(missing)}",
            remedy="Add it, or name the right file under [goals.crm] in the settings.",
        )
    optional = directory / settings.interactions_file
    return CrmFiles(
        _read(directory / settings.accounts_file, settings.max_file_bytes),
        _read(directory / settings.opportunities_file, settings.max_file_bytes),
        _read(optional, settings.max_file_bytes) if optional.exists() else None,
    )


def _read(path: Path, limit: int) -> bytes:
    try:
        # A device or a pipe of that name would never end.
        if not stat.S_ISREG(path.stat().st_mode):
            raise CrmImportError(f"{path} cannot be imported", why="it is not a regular file")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise CrmImportError(f"{path} cannot be read", why=error.strerror or str(error)) from error
    if len(data) > limit:
        raise CrmImportError(
            f"{path} cannot be imported",
            why=f"it is larger than {limit} bytes",
            remedy="Split it, or raise goals.crm.max_file_bytes in the settings.",
        )
    return data
