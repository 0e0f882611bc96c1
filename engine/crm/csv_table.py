"""Reading one CSV file strictly: every row is either a record with its line number, or a problem with its line number.

One bad row never takes others with it. A stray quotation mark would make a plain CSV reader swallow everything up to
the next one; here the row is reported and reading resumes on the line after it.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ..errors import WatchfloorError

MAX_RECORD_LINES: Final = 100
"""Most lines that one record with quoted line breaks may span."""
MAX_RECORD_BYTES: Final = 65_536
"""Most bytes of one record."""

_BOM: Final = b"\xef\xbb\xbf"
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class CrmImportError(WatchfloorError):
    """Nothing was imported: a file or a column is missing, or a file cannot be read at all."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A row that was not imported.

    Attributes:
        file: the file's name.
        line: the line on which the row begins, from 1.
        reason: what is wrong with it.
    """

    file: str
    line: int
    reason: str

    def sentence(self) -> str:
        """The problem in one line."""
        return f"{self.file}:{self.line}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Record:
    """One well-formed row.

    Attributes:
        line: the line on which it begins, from 1.
        fields: its values by column name, without blanks around them.
    """

    line: int
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """All rows of a file, sorted by line within each of the two groups."""

    records: tuple[Record, ...]
    problems: tuple[Problem, ...]


def read_table(file: str, data: bytes, required: Sequence[str]) -> Table:
    """Split a CSV file (RFC 4180, UTF-8, with or without byte order mark) into records and problems.

    Args:
        file: its name, for problems.
        data: its bytes.
        required: columns that must be there.

    Raises:
        CrmImportError: the header is missing, unreadable, repeats a column, or lacks a required one.
    """
    lines = data.removeprefix(_BOM).splitlines(keepends=True)
    header, index = _header(file, lines, required)
    records: list[Record] = []
    problems: list[Problem] = []
    while index < len(lines):
        if not lines[index].strip(b"\r\n"):
            index += 1
            continue
        span = _span(lines, index)
        fields = _fields(b"".join(lines[index : index + span]), len(header)) if span else _NEVER_CLOSED
        if isinstance(fields, str):
            problems.append(Problem(file, index + 1, fields))
            index += 1
        else:
            records.append(Record(index + 1, dict(zip(header, fields, strict=True))))
            index += span
    return Table(tuple(records), tuple(problems))


_NEVER_CLOSED: Final = "a quotation mark is never closed"


def _header(file: str, lines: Sequence[bytes], required: Sequence[str]) -> tuple[list[str], int]:
    index = next((number for number, line in enumerate(lines) if line.strip(b"\r\n")), None)
    if index is None:
        raise CrmImportError(f"{file} cannot be imported", why="it is empty", remedy="It needs a line of column names.")
    header = _fields(lines[index], None)
    if isinstance(header, str):
        raise CrmImportError(f"{file} cannot be imported", why=f"line {index + 1}, the column names: {header}")
    if len(set(header)) != len(header):
        repeated = sorted({name for name in header if header.count(name) > 1})
        raise CrmImportError(f"{file} cannot be imported", why=f"repeated column: {', '.join(map(repr, repeated))}")
    missing = [name for name in dict.fromkeys(required) if name not in header]
    if missing:
        raise CrmImportError(
            f"{file} cannot be imported",
            why=f"missing column: {', '.join(missing)}",
            remedy="Add it, or name the right column under [goals.crm] in the settings.",
        )
    return header, index + 1


def _span(lines: Sequence[bytes], start: int) -> int:
    """How many lines the record that starts there has; 0 where its quotation marks never come out even."""
    quotes = 0
    for count, line in enumerate(lines[start : start + MAX_RECORD_LINES], start=1):
        quotes += line.count(b'"')
        if quotes % 2 == 0:
            return count
    return 0


def _fields(raw: bytes, columns: int | None) -> list[str] | str:
    """The values of one record, or what is wrong with it."""
    if len(raw) > MAX_RECORD_BYTES:
        return f"the row is longer than {MAX_RECORD_BYTES} bytes"
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        return f"not valid UTF-8 (byte 0x{raw[error.start]:02x})"
    try:
        rows = list(csv.reader([text], strict=True))
    except csv.Error as error:
        return f"not valid CSV ({error})"
    fields = [field.strip() for field in rows[0]] if rows else []
    if columns is not None and len(fields) != columns:
        return f"{len(fields)} columns instead of {columns}"
    if any(_CONTROL.search(field) for field in fields):
        return "a control character in a field"
    return fields
