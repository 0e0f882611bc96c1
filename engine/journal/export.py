"""Journal rows as a file that anybody can prove: one JSON object a line, whole and hashed, and a last line that counts.

``data`` is the text that was hashed, not what it says, so that a row's hash can be computed in any language:
``SHA-256`` of the JSON array ``[prev_hash, seq, at_us, kind, subject, actor, data]`` without spaces, in UTF-8.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

from ..errors import WatchfloorError
from .chain import Breach, row_hash

LINE_LIMIT: Final = 16 * 1_048_576
"""Most characters of one line that is read."""
FIELDS: Final = ("seq", "at_us", "kind", "subject", "actor", "data", "prev_hash", "hash")


class ExportError(WatchfloorError):
    """A file of journal rows cannot be written or read."""


def line_of(row: Mapping[str, object]) -> str:
    """One row as a line of the file, ASCII only."""
    return json.dumps({name: row[name] for name in FIELDS}, ensure_ascii=True) + "\n"


@dataclass(slots=True)
class Tally:
    """What the last line says of those before it."""

    rows: int = 0
    first: int = 0
    last: int = 0
    whole: bool = True
    _digest: hashlib._Hash = field(default_factory=hashlib.sha256)

    def add(self, seq: int, row_hash: str) -> None:
        """One more row."""
        self.rows += 1
        self.whole = self.whole and self.last in {0, seq - 1}
        self.first = self.first or seq
        self.last = seq
        self._digest.update(row_hash.encode("ascii", "replace"))

    @property
    def digest(self) -> str:
        """SHA-256 in hex of all hashes so far, one after the other."""
        return self._digest.copy().hexdigest()

    def line(self) -> str:
        """The last line. ``whole`` says that nothing between the first row and the last was left out."""
        end = {"end": True, "rows": self.rows, "first": self.first, "last": self.last, "whole": self.whole}
        return json.dumps({**end, "digest": self.digest}) + "\n"


class JournalFile:
    """A file of rows in the making: it appears under its name when it is complete, readable for its owner alone.

    Args:
        path: its name.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(f".{path.name}.part")
        self._sha256 = hashlib.sha256()
        self._file: IO[bytes] | None = None
        self.tally = Tally()

    def __enter__(self) -> JournalFile:
        try:
            handle = os.open(self._part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        except OSError as error:
            raise self._failed(error) from error
        self._file = os.fdopen(handle, "wb")
        return self

    def write(self, rows: Iterable[Mapping[str, object]]) -> None:
        """Append rows."""
        for row in rows:
            self.tally.add(int(str(row["seq"])), str(row["hash"]))
            self._put(line_of(row))

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        assert self._file is not None  # noqa: S101  # entered before it is left
        try:
            if kind is None:
                self._put(self.tally.line())
                self._file.flush()
                os.fsync(self._file.fileno())
            self._file.close()
            if kind is None:
                self._part.replace(self._path)
        except OSError as error:
            raise self._failed(error) from error
        finally:
            self._file.close()
            self._part.unlink(missing_ok=True)

    @property
    def sha256(self) -> str:
        """SHA-256 in hex of the file, once it is complete."""
        return self._sha256.hexdigest()

    def _put(self, line: str) -> None:
        assert self._file is not None  # noqa: S101  # only called between enter and exit
        raw = line.encode("ascii")
        self._sha256.update(raw)
        try:
            self._file.write(raw)
        except OSError as error:
            raise self._failed(error) from error

    def _failed(self, error: OSError) -> ExportError:
        return ExportError(
            f"{self._path} cannot be written", why=error.strerror or str(error), remedy="Name another file."
        )


@dataclass(frozen=True, slots=True)
class FileReport:
    """What the proof of a file found.

    Attributes:
        rows, first, last: how many rows hold, and which.
        head: hash of the last row that holds.
        digest: SHA-256 in hex of all hashes, as a seal carries it.
        whole: no row between the first and the last is left out.
        breach: the first row that does not hold, or what is wrong with the file.
    """

    rows: int
    first: int
    last: int
    head: str
    digest: str
    whole: bool
    breach: Breach | None

    @property
    def ok(self) -> bool:
        """All of it holds."""
        return self.breach is None


def verify_file(path: Path) -> FileReport:
    """Prove a file of rows without the database that it came from.

    Each row has to match its own hash and to follow the row before it; rows may be left out only where the last line
    says so. That the file holds the true rows is known by comparing ``head`` with what the journal's owner tells.

    Raises:
        ExportError: it cannot be read.
    """
    tally, head = Tally(), ""
    breach: Breach | None = Breach(0, "the last line is missing: the file was cut off")
    try:
        with path.open("r", encoding="utf-8", errors="replace") as file:
            for number, line in enumerate(_lines(file), 1):
                entry = _parse(line)
                if entry is not None and entry.get("end") is True:
                    breach = _ending(entry, tally, last=not file.readline(1))
                    break
                why = "this line is not a journal row" if entry is None else _wrong(entry)
                if entry is None or why:
                    breach = Breach(tally.last + 1, f"{why} (line {number})")
                    break
                seq = int(str(entry["seq"]))
                if tally.rows and seq <= tally.last:
                    breach = Breach(seq, f"it stands behind row {tally.last} (line {number})")
                    break
                if tally.rows and seq == tally.last + 1 and entry["prev_hash"] != head:
                    breach = Breach(seq, f"it does not carry the hash of the row before it (line {number})")
                    break
                head = str(entry["hash"])
                tally.add(seq, head)
    except OSError as error:
        raise ExportError(f"{path} cannot be read", why=error.strerror or str(error)) from error
    return FileReport(tally.rows, tally.first, tally.last, head, tally.digest, tally.whole, breach)


def _lines(file: IO[str]) -> Iterator[str]:
    while line := file.readline(LINE_LIMIT):
        yield line


def _parse(line: str) -> dict[str, object] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return entry if isinstance(entry, dict) else None


def _wrong(entry: Mapping[str, object]) -> str:
    texts = ("kind", "subject", "actor", "data", "prev_hash", "hash")
    if not all(isinstance(entry.get(name), str) for name in texts):
        return "this line is not a journal row"
    seq, at_us = entry.get("seq"), entry.get("at_us")
    if not isinstance(seq, int) or not isinstance(at_us, int) or isinstance(seq, bool):
        return "this line is not a journal row"
    kind, subject, actor, data, previous, digest = (str(entry[name]) for name in texts)
    return "" if row_hash(previous, seq, at_us, kind, subject, actor, data) == digest else "its content does not match"


def _ending(entry: Mapping[str, object], tally: Tally, *, last: bool) -> Breach | None:
    said = (entry.get("rows"), entry.get("first"), entry.get("last"), entry.get("digest"))
    if said != (tally.rows, tally.first, tally.last, tally.digest):
        return Breach(tally.last + 1, "the last line counts other rows: some were removed or added")
    if entry.get("whole") is True and not tally.whole:
        return Breach(tally.last, "rows are missing in between, and the last line says that none is")
    return None if last else Breach(tally.last + 1, "something follows the last line")
