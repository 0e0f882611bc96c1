"""What became of the tasks of HEARTBEAT.md: their states, kept in the database by the tasks' content."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from sqlite3 import Row
from typing import Final

from ..governance.action import ActionStatus
from ..settings.schedule import HeartbeatSettings
from ..storage import Reader, Transaction, from_us, to_us
from .heartbeat_file import HeartbeatTask, TaskSection

_SHOWN: Final = 500


class TaskState(StrEnum):
    """Where a task of the file stands."""

    IDLE = "idle"
    """It is proposed when its turn comes."""
    ASKED = "asked"
    """Its action is open: it waits for an operator or runs."""
    DONE = "done"
    """It succeeded and its box was ticked."""
    REFUSED = "refused"
    """Its action was refused for good; it is left alone until its line changes."""
    STOPPED = "stopped"
    """It failed too often, or nobody knows whether it happened; it is left alone until its line changes."""


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task as it is remembered.

    Attributes:
        key: by which it is known.
        line: where it stood at the last beat.
        section: how it recurs.
        text: its line after the box, cut to 500 characters.
        state: where it stands.
        action_id: its open or last action.
        attempts: failures in a row.
        retry_at: not before then; nothing where it may come at once.
        note: what happened last.
        changed: when its state last changed.
    """

    key: str
    line: int
    section: TaskSection
    text: str
    state: TaskState
    action_id: str | None
    attempts: int
    retry_at: datetime | None
    note: str
    changed: datetime

    @property
    def dedupe_key(self) -> str:
        """The same until the state changes, so that a crash between asking and remembering asks once."""
        return f"{self.key}:{to_us(self.changed)}"


@dataclass(frozen=True, slots=True)
class Settlement:
    """What an action's end means for its task.

    Attributes:
        state, attempts, retry_at, note: the task's from now on.
        tick: its box is to be ticked.
    """

    state: TaskState
    attempts: int = 0
    retry_at: datetime | None = None
    note: str = ""
    tick: bool = False


_EITHER: Final = {
    ActionStatus.EXPIRED: Settlement(TaskState.IDLE, note="expired"),
    ActionStatus.WITHDRAWN: Settlement(TaskState.IDLE, note="withdrawn"),
    ActionStatus.BLOCKED: Settlement(TaskState.REFUSED, note="blocked by the guardrails"),
    None: Settlement(TaskState.IDLE, note="its action is gone"),
}
_ONCE: Final = _EITHER | {
    ActionStatus.EXECUTED: Settlement(TaskState.DONE, note="done", tick=True),
    ActionStatus.REJECTED: Settlement(TaskState.REFUSED, note="rejected; change the line to ask again"),
    ActionStatus.UNCERTAIN: Settlement(TaskState.STOPPED, note="uncertain whether it happened; look at its action"),
}
_AGAIN: Final = _EITHER | {
    ActionStatus.EXECUTED: Settlement(TaskState.IDLE, note="done"),
    ActionStatus.UNCERTAIN: Settlement(TaskState.IDLE, note="uncertain whether it happened last time"),
}


def settle(
    task: StoredTask, status: ActionStatus | None, now: datetime, settings: HeartbeatSettings
) -> Settlement | None:
    """What a task comes to when its action stands like that; nothing while the action is open; pure.

    Args:
        task: a task that was asked for.
        status: its action's status; nothing where there is no such action.
        now: the present.
        settings: limits of failures and rests.
    """
    if status is ActionStatus.FAILED:
        return failure(task, "its action failed", now, settings)
    if status is ActionStatus.REJECTED and task.section is not TaskSection.ONE_TIME:
        rest = now + timedelta(seconds=settings.rejected_rest_seconds)
        return Settlement(TaskState.IDLE, retry_at=rest, note="rejected; rests")
    return (_ONCE if task.section is TaskSection.ONE_TIME else _AGAIN).get(status)


def failure(task: StoredTask, why: str, now: datetime, settings: HeartbeatSettings) -> Settlement:
    """What a failed attempt means: a one-time task backs off and stops in the end, any other tries at the next beat."""
    if task.section is not TaskSection.ONE_TIME:
        return Settlement(TaskState.IDLE, task.attempts + 1, note=why)
    attempts = task.attempts + 1
    if attempts >= settings.max_attempts:
        return Settlement(TaskState.STOPPED, attempts, note=f"{why}; stopped after {attempts} attempts")
    rest = timedelta(seconds=settings.retry_seconds * 2.0 ** min(attempts - 1, 20))
    return Settlement(TaskState.IDLE, attempts, now + rest, why)


def remember(tx: Transaction, waiting: Sequence[HeartbeatTask]) -> None:
    """Bring what is remembered up to the file.

    A new task begins idle. One that is gone or ticked is forgotten, unless its action is open. One that is done but has
    an empty box again was meant to run again.

    Args:
        tx: the unit of work.
        waiting: the tool tasks with empty boxes.
    """
    now = to_us(tx.now)
    for task in waiting:
        tx.execute(
            "INSERT INTO heartbeat_tasks (key, line, section, text, state, changed_us) VALUES (?,?,?,?,'idle',?)"
            " ON CONFLICT (key) DO UPDATE SET line = excluded.line",
            (task.key, task.line, task.section, task.text[:_SHOWN], now),
        )
    kept = {task.key for task in waiting}
    for row in tx.rows("SELECT key, state FROM heartbeat_tasks"):
        if row["key"] not in kept and row["state"] != TaskState.ASKED:
            tx.execute("DELETE FROM heartbeat_tasks WHERE key = ?", (row["key"],))
    tx.execute(
        "UPDATE heartbeat_tasks SET state = 'idle', note = '', action_id = NULL, changed_us = ? WHERE state = 'done'",
        (now,),
    )


def next_tasks(reader: Reader, now: datetime, limit: int) -> list[StoredTask]:
    """The tasks whose turn it is: those that were served longest ago first, then by line."""
    rows = reader.rows(
        "SELECT * FROM heartbeat_tasks WHERE state = 'idle' AND (retry_us IS NULL OR retry_us <= ?)"
        " ORDER BY served_us IS NOT NULL, served_us, line LIMIT ?",
        (to_us(now), limit),
    )
    return [_task(row) for row in rows]


def asked_tasks(reader: Reader) -> list[StoredTask]:
    """Every task whose action is open as far as is known."""
    return [_task(row) for row in reader.rows("SELECT * FROM heartbeat_tasks WHERE state = 'asked' ORDER BY key")]


def all_tasks(reader: Reader, limit: int = 1_000) -> list[StoredTask]:
    """Everything that is remembered, by line."""
    return [_task(row) for row in reader.rows("SELECT * FROM heartbeat_tasks ORDER BY line, key LIMIT ?", (limit,))]


def note_asked(tx: Transaction, task: StoredTask, action_id: str) -> None:
    """The task's action was proposed."""
    tx.execute(
        "UPDATE heartbeat_tasks SET state = 'asked', action_id = ?, retry_us = NULL, served_us = ?, note = '',"
        " changed_us = ? WHERE key = ?",
        (action_id, to_us(tx.now), to_us(tx.now), task.key),
    )
    tx.record(
        "heartbeat_task.asked", task.key, {"line": task.line, "text": task.text, "action": action_id}, "heartbeat"
    )


def note_settled(tx: Transaction, task: StoredTask, settlement: Settlement) -> None:
    """The task's action, or the attempt to ask for it, came to an end."""
    tx.execute(
        "UPDATE heartbeat_tasks SET state = ?, attempts = ?, retry_us = ?, note = ?,"
        " served_us = CASE state WHEN 'asked' THEN served_us ELSE ? END, changed_us = ? WHERE key = ?",
        (
            settlement.state,
            settlement.attempts,
            to_us(settlement.retry_at) if settlement.retry_at else None,
            settlement.note[:_SHOWN],
            to_us(tx.now),
            to_us(tx.now),
            task.key,
        ),
    )
    data = {"line": task.line, "text": task.text, "state": settlement.state.value, "note": settlement.note}
    tx.record("heartbeat_task.settled", task.key, data, "heartbeat")


def _task(row: Row) -> StoredTask:
    return StoredTask(
        key=row["key"],
        line=row["line"],
        section=TaskSection(row["section"]),
        text=row["text"],
        state=TaskState(row["state"]),
        action_id=row["action_id"],
        attempts=row["attempts"],
        retry_at=from_us(row["retry_us"]) if row["retry_us"] is not None else None,
        note=row["note"],
        changed=from_us(row["changed_us"]),
    )
