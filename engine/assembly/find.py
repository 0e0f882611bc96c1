"""Finds a thing by its id or by the end of it, as operators type it."""

from __future__ import annotations

from typing import Final, Literal, TypeAlias

from ..client.protocol import CommandRefused
from ..storage import Reader

Table: TypeAlias = Literal["actions", "tasks", "goals", "messages", "standing_rules", "task_graphs"]

SHORTEST: Final = 4
"""Fewest characters that stand for an id."""
_NAMES: Final = {
    "actions": "action",
    "tasks": "task",
    "goals": "goal",
    "messages": "message",
    "standing_rules": "standing rule",
    "task_graphs": "goal's graph",
}


def find_id(reader: Reader, table: Table, part: str) -> str:
    """The whole id of the one row whose id is, begins or ends with ``part``.

    Raises:
        CommandRefused: none or several do, or the part is too short.
    """
    if reader.row(f"SELECT 1 FROM {table} WHERE id = ?", (part,)) is not None:  # noqa: S608  # the table is one of those
        return part
    name = _NAMES[table]
    if len(part) < SHORTEST:
        raise CommandRefused(
            f"no {name} {part}", remedy=f"Write at least {SHORTEST} of its characters.", code="unknown"
        )
    escaped = part.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    rows = reader.rows(
        f"SELECT id FROM {table} WHERE id LIKE ? ESCAPE '\\' OR id LIKE ? ESCAPE '\\' LIMIT 2",  # noqa: S608  # as above
        (f"%{escaped}", f"{escaped}%"),
    )
    if not rows:
        raise CommandRefused(f"no {name} {part[:60]}", remedy="List them to see their ids.", code="unknown")
    if len(rows) > 1:
        raise CommandRefused(f"{name} {part} is not the only one", remedy="Write more of its id.", code="unknown")
    return str(rows[0]["id"])
