"""Tasks in the database, what they depend on, and what Redis must still be told about them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from sqlite3 import Row
from typing import Final

from ..storage import Reader, Transaction, from_us, to_us
from .course import course_of, write_courses
from .task import Task, TaskError, TaskState

_PRIORITIES: Final = json.dumps([*range(1, 11)])


def get_task(reader: Reader, task_id: str) -> Task:
    """The task of that id.

    Raises:
        TaskError: there is none.
    """
    task = find_task(reader, task_id)
    if task is None:
        raise TaskError(f"no task {task_id[:60]}", remedy="See `watchfloor tasks list`.")
    return task


def find_task(reader: Reader, task_id: str) -> Task | None:
    """The task of that id; nothing where there is none."""
    row = reader.row("SELECT * FROM tasks WHERE id = ?", (task_id,))
    return None if row is None else task_of(row)


def insert_task(tx: Transaction, task: Task, depends_on: Iterable[str]) -> None:
    """Store a new task and its dependencies."""
    tx.execute(
        "INSERT INTO tasks (id, title, description, type, payload, priority, capabilities, timeout_seconds,"
        " max_attempts, parent_goal, state, created_us, updated_us, queued_us) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            task.id,
            task.title,
            task.description,
            task.type,
            task.payload,
            task.priority,
            json.dumps(task.capabilities),
            task.timeout_seconds,
            task.max_attempts,
            task.parent_goal,
            task.state,
            to_us(task.created_at),
            to_us(task.updated_at),
            to_us(task.queued_at) if task.queued_at else None,
        ),
    )
    tx.execute_many(
        "INSERT INTO task_dependencies (task_id, depends_on) VALUES (?, ?)",
        [(task.id, other) for other in dict.fromkeys(depends_on)],
    )


def change_state(
    tx: Transaction,
    task: Task,
    state: TaskState,
    *,
    actor: str = "engine",
    agent: str | None = None,
    token: int | None = None,
    attempts: int | None = None,
    result: str | None = None,
    error: str | None = None,
    usage: str | None = None,
    at: datetime | None = None,
    cause: str = "",
) -> Task:
    """Move a task to another state, compare-and-set, and journal it.

    Args:
        tx: the unit of work.
        task: as it was read.
        state: what it becomes.
        actor: who causes it.
        agent, token, attempts, result, error, usage: what else changes; nothing leaves it as it is.
        at: when it happened, where that was before this unit of work.
        cause: what led to it in a word, for the journal and what is counted from it.

    Raises:
        TaskError: the table of transitions does not know the change, or somebody else changed the task meanwhile.
    """
    course = course_of(task)
    kind, data = course.move(
        state,
        to_us(tx.now),
        at_us=None if at is None else to_us(at),
        agent=agent,
        token=token,
        attempts=attempts,
        result=result,
        error=error,
        usage=usage,
        cause=cause,
    )
    write_courses(tx, [course])
    tx.record(kind, task.id, data, actor)
    moment = from_us(course.updated_us)
    # What was just written, without reading it back.
    return replace(
        task,
        state=state,
        updated_at=moment,
        agent=task.agent if agent is None else agent,
        token=course.token,
        attempts=task.attempts if attempts is None else attempts,
        result=task.result if result is None else result,
        error=task.error if error is None else error,
        usage=task.usage if usage is None else usage,
        queue_seconds=course.queue_ms / 1_000,
        run_seconds=course.run_ms / 1_000,
        queued_at=moment if state is TaskState.PENDING else task.queued_at,
        started_at=moment if state is TaskState.ACTIVE else task.started_at,
        ended_at=moment if state.terminal else None,
        revision=course.revision,
    )


def list_tasks(reader: Reader, *, state: TaskState | None, limit: int, after: str = "") -> list[Task]:
    """Tasks, the newest first; ``after`` is the id of the last one of the page before."""
    conditions, parameters = ["1"], list[str | int]()
    if state is not None:
        conditions.append("state = ?")
        parameters.append(state)
    if after:
        conditions.append("id < ?")
        parameters.append(after)
    rows = reader.rows(
        f"SELECT * FROM tasks WHERE {' AND '.join(conditions)} ORDER BY id DESC LIMIT ?",  # noqa: S608  # constant conditions
        (*parameters, limit),
    )
    return [task_of(row) for row in rows]


def newest_tasks(reader: Reader, state: TaskState, limit: int) -> list[Task]:
    """The tasks of a state that came last, the newest first; the cost follows ``limit``, not how many there are."""
    # The index holds the tasks of each priority in the order in which they came.
    rows = reader.rows(
        "SELECT t.* FROM json_each(?) p JOIN tasks t ON t.rowid IN (SELECT rowid FROM tasks WHERE state = ?"
        " AND priority = p.value ORDER BY created_us DESC LIMIT ?) ORDER BY t.created_us DESC, t.id DESC LIMIT ?",
        (_PRIORITIES, state, limit, limit),
    )
    return [task_of(row) for row in rows]


def dependencies_of(reader: Reader, task_id: str) -> list[str]:
    """What a task waits for."""
    rows = reader.rows("SELECT depends_on FROM task_dependencies WHERE task_id = ? ORDER BY depends_on", (task_id,))
    return [row["depends_on"] for row in rows]


def dependants_of(reader: Reader, task_id: str) -> list[Task]:
    """The tasks that wait for this one."""
    rows = reader.rows(
        "SELECT t.* FROM task_dependencies d JOIN tasks t ON t.id = d.task_id WHERE d.depends_on = ? ORDER BY t.id",
        (task_id,),
    )
    return [task_of(row) for row in rows]


def task_of(row: Row) -> Task:
    """A task as its row says."""

    def instant(column: str) -> datetime | None:
        return from_us(row[column]) if row[column] is not None else None

    return Task(
        id=row["id"],
        title=row["title"],
        description=row["description"],
        type=row["type"],
        payload=row["payload"],
        priority=row["priority"],
        capabilities=tuple(json.loads(row["capabilities"])),
        timeout_seconds=row["timeout_seconds"],
        max_attempts=row["max_attempts"],
        parent_goal=row["parent_goal"],
        state=TaskState(row["state"]),
        attempts=row["attempts"],
        token=row["token"],
        agent=row["agent"],
        result=row["result"],
        error=row["error"],
        created_at=from_us(row["created_us"]),
        updated_at=from_us(row["updated_us"]),
        queued_at=instant("queued_us"),
        started_at=instant("started_us"),
        ended_at=instant("ended_us"),
        revision=row["revision"],
        queue_seconds=row["queue_ms"] / 1_000,
        run_seconds=row["run_ms"] / 1_000,
        usage=row["usage"],
    )
