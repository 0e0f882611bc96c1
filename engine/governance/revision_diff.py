"""What differs between two versions of an action's arguments, one line for each place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Final

from ..canonical import JSON, canonical
from .pointer import ABSENT, Absent

MOST: Final = 200
"""Most places that are told; the whole arguments of each revision are in the journal besides."""
LONGEST: Final = 4_000
"""Most characters of one value that are told."""


@dataclass(frozen=True, slots=True)
class Change:
    """One place where two versions differ.

    Attributes:
        pointer: the place, as a JSON pointer.
        before, after: what stands there, text as it is and everything else as JSON; nothing where there is nothing.
    """

    pointer: str
    before: str | None
    after: str | None


def changes_between(before: JSON, after: JSON) -> tuple[Change, ...]:
    """Every place that differs, in order, at most ``MOST``."""
    return tuple(islice(_differences("", before, after), MOST))


def _differences(pointer: str, before: JSON | Absent, after: JSON | Absent) -> Iterator[Change]:
    if isinstance(before, dict) and isinstance(after, dict):
        for name in dict.fromkeys((*before, *after)):
            place = f"{pointer}/{name.replace('~', '~0').replace('/', '~1')}"
            yield from _differences(place, before.get(name, ABSENT), after.get(name, ABSENT))
    elif isinstance(before, list) and isinstance(after, list):
        for index, (old, new) in enumerate(zip_longest(before, after, fillvalue=ABSENT)):
            yield from _differences(f"{pointer}/{index}", old, new)
    elif isinstance(before, Absent) or isinstance(after, Absent) or canonical(before) != canonical(after):
        yield Change(pointer, _told(before), _told(after))


def _told(value: JSON | Absent) -> str | None:
    if isinstance(value, Absent):
        return None
    text = value if isinstance(value, str) else canonical(value).decode()
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
