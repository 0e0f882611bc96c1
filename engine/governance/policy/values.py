"""Comparisons of values: of arguments, addresses and paths, as they were parsed."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from ...canonical import JSON
from ..pointer import Absent
from .document import Scalar, ValueTable
from .pattern import Pattern, folded

Comparison: TypeAlias = Callable[[JSON], bool | None]
"""Whether a value fits; nothing where it cannot be compared."""
Key: TypeAlias = tuple[str, Scalar]

_HOST: Final = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?|\[[0-9a-f:.]+\]")


class ValueCheck:
    """One comparison, of a value or of each entry of a list.

    In a rule that asks or stops, any entry that fits is enough, case and width make no difference, and what cannot be
    compared fits. In a rule that lets run, all entries have to fit exactly as written. What is not there fits only the
    opposite of a comparison, and only in a rule that asks or stops.

    Args:
        table: the comparison.
        strict: the rule asks or stops.

    Raises:
        PatternError: its glob or expression cannot be used.
    """

    def __init__(self, table: ValueTable, *, strict: bool) -> None:
        self._strict = strict
        self._negate = table.negate
        self._compare = _comparison(table, strict=strict)

    def holds(self, value: JSON | Absent) -> bool:
        """Whether the value fits."""
        if isinstance(value, Absent):
            return self._strict and self._negate
        entries = value if isinstance(value, list) else [value]
        if self._strict:
            return any(self._fits(entry) for entry in entries)
        return bool(entries) and all(self._fits(entry) for entry in entries)

    def _fits(self, entry: JSON) -> bool:
        found = self._compare(entry)
        return self._strict if found is None else found is not self._negate


def keys_of(table: ValueTable, *, strict: bool) -> frozenset[Key] | None:
    """The only values that can fit, where they can be counted up."""
    if table.negate or (table.eq is None and table.among is None):
        return None
    return frozenset(key_of(value, strict=strict) for value in _wanted(table))


def key_of(value: Scalar, *, strict: bool) -> Key:
    """What two equal values have in common. JSON's ``true`` is not 1."""
    if isinstance(value, str):
        return ("text", folded(value) if strict else value)
    return ("truth" if isinstance(value, bool) else "number", value)


def host_of(text: str) -> str | None:
    """The host of a mail address, a URL or a host's own name; nothing where readers could see different ones."""
    text = text.strip()
    if any(char.isspace() or char == "\\" or not char.isprintable() for char in text):
        return None
    if "://" in text:
        try:
            host = urlsplit(text).hostname or ""
        except ValueError:
            return None
    else:
        before, at, after = text.rpartition("@")
        if "@" in before:
            return None
        host = (after if at else text).removesuffix(">")
    host = folded(host).removesuffix(".")
    return host if _HOST.fullmatch(host) else None


def path_of(text: str) -> str | None:
    """The path without its detours; nothing where what it leads to is not said by the text."""
    if not text or "\0" in text or text.startswith("~") or "$" in text:
        return None
    return posixpath.normpath(text.replace("//", "/"))


def _comparison(table: ValueTable, *, strict: bool) -> Comparison:
    if table.eq is not None or table.among is not None:
        wanted = frozenset(key_of(value, strict=strict) for value in _wanted(table))
        return lambda value: (
            key_of(value, strict=strict) in wanted if isinstance(value, (str, int)) else (None if value else False)
        )
    if table.glob is not None or table.regex is not None:
        pattern = Pattern(table.glob or table.regex or "", glob=table.glob is not None, fold=strict)
        return lambda value: pattern.matches(_said(value)) if isinstance(value, (str, int)) else None
    if table.lt is not None or table.gt is not None:
        return _ordered(table)
    if table.host_in is not None:
        hosts = tuple(folded(host).strip(".") for host in table.host_in)
        return lambda value: _below(host_of(value), hosts, ".") if isinstance(value, str) else None
    folder = path_of(table.path_under or "")
    if folder is None:
        raise ValueError("path_under must be a plain path")
    return lambda value: _under(path_of(value), folder) if isinstance(value, str) else None


def _wanted(table: ValueTable) -> tuple[Scalar, ...]:
    return table.among if table.among is not None else () if table.eq is None else (table.eq,)


def _said(value: str | int) -> str:
    return value if isinstance(value, str) else str(value).lower()


def _ordered(table: ValueTable) -> Comparison:
    low, high = table.gt, table.lt

    def compare(value: JSON) -> bool | None:
        if not isinstance(value, int) or isinstance(value, bool):
            return None
        return value > low if low is not None else high is not None and value < high

    return compare


def _below(host: str | None, hosts: tuple[str, ...], joint: str) -> bool | None:
    return None if host is None else any(host == each or host.endswith(joint + each) for each in hosts)


def _under(path: str | None, folder: str) -> bool | None:
    if path is None:
        return None
    if folder == ".":
        return not path.startswith(("/", "../")) and path != ".."
    return path == folder or path.startswith(folder.rstrip("/") + "/")
