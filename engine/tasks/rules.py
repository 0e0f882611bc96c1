"""What was asked for a task besides the work itself: when it may begin, and under which name it is the only one."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from ..storage import Reader, Transaction, from_us, to_us
from .task import FailurePolicy, NewTask, TaskState

_ENDED: Final = json.dumps([state.value for state in TaskState if state.terminal])


def insert_rules(tx: Transaction, task_id: str, new: NewTask) -> None:
    """Keep what is not the default."""
    if new.due_at is None and not new.unique and new.on_failure is FailurePolicy.FAIL:
        return
    tx.execute(
        "INSERT INTO task_rules (task_id, due_us, unique_key, on_failure) VALUES (?, ?, ?, ?)",
        (task_id, to_us(new.due_at) if new.due_at else None, new.unique or None, new.on_failure),
    )


def holder_of(reader: Reader, key: str) -> str | None:
    """The unfinished task that has a unique key; nothing where there is none."""
    row = reader.row(
        "SELECT t.id FROM task_rules r JOIN tasks t ON t.id = r.task_id"
        " WHERE r.unique_key = ? AND t.state NOT IN (SELECT value FROM json_each(?)) ORDER BY t.id LIMIT 1",
        (key, _ENDED),
    )
    return None if row is None else str(row["id"])


def key_of(reader: Reader, task_id: str) -> str:
    """The unique key of a task; empty where it has none."""
    row = reader.row("SELECT unique_key FROM task_rules WHERE task_id = ?", (task_id,))
    return "" if row is None else str(row["unique_key"] or "")


def due_of(reader: Reader, task_id: str) -> datetime | None:
    """When a task may begin at the earliest; nothing where that was left open."""
    return due_moments(reader, [task_id]).get(task_id)


def due_moments(reader: Reader, ids: Iterable[str]) -> Mapping[str, datetime]:
    """When tasks may begin at the earliest, for those of ``ids`` where that was said."""
    rows = reader.rows(
        "SELECT task_id, due_us FROM task_rules"
        " WHERE due_us IS NOT NULL AND task_id IN (SELECT value FROM json_each(?))",
        (json.dumps(list(ids)),),
    )
    return {str(row["task_id"]): from_us(row["due_us"]) for row in rows}
