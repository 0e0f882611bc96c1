"""What the bridge reads from the database, and the one thing that it puts right there."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from ..governance.halt import Scope, halt_epoch, halted, paused_targets
from ..storage import Reader, Transaction
from ..tasks import (
    OutboxEntry,
    Report,
    ReportKind,
    Task,
    TaskState,
    due_moments,
    pending_outbox,
    republish,
)
from .wire import BATCH


def ended_but_claimed(reader: Reader, reports: Sequence[Report]) -> list[str]:
    """Tasks that an agent took although they have ended here, as after a server's loss of its last second."""
    claimed = {report.task_id for report in reports if report.event is ReportKind.CLAIMED}
    rows = reader.rows(
        "SELECT id, state FROM tasks WHERE id IN (SELECT value FROM json_each(?))", (json.dumps([*claimed]),)
    )
    known = {str(row["id"]): TaskState(row["state"]) for row in rows}
    return [task_id for task_id in sorted(claimed) if task_id not in known or known[task_id].terminal]


def to_tell(reader: Reader) -> tuple[list[OutboxEntry], Mapping[str, datetime]]:
    """What Redis must still be told, and when what waits may begin."""
    entries = pending_outbox(reader, BATCH)
    return entries, due_moments(reader, [entry.task.id for entry in entries if entry.op in {"enqueue", "resume"}])


def republish_all(tx: Transaction, tasks: Sequence[Task]) -> int:
    """Have Redis told again of tasks that it does not know; answers how many."""
    for task in tasks:
        republish(tx, task)
    return len(tasks)


def known_incarnation(reader: Reader, name: str) -> str | None:
    """Which life of a server the database knows, by the name under which it keeps that."""
    row = reader.row("SELECT value FROM engine_facts WHERE name = ?", (name,))
    return str(json.loads(row["value"])) if row else None


def controls(reader: Reader) -> tuple[int, bool, frozenset[str], frozenset[str]]:
    """The newest halt, whether everything is halted, and which queues and agents are paused."""
    return (
        halt_epoch(reader),
        halted(reader) is not None,
        paused_targets(reader, Scope.QUEUE),
        paused_targets(reader, Scope.AGENT),
    )
