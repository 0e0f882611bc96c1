"""What can be done with tasks: submit, cancel, reprioritise, pause, replay; each one unit of work."""

from __future__ import annotations

from ..storage import Transaction, to_us
from .dependencies import fail_dependants
from .outbox import announce
from .repository import change_state, dependencies_of, get_task, insert_task
from .rules import holder_of, insert_rules, key_of
from .task import NewTask, Task, TaskError, TaskState

_FAILING = frozenset({TaskState.FAILED, TaskState.CANCELLED, TaskState.DEAD})


def submit(tx: Transaction, new: NewTask, task_id: str, actor: str) -> Task:
    """Accept a task: when the unit of work is durable, so is the task, and Redis will be told.

    A new task can only depend on tasks that exist, so no cycle can come about.

    Args:
        tx: the unit of work.
        new: what is asked for.
        task_id: a fresh id.
        actor: who asks.

    Returns:
        the task; where its unique name is taken by an unfinished one, that one instead, as it is.

    Raises:
        TaskError: a dependency does not exist or cannot be done any more.
    """
    holder = holder_of(tx, new.unique) if new.unique else None
    if holder is not None:
        return get_task(tx, holder)
    waiting = False
    for other in new.depends_on:
        before = tx.row("SELECT state FROM tasks WHERE id = ?", (other,))
        if before is None:
            raise TaskError("task refused", why=f"it depends on {other[:60]}, which does not exist")
        state = TaskState(before["state"])
        if state in _FAILING:
            raise TaskError("task refused", why=f"it depends on {other[:60]}, which is {state.value}")
        waiting = waiting or state is not TaskState.DONE
    state = TaskState.BACKLOG if waiting else TaskState.PENDING
    task = Task(
        id=task_id,
        title=new.title,
        description=new.description,
        type=new.type,
        payload=new.payload,
        priority=new.priority,
        capabilities=new.capabilities,
        timeout_seconds=new.timeout_seconds,
        max_attempts=new.max_attempts,
        parent_goal=new.parent_goal,
        state=state,
        attempts=0,
        token=0,
        agent="",
        result="",
        error="",
        created_at=tx.now,
        updated_at=tx.now,
        queued_at=None if waiting else tx.now,
        started_at=None,
        ended_at=None,
    )
    insert_task(tx, task, new.depends_on)
    insert_rules(tx, task_id, new)
    data = {"title": task.title[:200], "type": task.type, "priority": task.priority, "state": state.value}
    if new.due_at is not None:
        data["due"] = new.due_at.isoformat()
    tx.record("task.submitted", task.id, data, actor)
    if state is TaskState.PENDING:
        announce(tx, task.id, "enqueue")
    return task


def cancel(tx: Transaction, task_id: str, actor: str, reason: str = "") -> Task:
    """Stop a task wherever it is; an agent that works on it is told, and what it reports later is refused.

    Raises:
        TaskError: there is no such task, or it has ended.
    """
    task = change_state(
        tx,
        get_task(tx, task_id),
        TaskState.CANCELLED,
        actor=actor,
        error=reason or "cancelled",
        token=_past(tx, task_id),
    )
    announce(tx, task.id, "cancel")
    fail_dependants(tx, task)
    return task


def reprioritise(tx: Transaction, task_id: str, priority: int, actor: str) -> Task:
    """Give a task that waits another priority, 1 (first) to 10 (last).

    Raises:
        TaskError: there is no such task, it does not wait any more, or the priority is out of range.
    """
    task = get_task(tx, task_id)
    if not 1 <= priority <= 10:
        raise TaskError("priority refused", why="it must be 1 to 10")
    if task.state not in {TaskState.BACKLOG, TaskState.PENDING, TaskState.PAUSED}:
        raise TaskError("priority refused", why=f"the task is {task.state.value} and does not wait any more")
    if priority != task.priority:
        tx.execute(
            "UPDATE tasks SET priority = ?, updated_us = ?, revision = revision + 1 WHERE id = ?",
            (priority, to_us(tx.now), task_id),
        )
        tx.record(
            "task.reprioritised", task_id, {"title": task.title[:200], "from": task.priority, "to": priority}, actor
        )
        if task.state is TaskState.PENDING:
            announce(tx, task_id, "reprioritise")
    return get_task(tx, task_id)


def pause(tx: Transaction, task_id: str, actor: str, reason: str = "") -> Task:
    """Keep a task that waits from being handed out; Redis forgets it until it goes on.

    Raises:
        TaskError: there is no such task, or it does not wait.
    """
    task = get_task(tx, task_id)
    if task.state not in {TaskState.BACKLOG, TaskState.PENDING}:
        raise TaskError("pause refused", why=f"the task is {task.state.value} and does not wait")
    waited = task.state is TaskState.PENDING
    task = change_state(tx, task, TaskState.PAUSED, actor=actor, error=reason or None)
    if waited:
        announce(tx, task.id, "pause")
    return task


def resume(tx: Transaction, task_id: str, actor: str) -> Task:
    """Let a paused task go on: to the agents, or to waiting for what it depends on.

    Raises:
        TaskError: there is no such task, or it is not paused.
    """
    task = get_task(tx, task_id)
    if task.state is not TaskState.PAUSED:
        raise TaskError("resume refused", why=f"the task is {task.state.value}, not paused")
    ready = all(get_task(tx, other).state is TaskState.DONE for other in dependencies_of(tx, task_id))
    task = change_state(tx, task, TaskState.PENDING if ready else TaskState.BACKLOG, actor=actor, error="")
    if ready:
        announce(tx, task.id, "resume")
    return task


def replay(tx: Transaction, task_id: str, actor: str) -> Task:
    """Give a dead task all of its attempts again.

    Raises:
        TaskError: there is no such task, or it is not dead.
    """
    task = get_task(tx, task_id)
    if task.state is not TaskState.DEAD:
        raise TaskError("replay refused", why=f"the task is {task.state.value}, not dead")
    key = key_of(tx, task_id)
    holder = holder_of(tx, key) if key else None
    if holder is not None:
        raise TaskError("replay refused", why=f"task {holder} has its unique name by now", remedy="Cancel that one.")
    task = change_state(tx, task, TaskState.PENDING, actor=actor, attempts=0, error="")
    announce(tx, task.id, "enqueue")
    return task


def republish(tx: Transaction, task: Task) -> None:
    """Redis has forgotten a task that is not finished: have it told again.

    A claim that Redis does not know any more is void, so a task that was held goes back to pending.
    """
    now = get_task(tx, task.id)
    if now.state is not task.state or now.token != task.token:
        return
    if now.state in {TaskState.ASSIGNED, TaskState.ACTIVE}:
        now = change_state(tx, now, TaskState.PENDING, error="its claim was lost with the server")
    if now.state is TaskState.PENDING:
        announce(tx, now.id, "enqueue")
        tx.record("task.republished", now.id, {"title": now.title[:200]})


def _past(tx: Transaction, task_id: str) -> int:
    # One more than the newest claim: whatever that claim still reports is stale.
    return get_task(tx, task_id).token + 1
