"""Dead letters: tasks that will not be tried again by themselves, listed, replayed and forgotten in pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..storage import Reader, Transaction, to_us
from .counting import counts_by_type
from .repository import get_task, task_of
from .retrying import retry
from .stores.sqlite import remove_records
from .task import Task, TaskError, TaskState


@dataclass(frozen=True, slots=True)
class Buried:
    """Which dead letters.

    Attributes:
        ids: these; empty is all that the rest leaves.
        type: of this type; empty is every type.
        before: dead since before this moment; nothing is whenever.
    """

    ids: tuple[str, ...] = ()
    type: str = ""
    before: datetime | None = None


def list_dead(reader: Reader, which: Buried, limit: int, after: str = "") -> list[Task]:
    """Dead tasks, the newest task first; ``after`` is the id of the last one of the page before."""
    conditions, parameters = ["state = 'dead'"], list[str | int]()
    if which.type:
        conditions.append("type = ?")
        parameters.append(which.type)
    if which.before is not None:
        conditions.append("ended_us < ?")
        parameters.append(to_us(which.before))
    if after:
        conditions.append("id < ?")
        parameters.append(after)
    rows = reader.rows(
        f"SELECT * FROM tasks WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?",  # noqa: S608  # constant conditions
        (*parameters, limit),
    )
    return [task_of(row) for row in rows]


def count_dead(reader: Reader) -> dict[str, int]:
    """How many dead tasks there are by type."""
    return counts_by_type(reader, TaskState.DEAD)


def replay_dead(tx: Transaction, which: Buried, actor: str, limit: int) -> tuple[int, int]:
    """Give dead tasks all of their attempts again; what failed because of them waits for them again.

    Returns:
        how many go again, and how many could not because another unfinished task has their unique name.

    Raises:
        TaskError: one of ``ids`` is not a dead task.
    """
    again = kept = 0
    for task in _chosen(tx, which, limit):
        try:
            retry(tx, task.id, actor)
        except TaskError:
            if which.ids:
                raise
            kept += 1
        else:
            again += 1
    return again, kept


def purge_dead(tx: Transaction, which: Buried, actor: str, limit: int) -> tuple[int, int]:
    """Forget dead tasks; the journal keeps what happened to them.

    Returns:
        how many are gone, and how many stay because unfinished tasks wait for them or Redis must still be told.

    Raises:
        TaskError: one of ``ids`` is not a dead task.
    """
    gone = kept = 0
    for task in _chosen(tx, which, limit):
        if _needed(tx, task.id):
            kept += 1
            continue
        data = {"title": task.title[:200], "type": task.type, "error": task.error[:500]}
        tx.record("task.purged", task.id, data, actor)
        gone += remove_records(tx, [task.id])
    return gone, kept


def _chosen(tx: Transaction, which: Buried, limit: int) -> Sequence[Task]:
    if not which.ids:
        return list_dead(tx, which, limit)
    found = [get_task(tx, task_id) for task_id in dict.fromkeys(which.ids)]
    living = next((task for task in found if task.state is not TaskState.DEAD), None)
    if living is not None:
        raise TaskError(f"task {living.id} is not dead", why=f"it is {living.state.value}")
    return found


def _needed(reader: Reader, task_id: str) -> bool:
    row = reader.row(
        "SELECT EXISTS (SELECT 1 FROM task_outbox WHERE task_id = :id) OR EXISTS (SELECT 1 FROM task_dependencies d"
        " JOIN tasks w ON w.id = d.task_id WHERE d.depends_on = :id AND w.ended_us IS NULL) AS needed",
        {"id": task_id},
    )
    return bool(row and row["needed"])
