"""The tools of MCP servers as they were last listed: what may be in a listing, and where it is kept."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...storage import Reader, Transaction, to_us
from ..schemas import schema_digest

NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")
"""What a tool of a server may be called; any other is left out."""
MOST_TOOLS: Final = 200
"""Most tools of one server; further ones are left out."""
SCHEMA_BYTES: Final = 32_768
"""The largest schema of one tool's arguments, as JSON."""
SCHEMA_DEPTH: Final = 24
"""How deep such a schema may nest."""
_DESCRIPTION: Final = 500


@dataclass(frozen=True, slots=True)
class ListedTool:
    """One tool of one server.

    Attributes:
        name: as the server calls it.
        description: what the server says that it does; a claim, cleaned of everything that cannot be seen.
        schema: of its arguments.
        sha256: of that schema and description: another one is another tool.
    """

    name: str
    description: str
    schema: Mapping[str, Any]
    sha256: str


@dataclass(frozen=True, slots=True)
class Difference:
    """What a new listing changed, by tool names."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


def listed(name: str, description: str, schema: object) -> ListedTool | str:
    """A tool from a listing, or why it is left out."""
    if NAME.fullmatch(name) is None:
        return "a tool has a name that is not plain"
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return f"{name}: its schema is not one of an object"
    if _depth(schema) > SCHEMA_DEPTH:
        return f"{name}: its schema nests too deep"
    try:
        text = json.dumps(schema, allow_nan=False)
    except (ValueError, RecursionError):
        return f"{name}: its schema is not JSON"
    if len(text) > SCHEMA_BYTES:
        return f"{name}: its schema is longer than {SCHEMA_BYTES} bytes"
    shown = seen(description)
    return ListedTool(name, shown, schema, schema_digest({"schema": schema, "description": shown}))


def seen(text: str) -> str:
    """Foreign words as one line that shows all there is: nothing invisible, no controls, bounded."""
    kept = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in text[: 4 * _DESCRIPTION])
    line = " ".join(kept.split())
    return line if len(line) <= _DESCRIPTION else f"{line[: _DESCRIPTION - 1]}…"


def known_tools(reader: Reader, server: str) -> tuple[ListedTool, ...]:
    """What the server last listed."""
    rows = reader.rows("SELECT * FROM mcp_tools WHERE server = ? ORDER BY name LIMIT ?", (server, MOST_TOOLS))
    return tuple(ListedTool(row["name"], row["description"], json.loads(row["schema"]), row["sha256"]) for row in rows)


def remember_tools(tx: Transaction, server: str, tools: Iterable[ListedTool]) -> Difference:
    """Keep a server's listing in place of the one before, and journal what is different."""
    before = {tool.name: tool.sha256 for tool in known_tools(tx, server)}
    now = {tool.name: tool for tool in tools}
    difference = Difference(
        added=tuple(sorted(now.keys() - before.keys())),
        removed=tuple(sorted(before.keys() - now.keys())),
        changed=tuple(sorted(name for name in now.keys() & before.keys() if now[name].sha256 != before[name])),
    )
    if not difference:
        return difference
    tx.execute("DELETE FROM mcp_tools WHERE server = ?", (server,))
    tx.execute_many(
        "INSERT INTO mcp_tools (server, name, description, schema, sha256, seen_us) VALUES (?,?,?,?,?,?)",
        [
            (server, tool.name, tool.description, json.dumps(tool.schema), tool.sha256, to_us(tx.now))
            for tool in now.values()
        ],
    )
    tx.record(
        "mcp.tools_changed",
        server,
        {"added": difference.added, "removed": difference.removed, "changed": difference.changed},
    )
    return difference


def _depth(value: object) -> int:
    deepest = 0
    pending: list[tuple[object, int]] = [(value, 1)]
    while pending:
        item, depth = pending.pop()
        deepest = max(deepest, depth)
        if deepest > SCHEMA_DEPTH:
            break
        if isinstance(item, dict):
            pending.extend((child, depth + 1) for child in item.values())
        elif isinstance(item, list):
            pending.extend((child, depth + 1) for child in item)
    return deepest
