"""The part of a task that moves: changed in memory as often as need be, and written once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from sqlite3 import Row
from typing import Final

from ..storage import Reader, Transaction, to_us
from .task import Task, TaskError, TaskState, check_transition

_COLUMNS: Final = (
    "id, title, type, state, token, revision, updated_us, queued_us, started_us, ended_us, queue_ms, run_ms"
)
_HELD: Final = frozenset({TaskState.ASSIGNED, TaskState.ACTIVE})
_KINDS: Final = {state: f"task.{state.value}" for state in TaskState} | {
    TaskState.PENDING: "task.queued",
    TaskState.ACTIVE: "task.started",
    TaskState.DEAD: "task.died",
}


@dataclass(slots=True)
class Course:
    """Where a task stands in its life, as read and as it goes on from there; not frozen, since it is what changes.

    Attributes:
        stored, known: the state and the revision that the database has; nobody else may have changed them meanwhile.
        state, revision: as they are by now.
        updated_us, queued_us, started_us, ended_us: as in the database, in microseconds since the epoch.
        queue_ms, run_ms: as in the database, in milliseconds.
        agent, attempts, result, error, usage: what to write; nothing leaves it as it is.
    """

    id: str
    title: str
    type: str
    stored: TaskState
    known: int
    state: TaskState
    token: int
    revision: int
    updated_us: int
    queued_us: int | None
    started_us: int | None
    ended_us: int | None
    queue_ms: int
    run_ms: int
    agent: str | None = None
    attempts: int | None = None
    result: str | None = None
    error: str | None = None
    usage: str | None = None

    def move(
        self,
        state: TaskState,
        now_us: int,
        *,
        at_us: int | None = None,
        agent: str | None = None,
        token: int | None = None,
        attempts: int | None = None,
        result: str | None = None,
        error: str | None = None,
        usage: str | None = None,
        cause: str = "",
    ) -> tuple[str, dict[str, object]]:
        """Go to another state.

        Args:
            state: what the task becomes.
            now_us: the present, in microseconds since the epoch.
            at_us: when it happened, where that was before.
            agent, token, attempts, result, error, usage: what else changes; nothing leaves it as it is.
            cause: what led to it in a word.

        Returns:
            what is to be journalled: the kind of event and its particulars.

        Raises:
            TaskError: the table of transitions does not know the change.
        """
        before = self.state
        check_transition(before, state)
        # Clocks of other machines may be off; what follows never lies before what it follows.
        moment = now_us if at_us is None else max(self.updated_us, min(at_us, now_us))
        data: dict[str, object] = {"title": self.title[:200], "type": self.type, "from": before.value}
        if cause:
            data["cause"] = cause
        if token is not None:
            data["token"] = self.token = token
        if agent:
            data["agent"] = agent
        if error:
            data["error"] = error[:500]
        self.agent = self.agent if agent is None else agent
        self.attempts = self.attempts if attempts is None else attempts
        self.result = self.result if result is None else result
        self.error = self.error if error is None else error
        self.usage = self.usage if usage is None else usage
        self._pass_time(before, state, moment, data)
        self.state = state
        self.revision += 1
        return _KINDS[state], data

    def _pass_time(self, before: TaskState, state: TaskState, moment: int, data: dict[str, object]) -> None:
        """Count how long the task waited or was worked on, where this change ends such a time, and begin the next."""
        if before is TaskState.PENDING and state in _HELD and self.queued_us is not None:
            data["waited_ms"] = waited = max(0, round((moment - self.queued_us) / 1_000))
            self.queue_ms += waited
        if before is TaskState.ACTIVE and self.started_us is not None:
            data["ran_ms"] = ran = max(0, round((moment - self.started_us) / 1_000))
            self.run_ms += ran
        if state is TaskState.PENDING:
            self.queued_us = moment
        elif state is TaskState.ACTIVE:
            self.started_us = moment
        self.ended_us = moment if state.terminal else None
        self.updated_us = moment


def course_of(task: Task) -> Course:
    """The course of a task as it was read."""
    return Course(
        id=task.id,
        title=task.title,
        type=task.type,
        stored=task.state,
        known=task.revision,
        state=task.state,
        token=task.token,
        revision=task.revision,
        updated_us=to_us(task.updated_at),
        queued_us=None if task.queued_at is None else to_us(task.queued_at),
        started_us=None if task.started_at is None else to_us(task.started_at),
        ended_us=None if task.ended_at is None else to_us(task.ended_at),
        queue_ms=round(task.queue_seconds * 1_000),
        run_ms=round(task.run_seconds * 1_000),
    )


def courses_of(reader: Reader, ids: Iterable[str]) -> dict[str, Course]:
    """The courses of those of ``ids`` that there are, read at once; without payloads, which may be large."""
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM tasks WHERE id IN (SELECT value FROM json_each(?))",  # noqa: S608  # constant columns
        (json.dumps([*ids]),),
    )
    return {row["id"]: _course(row) for row in rows}


def write_courses(tx: Transaction, courses: Sequence[Course]) -> None:
    """Bring what moved into the database, each task once, compare-and-set.

    Raises:
        TaskError: somebody else changed one of the tasks meanwhile; the unit of work has to be given up.
    """
    changed = tx.execute_many(_WRITE, [_written(course) for course in courses])
    if changed != len(courses):
        names = ", ".join(course.id for course in courses[:3]) + (" …" if len(courses) > 3 else "")
        raise TaskError(f"task {names} was changed meanwhile", remedy="Look at it again.")
    for course in courses:
        course.stored, course.known = course.state, course.revision


_WRITE: Final = (
    "UPDATE tasks SET revision = ?, state = ?, updated_us = ?, token = ?, queue_ms = ?, run_ms = ?, queued_us = ?,"
    " started_us = ?, ended_us = ?, agent = coalesce(?, agent), attempts = coalesce(?, attempts),"
    " result = coalesce(?, result), error = coalesce(?, error), usage = coalesce(?, usage)"
    " WHERE id = ? AND state = ? AND revision = ?"
)


def _written(course: Course) -> tuple[str | int | None, ...]:
    return (
        course.revision,
        course.state,
        course.updated_us,
        course.token,
        course.queue_ms,
        course.run_ms,
        course.queued_us,
        course.started_us,
        course.ended_us,
        course.agent,
        course.attempts,
        course.result,
        course.error,
        course.usage,
        course.id,
        course.stored,
        course.known,
    )


def _course(row: Row) -> Course:
    task_id, title, kind, state, token, revision, *moments = row
    stored = TaskState(state)
    return Course(task_id, title, kind, stored, revision, stored, token, revision, *moments)
