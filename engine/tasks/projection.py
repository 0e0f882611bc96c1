"""Brings what agents report into the database: each report once, in order, and none under an old token."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ..storage import Entry, Reader, Transaction, to_us
from .course import Course, courses_of, write_courses
from .dependencies import WAITING, awaited, fail_dependants, release_dependants
from .repository import get_task
from .task import RESULT_CHARACTERS, TRANSITIONS, TaskState, readable

_NAME: Final = "results"
"""The stream of the first shard; the others have their number behind it."""
_START: Final = "0-0"
LAPSED: Final = "lapsed"
"""The cause of what happens to a task because its agent fell silent."""
_SILENT: Final = "the agent fell silent"


class ReportKind(StrEnum):
    """What an agent, or the reaper in its place, says about a claim."""

    CLAIMED = "claimed"
    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"
    """The attempt failed; Redis tries it again after a pause."""
    RELEASED = "released"
    """The claim was given back, or its lease lapsed."""
    DEAD = "dead"
    """The last attempt failed."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Report:
    """One entry of the stream of results.

    Attributes:
        stream_id: its place in the stream.
        event: what is said.
        task_id: about which task.
        token: the fencing token of the claim.
        attempt: how many attempts count so far; a released one does not.
        agent: who says it.
        at: when, by the server's clock.
        result, error: what came of it.
        usage: what it took, a JSON object; empty where nobody said.
        ran_ms: how long the attempt took, where it has ended.
    """

    stream_id: str
    event: ReportKind
    task_id: str
    token: int
    attempt: int
    agent: str
    at: datetime
    result: str = ""
    error: str = ""
    usage: str = ""
    ran_ms: int = 0


_STATES: Final = {
    ReportKind.CLAIMED: TaskState.ASSIGNED,
    ReportKind.STARTED: TaskState.ACTIVE,
    ReportKind.COMPLETED: TaskState.DONE,
    ReportKind.FAILED: TaskState.PENDING,
    ReportKind.RELEASED: TaskState.PENDING,
    ReportKind.DEAD: TaskState.DEAD,
    ReportKind.CANCELLED: TaskState.CANCELLED,
}


_OPEN: Final = frozenset({TaskState.PENDING, TaskState.ASSIGNED, TaskState.ACTIVE})
"""What agents can have a say in; a paused task is not set going again by a claim that was under way."""
_RESULTS: Final = frozenset({ReportKind.COMPLETED, ReportKind.FAILED, ReportKind.DEAD})
"""What is worth a word in the journal where it comes too late."""


def projected_position(reader: Reader, shard: int = 0) -> str:
    """The last place in a shard's stream that was applied; ``0-0`` before the first."""
    row = reader.row("SELECT position FROM task_projection WHERE name = ?", (_name(shard),))
    return str(row["position"]) if row else _START


def project(tx: Transaction, reports: Sequence[Report], shard: int = 0) -> int:
    """Apply reports in the order of the stream, and move the position in the same unit of work.

    Args:
        tx: the unit of work.
        reports: whole entries of the stream, each of which may tell of many tasks.
        shard: which stream.

    Returns:
        how many changed a task. The others were known already, stale, or about a task that is not there; a stale one
        that brings a result is journalled.
    """
    before = position = projected_position(tx, shard)
    fresh: list[Report] = []
    for report in reports:
        if _place(report.stream_id) <= _place(before):
            continue
        position = report.stream_id
        fresh.append(report)
    batch = _Batch(tx, fresh)
    applied = sum([batch.apply(report) for report in fresh])
    batch.write()
    tx.execute(
        "INSERT INTO task_projection (name, position) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET position = excluded.position",
        (_name(shard), position),
    )
    return applied


def restart_projection(tx: Transaction, shard: int = 0) -> None:
    """The server lost a shard's stream and begins a new one: read it from its beginning."""
    tx.execute("DELETE FROM task_projection WHERE name = ?", (_name(shard),))


class _Batch:
    """Reports of one unit of work: every transition is journalled in its place, every task is read and written once.

    Only where a task ends for which others wait, what came before is written first: they are settled in the database.
    """

    def __init__(self, tx: Transaction, reports: Sequence[Report]) -> None:
        self._tx = tx
        self._now = to_us(tx.now)
        self._courses = courses_of(tx, {report.task_id for report in reports})
        self._waited = [name for name, course in self._courses.items() if course.state in WAITING]
        self._awaited = awaited(tx, {report.task_id for report in reports if _STATES[report.event].terminal})
        self._moved: dict[str, Course] = {}
        self._events: list[Entry] = []

    def apply(self, report: Report) -> bool:
        """Apply one report; answers whether it changed a task."""
        task = self._courses.get(report.task_id)
        if task is None:
            return False
        state = _STATES[report.event]
        actor = f"agent:{report.agent}" if report.agent else "engine"
        if report.token < task.token or task.state not in _OPEN or state not in TRANSITIONS[task.state]:
            if report.event in _RESULTS:
                self._events.append((*_stale(task, report), actor))
            return False
        self._moved[task.id] = task
        at = to_us(report.at)
        if task.state is TaskState.ASSIGNED and _began(report):
            # What is short is only told once it has ended; that it began is true all the same.
            since = at - report.ran_ms * 1_000
            kind, data = task.move(TaskState.ACTIVE, self._now, token=report.token, at_us=since)
            self._events.append((kind, task.id, data, actor))
        kind, data = task.move(
            state,
            self._now,
            agent=report.agent or None,
            token=report.token,
            attempts=report.attempt,
            result=readable(report.result[:RESULT_CHARACTERS]) or None,
            error=readable(report.error[:RESULT_CHARACTERS]) or None,
            usage=readable(report.usage) or None,
            at_us=at,
            cause=LAPSED if report.error == _SILENT else report.event.value,
        )
        self._events.append((kind, task.id, data, actor))
        if state.terminal and task.id in self._awaited:
            self._settle(task)
        return True

    def write(self) -> None:
        """Bring everything so far into the database."""
        write_courses(self._tx, [*self._moved.values()])
        self._tx.record_many(self._events)
        self._moved.clear()
        self._events.clear()

    def _settle(self, task: Course) -> None:
        """Let go, or give up, what waits for a task that has ended."""
        self.write()
        ended = get_task(self._tx, task.id)
        if ended.state is TaskState.DONE:
            release_dependants(self._tx, ended)
        elif ended.state in {TaskState.DEAD, TaskState.CANCELLED}:
            fail_dependants(self._tx, ended)
        # Only what waited can have changed by that.
        if self._waited:
            self._courses.update(courses_of(self._tx, self._waited))


def _began(report: Report) -> bool:
    return report.event in {ReportKind.COMPLETED, ReportKind.FAILED} or (
        report.event is ReportKind.DEAD and report.ran_ms > 0
    )


def _stale(task: Course, report: Report) -> tuple[str, str, dict[str, object]]:
    return (
        "task_report.refused",
        task.id,
        {
            "title": task.title[:200],
            "event": report.event.value,
            "why": "it came under an old claim" if report.token < task.token else f"the task is {task.state.value}",
            "token": report.token,
        },
    )


def _name(shard: int) -> str:
    return f"{_NAME}:{shard}" if shard else _NAME


def _place(stream_id: str) -> tuple[int, int]:
    milliseconds, _, sequence = stream_id.partition("-")
    return int(milliseconds), int(sequence or 0)
