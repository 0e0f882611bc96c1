"""Trying again what did not succeed, and what failed only because of it."""

from __future__ import annotations

from ..storage import Reader, Transaction
from .graph_rows import why_not_asked
from .outbox import announce
from .registry import replay
from .repository import change_state, dependants_of, dependencies_of, get_task
from .rules import holder_of, key_of
from .task import Task, TaskError, TaskState


def retry(tx: Transaction, task_id: str, actor: str) -> tuple[Task, int]:
    """Have a dead or failed task tried again; what failed because of it waits for it again.

    An approval step that was answered with a no is asked once more.

    Args:
        tx: the unit of work.
        task_id: the task.
        actor: who wants it.

    Returns:
        the task as it is now, and how many dependants wait again.

    Raises:
        TaskError: there is no such task, it is neither dead nor failed, or what it waits for has to be tried first.
    """
    task = get_task(tx, task_id)
    if task.state is TaskState.DEAD:
        begun = replay(tx, task_id, actor)
    elif task.state is TaskState.FAILED:
        begun = _again(tx, task, actor)
    else:
        raise TaskError("retry refused", why=f"the task is {task.state.value}, neither dead nor failed")
    return begun, _revive(tx, begun, actor)


def _again(tx: Transaction, task: Task, actor: str) -> Task:
    before = [get_task(tx, other) for other in dependencies_of(tx, task.id)]
    stuck = next((one for one in before if one.state.terminal and one.state is not TaskState.DONE), None)
    if stuck is not None:
        raise TaskError(
            "retry refused",
            why=f"it depends on {stuck.title[:100]}, which is {stuck.state.value}",
            remedy=f"Retry {stuck.id} first.",
        )
    unsound = why_not_asked(tx, task.id)
    if unsound is not None:
        raise TaskError("retry refused", why=unsound, remedy="Submit the goal anew.")
    holder = _holder(tx, task)
    if holder is not None:
        raise TaskError("retry refused", why=f"task {holder} has its unique name by now", remedy="Cancel that one.")
    tx.execute("UPDATE graph_tasks SET action_id = NULL, rounds = rounds + 1 WHERE task_id = ?", (task.id,))
    begun = change_state(tx, task, TaskState.BACKLOG, actor=actor, attempts=0, error="")
    if all(one.state is TaskState.DONE for one in before):
        begun = change_state(tx, begun, TaskState.PENDING, actor=actor)
        announce(tx, task.id, "enqueue")
    return begun


def _revive(tx: Transaction, task: Task, actor: str) -> int:
    revived, waiting = 0, [task]
    while waiting:
        for dependant in dependants_of(tx, waiting.pop().id):
            others = [get_task(tx, other) for other in dependencies_of(tx, dependant.id)]
            blocked = any(one.state.terminal and one.state is not TaskState.DONE for one in others)
            # Of two with one unique name only one may be unfinished; the other stays as it is.
            if dependant.state is TaskState.FAILED and not blocked and _holder(tx, dependant) is None:
                waiting.append(change_state(tx, dependant, TaskState.BACKLOG, actor=actor, attempts=0, error=""))
                revived += 1
    return revived


def _holder(reader: Reader, task: Task) -> str | None:
    key = key_of(reader, task.id)
    return holder_of(reader, key) if key else None
