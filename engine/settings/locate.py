"""Finds the line of a key in a TOML text, so that an error can name it.

The standard parser keeps no positions; this walk over the lines is only used to word an error, never to read a value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from ..plain_file import read_plain
from .size import SIZE_LIMIT

_HEADER: Final = re.compile(r"^\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_ASSIGNMENT: Final = re.compile(
    r"^\s*(?P<name>(?:[A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*')(?:\s*\.\s*(?:[A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*'))*)\s*="
)
_PART: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_\-]+)")


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """The line, from 1, of the key that ``path`` leads to, or of its nearest enclosing table.

    Args:
        text: a TOML document that parses.
        path: keys from the root; numbers (places in arrays) are passed over.
    """
    wanted = tuple(str(part) for part in path if isinstance(part, str))
    best: tuple[int, int] | None = None
    for line, key in _keys(text):
        depth = len(key)
        if key == wanted[:depth] and (best is None or depth > best[0]):
            best = (depth, line)
    return best[1] if best else None


def place_of(path: Path, key: Sequence[str]) -> str:
    """A key of a settings file as an error names it: file and line; the file alone where the key stands elsewhere."""
    line = line_of(read_plain(path, SIZE_LIMIT).decode("utf-8-sig", errors="replace"), key)
    return f"{path.name}, line {line}" if line else path.name


def _keys(text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            table = _parts(header["name"])
            yield number, table
            continue
        assignment = _ASSIGNMENT.match(line)
        if assignment:
            yield number, table + _parts(assignment["name"])


def _parts(name: str) -> tuple[str, ...]:
    return tuple(next(group for group in match.groups() if group is not None) for match in _PART.finditer(name))
