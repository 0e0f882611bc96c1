"""What Redis must still be told about tasks, and which tasks it ought to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from ..storage import Reader, Transaction
from .graph import ACTION_TYPE
from .repository import task_of
from .task import Task

Operation: TypeAlias = Literal["enqueue", "cancel", "reprioritise", "pause", "resume"]


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """One thing that Redis must still be told.

    Attributes:
        seq: its place; entries are delivered in this order.
        op: what changed.
        task: the task as it is now.
    """

    seq: int
    op: Operation
    task: Task


def announce(tx: Transaction, task_id: str, op: Operation) -> None:
    """Have Redis told about a task, in this unit of work; what goes through the gate is none of its business."""
    tx.execute(
        "INSERT INTO task_outbox (task_id, op) SELECT id, ? FROM tasks WHERE id = ? AND type <> ?",
        (op, task_id, ACTION_TYPE),
    )


def pending_outbox(reader: Reader, limit: int) -> list[OutboxEntry]:
    """What Redis must still be told, oldest first."""
    rows = reader.rows(
        "SELECT o.seq AS outbox_seq, o.op AS outbox_op, t.* FROM task_outbox o JOIN tasks t ON t.id = o.task_id"
        " ORDER BY o.seq LIMIT ?",
        (limit,),
    )
    return [OutboxEntry(row["outbox_seq"], row["outbox_op"], task_of(row)) for row in rows]


def settle_outbox(tx: Transaction, up_to_seq: int) -> int:
    """Redis was told everything up to this entry.

    Returns:
        how many entries are gone now.
    """
    return tx.execute("DELETE FROM task_outbox WHERE seq <= ?", (up_to_seq,))


def lost_candidates(reader: Reader, limit: int, after: str = "") -> list[Task]:
    """Tasks that Redis ought to know, by id, for the reconciler to compare; those still in the outbox are left out."""
    rows = reader.rows(
        # The states as they stand in the index that holds only these tasks.
        "SELECT * FROM tasks INDEXED BY tasks_open"
        " WHERE state IN ('pending', 'assigned', 'active') AND id > ? AND type <> ?"
        " AND NOT EXISTS (SELECT 1 FROM task_outbox o WHERE o.task_id = tasks.id) ORDER BY id LIMIT ?",
        (after, ACTION_TYPE, limit),
    )
    return [task_of(row) for row in rows]
