"""What an import would do, without doing it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeAlias

from ..settings.goals import CrmSettings
from ..storage import Database, Reader
from .importing import read_files
from .parse import CrmRows, parse_crm
from .repository import COLUMNS, Changes, CrmRow, Values, account_ids, compare, values_of

Verdict: TypeAlias = Literal["added", "changed", "unchanged", "rejected"]

_SHOWN: Final = 60
_BATCH: Final = 1_000


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """What an import would do with one line.

    Attributes:
        file: the file's name.
        line: the line on which the row begins, from 1.
        verdict: added, changed, unchanged or rejected.
        id: the row's; empty for a rejected one.
        why: which columns change from what to what, or why it is rejected.
    """

    file: str
    line: int
    verdict: Verdict
    id: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would do.

    Attributes:
        changes: new, different and unchanged rows by file.
        rejected: how many lines could not be used, by file.
        lines: the first of each verdict and file, at most ``shown_problems`` of the settings, by file and line.
    """

    changes: Mapping[str, Changes]
    rejected: Mapping[str, int]
    lines: tuple[LineVerdict, ...]


async def preview_crm(database: Database, directory: Path, settings: CrmSettings) -> Preview:
    """Read a directory as an import would, and compare it with what is stored; nothing is written.

    Raises:
        CrmImportError: the import would refuse all of it: the directory, a file or a column is missing, or too large.
    """
    files = await asyncio.to_thread(read_files, directory, settings)
    known = await database.read(account_ids)
    rows = await asyncio.to_thread(parse_crm, files, settings, known)
    return await database.read(lambda reader: _judge(reader, rows, settings))


def _judge(reader: Reader, rows: CrmRows, settings: CrmSettings) -> Preview:
    kinds: tuple[tuple[str, Sequence[CrmRow]], ...] = (
        (settings.accounts_file, rows.accounts),
        (settings.opportunities_file, rows.opportunities),
        (settings.interactions_file, rows.interactions),
    )
    changes: dict[str, Changes] = {}
    lines: list[LineVerdict] = []
    for file, found in kinds:
        if file not in rows.lines:
            continue
        place = rows.lines[file]
        new: list[LineVerdict] = []
        different: list[LineVerdict] = []
        touched: set[str] = set()
        total = Changes()
        for start in range(0, len(found), _BATCH):
            compared = compare(reader, found[start : start + _BATCH])
            total += compared.changes
            new += [LineVerdict(file, place[row.id], "added", row.id) for row in compared.new]
            different += [
                LineVerdict(file, place[row.id], "changed", row.id, _difference(row, stored))
                for row, stored in compared.different
            ]
            touched |= {row.id for row in compared.new} | {row.id for row, _ in compared.different}
        same = [LineVerdict(file, place[row.id], "unchanged", row.id) for row in found if row.id not in touched]
        refused = [
            LineVerdict(file, problem.line, "rejected", why=problem.reason)
            for problem in rows.problems
            if problem.file == file
        ]
        changes[file] = total
        for group in (new, different, same, refused):
            lines += group[: settings.shown_problems]
    rejected = {file: sum(problem.file == file for problem in rows.problems) for file in changes}
    order = {file: number for number, (file, _) in enumerate(kinds)}
    return Preview(changes, rejected, tuple(sorted(lines, key=lambda line: (order[line.file], line.line))))


def _difference(row: CrmRow, stored: Values) -> str:
    names = COLUMNS[type(row)][1]
    pairs = zip(names, stored, values_of(row), strict=True)
    return "; ".join(f"{name}: {_told(before)} → {_told(after)}" for name, before, after in pairs if before != after)


def _told(value: object) -> str:
    text = "nothing" if value is None or value == "" else str(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
