"""What ``git status --porcelain=v2 --branch -z`` says, as values; pure.

With ``-z`` git writes names as they are, ended by NUL, so any name a file can have comes through: line breaks, quotes,
escapes and bytes that are not UTF-8.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..errors import WatchfloorError

SHOWN_PATH: Final = 300
"""Most characters of a shown file name."""

_FIELDS: Final = {b"1": 8, b"2": 9, b"u": 10}
_HIDDEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


class PorcelainError(WatchfloorError):
    """Git's answer is not what its format says."""


class Change(StrEnum):
    """What sort of work a file holds."""

    UNCOMMITTED = "uncommitted"
    CONFLICT = "conflict"
    UNTRACKED = "untracked"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file that differs from the last commit.

    Attributes:
        change: in what way.
        code: git's two letters ("M.", ".D", "UU"), "??" for an untracked file.
        path: its name as bytes, from the top of the repository.
        base: git's names of the committed and the staged content; empty for an untracked file.
    """

    change: Change
    code: str
    path: bytes
    base: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """A repository's state.

    Attributes:
        head: the commit, or ``(initial)`` before the first.
        branch: its branch, or ``(detached)``.
        upstream: the branch it is pushed to; empty when there is none.
        ahead: commits that are not pushed yet.
        entries: files that differ, in git's order.
        complete: nothing was cut off.
    """

    head: str
    branch: str
    upstream: str
    ahead: int
    entries: tuple[Entry, ...]
    complete: bool


def parse_status(output: bytes, *, truncated: bool = False) -> Status:
    """Read git's answer.

    Args:
        output: its standard output.
        truncated: the end is missing; an entry that was cut in two is dropped.

    Raises:
        PorcelainError: it is not in that format.
    """
    records = output.split(b"\0")
    # Every record ends with NUL, so what follows the last NUL is nothing, or the torn one of a truncated answer.
    if records.pop() and not truncated:
        raise PorcelainError("git's answer cannot be read", why="its last record has no end")
    headers: dict[bytes, bytes] = {}
    entries: list[Entry] = []
    stream = iter(records)
    for record in stream:
        mark, _, rest = record.partition(b" ")
        if mark == b"#":
            name, _, value = rest.partition(b" ")
            headers[name] = value
        elif mark == b"?":
            entries.append(Entry(Change.UNTRACKED, "??", rest))
        elif mark in _FIELDS:
            entries.append(_tracked(mark, record, stream))
        elif mark != b"!":
            raise PorcelainError("git's answer cannot be read", why=f"unknown record {record[:20]!r}")
    return Status(
        head=_text(headers.get(b"branch.oid", b"")),
        branch=_text(headers.get(b"branch.head", b"")),
        upstream=_text(headers.get(b"branch.upstream", b"")),
        ahead=_ahead(headers.get(b"branch.ab", b"+0 -0")),
        entries=tuple(entries),
        complete=not truncated,
    )


def show_path(path: bytes) -> str:
    """A file's name for people: one line, nothing invisible, nothing that a terminal obeys, at most 300 characters.

    Bytes that are not UTF-8 and characters that do not show become backslash escapes.
    """
    text = "".join(_visible(char) for char in path.decode("utf-8", "backslashreplace"))
    return text if len(text) <= SHOWN_PATH else text[: SHOWN_PATH - 1] + "…"


def _tracked(mark: bytes, record: bytes, following: Iterator[bytes]) -> Entry:
    fields = record.split(b" ", _FIELDS[mark])
    if len(fields) != _FIELDS[mark] + 1:
        raise PorcelainError("git's answer cannot be read", why=f"short record {record[:20]!r}")
    if mark == b"2":
        # A rename is followed by the old name as a record of its own.
        next(following, None)
    change = Change.CONFLICT if mark == b"u" else Change.UNCOMMITTED
    names = fields[7:10] if mark == b"u" else fields[6:8]
    return Entry(change, _text(fields[1]), fields[-1], _text(b" ".join(names)))


def _ahead(counts: bytes) -> int:
    first = counts.split(b" ")[0]
    if first[:1] != b"+" or not first[1:].isdigit():
        raise PorcelainError("git's answer cannot be read", why=f"branch.ab {counts[:20]!r}")
    return int(first[1:])


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _visible(char: str) -> str:
    if unicodedata.category(char) not in _HIDDEN:
        return char
    number = ord(char)
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
