"""JSON schemas of tools, and each as one digest, whoever wrote it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .base import Tool


def schema_digest(schema: Mapping[str, Any]) -> str:
    """SHA-256 of a schema in one spelling: keys sorted, no blanks; 64 hexadecimal digits.

    A schema may hold fractions, which :mod:`engine.canonical` refuses; here they are only compared, never computed
    with.
    """
    text = json.dumps(schema, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=True)
    return hashlib.sha256(text.encode()).hexdigest()


class Schemas(Mapping[str, Mapping[str, Any]]):
    """The schema of each tool's arguments by the tool's name, each made when it is first asked for.

    Any thread may ask: one that is made twice is the same both times.
    """

    def __init__(self, tools: Mapping[str, Tool[Any]]) -> None:
        self._tools = tools
        self._made: dict[str, Mapping[str, Any]] = {}
        self._digests: dict[str, str] = {}

    def __getitem__(self, name: str) -> Mapping[str, Any]:
        """The schema of one tool."""
        schema = self._made.get(name)
        if schema is None:
            schema = self._made[name] = self._tools[name].schema
        return schema

    def __iter__(self) -> Iterator[str]:
        """The names of the tools."""
        return iter(self._tools)

    def __len__(self) -> int:
        """How many tools there are."""
        return len(self._tools)

    def digest(self, name: str) -> str:
        """The digest of one tool's schema."""
        found = self._digests.get(name)
        if found is None:
            found = self._digests[name] = schema_digest(self[name])
        return found
