"""Between a task's record and its row in PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from ...canonical import JsonError, canonical, parse_strict
from .protocol import Fault
from .record import FORMAT, RECORD_BYTES, RecordError, TaskRecord, fields_of, record_of, seal_of

_INSTANTS: Final = ("created_at", "updated_at", "queued_at", "started_at", "ended_at", "due_at")
_COLUMNS: Final = (
    "id", "title", "description", "type", "payload", "priority", "capabilities", "depends_on", "timeout_ms",
    "max_attempts", "parent_goal", "state", "attempts", "token", "agent", "result", "error", "usage", *_INSTANTS,
    "queue_ms", "run_ms", "unique_key", "on_failure", "revision", "graph",
)  # fmt: skip
UPSERT: Final = (
    f"INSERT INTO tasks ({', '.join(_COLUMNS)}, seal)"  # noqa: S608  # constant names
    f" VALUES ({', '.join(f'${number}' for number in range(1, len(_COLUMNS) + 2))}) ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in (*_COLUMNS[1:], "seal"))
)
SET_ASIDE: Final = (
    "INSERT INTO tasks_set_aside (task_id, why, was) SELECT id, $2, to_jsonb(tasks) FROM tasks WHERE id = $1"
    " RETURNING number"
)
FIND: Final = (
    "SELECT * FROM tasks WHERE ($1::text[] = '{}' OR state = ANY($1::text[])) AND $2::text IN ('', type)"
    " AND $3::text IN ('', agent) AND ($4::text = '' OR $4::text = ANY(capabilities))"
    " AND $5::text IN ('', parent_goal) AND ($6::text = '' OR id < $6::text) ORDER BY id DESC LIMIT $7"
)


def values_of(record: TaskRecord) -> tuple[object, ...]:
    """What ``UPSERT`` takes."""
    fields = fields_of(record)
    fields |= {name: getattr(record if name == "due_at" else record.task, name) for name in _INSTANTS}
    fields["unique_key"] = fields.pop("unique")
    fields["graph"] = None if record.graph is None else canonical(record.graph.fields()).decode()
    return (*(fields[name] for name in _COLUMNS), seal_of(record))


def record_at(row: Mapping[str, Any]) -> TaskRecord:
    """The record that a row holds, whether its seal holds or not.

    Raises:
        RecordError: it cannot be one.
    """
    fields: dict[str, Any] = {name: row[name] for name in _COLUMNS}
    for name in _INSTANTS:
        moment: datetime | None = fields[name]
        fields[name] = None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%S.%fZ}"
    fields["unique"] = fields.pop("unique_key")
    graph: str | None = fields.pop("graph")
    if graph is not None:
        try:
            fields["graph"] = parse_strict(graph, max_bytes=RECORD_BYTES)
        except JsonError as error:
            raise RecordError("record refused", why=f"graph is no JSON: {error.why}") from None
    return record_of({**fields, "format": FORMAT})


def fault_of(row: Mapping[str, Any]) -> Fault | None:
    """What is wrong with a row; nothing if it is as the engine sealed it."""
    place = f"row {row['id']}"
    try:
        record = record_at(row)
    except RecordError as error:
        return Fault(place, error.why, row["id"])
    if seal_of(record) != row["seal"]:
        return Fault(place, "somebody changed it after the engine had written it", row["id"])
    return None
