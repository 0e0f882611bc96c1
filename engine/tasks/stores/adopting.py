"""Taking over tasks as they stand elsewhere: a new workspace on old tasks, or a file that an operator brings."""

from __future__ import annotations

from collections.abc import Sequence

from ...storage import Transaction
from ..dependencies import fail_dependants, release_dependants
from ..graph import ACTION_TYPE
from ..graph_rows import member_of
from ..outbox import announce
from ..repository import change_state, dependencies_of, get_task
from ..task import Task, TaskState
from .record import TaskRecord
from .sqlite import put_records

_LOST = "its claim was not kept"
_NO_PLAN = "its plan was not kept, so nobody can be asked"


def adopt(tx: Transaction, records: Sequence[TaskRecord], source: str, actor: str = "engine") -> int:
    """Take over tasks that are newer elsewhere, with what they depend on.

    Agents' claims are not taken over: what was held is queued again, and a result under the old claim is refused.

    Args:
        tx: the unit of work.
        records: as they stand elsewhere; what they depend on is among them, or here already, or nowhere.
        source: where, for the journal.
        actor: who causes it.

    Returns:
        how many were taken over.
    """
    taken = put_records(tx, records)
    for record in taken:
        task = record.task
        data = {"title": task.title[:200], "type": task.type, "state": task.state.value, "source": source}
        tx.record("task.adopted", task.id, data, actor)
    for record in taken:
        _go_on(tx, record)
    return len(taken)


def _go_on(tx: Transaction, record: TaskRecord) -> None:
    task = get_task(tx, record.task.id)
    if task.type == ACTION_TYPE and not task.state.terminal and member_of(tx, task.id) is None:
        # Nobody could be asked, and whatever depends on it would wait for ever.
        fail_dependants(tx, change_state(tx, task, TaskState.FAILED, token=task.token + 1, error=_NO_PLAN))
        return
    match task.state:
        case TaskState.ASSIGNED | TaskState.ACTIVE:
            change_state(tx, task, TaskState.PENDING, token=task.token + 1, error=_LOST)
            announce(tx, task.id, "enqueue")
        case TaskState.PENDING:
            announce(tx, task.id, "enqueue")
        case TaskState.BACKLOG:
            _look_again(tx, task, record.depends_on)
        case TaskState.DONE:
            release_dependants(tx, task)
        case TaskState.PAUSED:
            pass
        case _:
            fail_dependants(tx, task)


def _look_again(tx: Transaction, task: Task, depends_on: Sequence[str]) -> None:
    known = dependencies_of(tx, task.id)
    missing = sorted(set(depends_on) - set(known))
    if missing:
        change_state(tx, task, TaskState.FAILED, error=f"it depends on {missing[0]}, which is lost")
        fail_dependants(tx, get_task(tx, task.id))
    elif all(get_task(tx, other).state is TaskState.DONE for other in known):
        change_state(tx, task, TaskState.PENDING)
        announce(tx, task.id, "enqueue")
