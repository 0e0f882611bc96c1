"""Finds the line of a key in a TOML text whose tables come in arrays, so that an error can name it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

Place: TypeAlias = tuple[str | int, ...]

_HEADER: Final = re.compile(r"^\s*(?P<open>\[\[?)\s*(?P<name>[^\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY: Final = r"(?:[A-Za-z0-9_\-]+|\"[^\"]*\"|'[^']*')"
_ASSIGNMENT: Final = re.compile(rf"^\s*(?P<name>{_KEY}(?:\s*\.\s*{_KEY})*)\s*=")
_PART: Final = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_\-]+)")


def line_of(text: str, path: Sequence[str | int]) -> int | None:
    """The line, from 1, of the key that ``path`` leads to, or of the nearest table around it.

    Args:
        text: a TOML document that parses.
        path: keys and places in arrays, from the root.
    """
    wanted = tuple(path)
    best: tuple[int, int] | None = None
    for line, place in _places(text):
        if place == wanted[: len(place)] and (best is None or len(place) > best[0]):
            best = (len(place), line)
    return best[1] if best else None


def _places(text: str) -> Iterator[tuple[int, Place]]:
    table: Place = ()
    counts: dict[Place, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        header = _HEADER.match(line)
        if header:
            parts = _parts(header["name"])
            table = _resolved(parts[:-1], counts) + parts[-1:]
            if header["open"] == "[[":
                counts[table] = counts.get(table, -1) + 1
            table = _resolved(parts, counts)
            yield number, table
            continue
        assignment = _ASSIGNMENT.match(line)
        if assignment:
            yield number, table + _parts(assignment["name"])


def _resolved(parts: tuple[str, ...], counts: dict[Place, int]) -> Place:
    place: Place = ()
    for part in parts:
        place = (*place, part)
        if place in counts:
            place = (*place, counts[place])
    return place


def _parts(name: str) -> tuple[str, ...]:
    return tuple(next(group for group in match.groups() if group is not None) for match in _PART.finditer(name))
