"""Tasks in the engine's own database: the store ``sqlite``, and what the other stores are compared with."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from sqlite3 import Row
from typing import Final

from ...storage import Database, Reader, Transaction, from_us, to_us
from ..counting import counts
from ..repository import task_of
from ..task import FailurePolicy, Task, TaskState, readable
from .crons import CronRecord, cron_records, put_crons
from .finding import find_tasks
from .membership import Membership, memberships, put_membership
from .protocol import Fault, Mark, TaskQuery
from .record import TaskRecord, seal_of

_COLUMNS: Final = (
    "id", "title", "description", "type", "payload", "priority", "capabilities", "timeout_seconds", "max_attempts",
    "parent_goal", "state", "attempts", "token", "agent", "result", "error", "created_us", "updated_us", "queued_us",
    "started_us", "ended_us", "revision", "queue_ms", "run_ms", "usage",
)  # fmt: skip
_UPSERT: Final = (
    f"INSERT INTO tasks ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"  # noqa: S608  # constant names
    " ON CONFLICT (id) DO UPDATE SET "
    + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS[1:])
    + " WHERE excluded.revision > tasks.revision"
)


class SqliteTaskStore:
    """The store ``sqlite``.

    Args:
        database: the engine's; it stays open when the store is closed.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def target(self) -> str:
        """Which file."""
        return f"sqlite:{self._database.path}"

    async def open(self) -> None:
        """See :class:`TaskStore`."""

    async def close(self) -> None:
        """See :class:`TaskStore`."""

    async def put(self, records: Sequence[TaskRecord], *, decide: bool = False) -> list[Fault]:
        """See :class:`TaskStore`; nothing else writes here, so nothing is ever put aside."""
        await self._database.write(lambda tx: put_records(tx, records, decide=decide))
        return []

    async def remove(self, ids: Sequence[str]) -> int:
        """See :class:`TaskStore`; what refers to a task goes with it."""
        return await self._database.write(lambda tx: remove_records(tx, ids))

    async def get(self, task_id: str) -> TaskRecord | None:
        """See :class:`TaskStore`."""
        found = await self._database.read(lambda reader: records_of(reader, [task_id]))
        return found[0] if found else None

    async def find(self, query: TaskQuery) -> list[TaskRecord]:
        """See :class:`TaskStore`."""
        return await self._database.read(lambda reader: find_records(reader, query))

    async def counts(self) -> Mapping[TaskState, int]:
        """See :class:`TaskStore`."""
        return await self._database.read(counts)

    async def marks(self, after: str, limit: int) -> list[Mark]:
        """See :class:`TaskStore`."""
        return await self._database.read(lambda reader: marks_of(reader, after, limit))

    async def faults(self) -> list[Fault]:
        """See :class:`TaskStore`."""
        return []

    async def keep_crons(self, records: Sequence[CronRecord]) -> list[Fault]:
        """See :class:`TaskStore`."""

        def work(tx: Transaction) -> None:
            tx.execute("DELETE FROM task_crons")
            put_crons(tx, records)

        await self._database.write(work)
        return []

    async def crons(self) -> list[CronRecord]:
        """See :class:`TaskStore`."""
        return await self._database.read(cron_records)


def records_of(reader: Reader, ids: Iterable[str]) -> list[TaskRecord]:
    """The tasks of these ids, by id; those that are not there are left out."""
    wanted = json.dumps(list(ids))
    rows = reader.rows("SELECT * FROM tasks WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id", (wanted,))
    return _whole(reader, [task_of(row) for row in rows])


def find_records(reader: Reader, query: TaskQuery) -> list[TaskRecord]:
    """One page of tasks with all that belongs to them, newest first."""
    return _whole(reader, find_tasks(reader, query))


def marks_of(reader: Reader, after: str, limit: int) -> list[Mark]:
    """What there is of each task, by id, from the first after ``after``."""
    rows = reader.rows("SELECT * FROM tasks WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
    records = _whole(reader, [task_of(row) for row in rows])
    return [Mark(record.task.id, record.task.revision, seal_of(record)) for record in records]


def put_records(tx: Transaction, records: Sequence[TaskRecord], *, decide: bool = False) -> list[TaskRecord]:
    """Take over tasks as they stand elsewhere, where they are newer than here.

    What a task depends on has to be here already or be among the records; dependencies on what is nowhere are left out.

    Args:
        tx: the unit of work.
        records: as they stand elsewhere.
        decide: these are right, also where what is here is as new or newer.

    Returns:
        those that were taken over.
    """
    taken: list[TaskRecord] = []
    for record in records:
        there = tx.row("SELECT revision FROM tasks WHERE id = ?", (record.task.id,)) if decide else None
        revision = record.task.revision if there is None else max(record.task.revision, there["revision"] + 1)
        if tx.execute(_UPSERT, _values(replace(record.task, revision=revision))):
            taken.append(record)
    for record in taken:
        tx.execute("DELETE FROM task_dependencies WHERE task_id = ?", (record.task.id,))
        _put_rules(tx, record)
        put_membership(tx, record.task.id, record.graph, record.on_failure)
        tx.execute_many(
            "INSERT INTO task_dependencies (task_id, depends_on) SELECT ?, id FROM tasks WHERE id = ?",
            [(record.task.id, other) for other in record.depends_on],
        )
    return taken


def remove_records(tx: Transaction, ids: Iterable[str]) -> int:
    """Forget tasks, and what refers to them.

    Returns:
        how many were there.
    """
    removed = 0
    for task_id in ids:
        tx.execute("DELETE FROM task_dependencies WHERE task_id = ? OR depends_on = ?", (task_id, task_id))
        tx.execute("DELETE FROM task_outbox WHERE task_id = ?", (task_id,))
        tx.execute("DELETE FROM task_output WHERE task_id = ?", (task_id,))
        _leave_graph(tx, task_id)
        removed += tx.execute("DELETE FROM tasks WHERE id = ?", (task_id,))
    return removed


def _leave_graph(tx: Transaction, task_id: str) -> None:
    """A graph goes with the last of its tasks."""
    row = tx.row("SELECT graph_id FROM graph_tasks WHERE task_id = ?", (task_id,))
    if row is not None:
        tx.execute("DELETE FROM graph_tasks WHERE task_id = ?", (task_id,))
        tx.execute(
            "DELETE FROM task_graphs WHERE id = :id AND NOT EXISTS (SELECT 1 FROM graph_tasks WHERE graph_id = :id)",
            {"id": row["graph_id"]},
        )


def _put_rules(tx: Transaction, record: TaskRecord) -> None:
    tx.execute("DELETE FROM task_rules WHERE task_id = ?", (record.task.id,))
    if record.due_at is None and not record.unique and record.on_failure is FailurePolicy.FAIL:
        return
    tx.execute(
        "INSERT INTO task_rules (task_id, due_us, unique_key, on_failure) VALUES (?, ?, ?, ?)",
        (
            record.task.id,
            None if record.due_at is None else to_us(record.due_at),
            record.unique or None,
            record.on_failure,
        ),
    )


def _whole(reader: Reader, tasks: Sequence[Task]) -> list[TaskRecord]:
    """Tasks with what stands in other tables."""
    ids = json.dumps([task.id for task in tasks])
    needs: dict[str, list[str]] = {}
    for row in reader.rows(
        "SELECT task_id, depends_on FROM task_dependencies"
        " WHERE task_id IN (SELECT value FROM json_each(?)) ORDER BY task_id, depends_on",
        (ids,),
    ):
        needs.setdefault(row["task_id"], []).append(row["depends_on"])
    rules = {
        row["id"]: row
        for row in reader.rows(
            "SELECT t.value AS id, r.due_us, r.unique_key, coalesce(g.on_failure, r.on_failure, 'fail') AS on_failure"
            " FROM json_each(?) t LEFT JOIN task_rules r ON r.task_id = t.value"
            " LEFT JOIN graph_tasks g ON g.task_id = t.value",
            (ids,),
        )
    }
    graphs = memberships(reader, [task.id for task in tasks])
    return [_record(task, needs.get(task.id, ()), rules[task.id], graphs.get(task.id)) for task in tasks]


def _record(task: Task, needs: Sequence[str], rules: Row, graph: Membership | None) -> TaskRecord:
    return TaskRecord(
        _kept(task),
        depends_on=tuple(needs),
        due_at=from_us(rules["due_us"]) if rules["due_us"] is not None else None,
        unique=rules["unique_key"] or "",
        on_failure=FailurePolicy(rules["on_failure"]),
        graph=graph,
    )


def _kept(task: Task) -> Task:
    # Rows from before such characters were refused may hold some that no other store can.
    if "\0" not in f"{task.title}{task.description}{task.result}{task.error}":
        return task
    return replace(
        task,
        title=readable(task.title),
        description=readable(task.description),
        result=readable(task.result),
        error=readable(task.error),
    )


def _values(task: Task) -> tuple[str | int | float | None, ...]:
    moments = (task.queued_at, task.started_at, task.ended_at)
    return (
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
        task.attempts,
        task.token,
        task.agent,
        task.result,
        task.error,
        to_us(task.created_at),
        to_us(task.updated_at),
        *(None if moment is None else to_us(moment) for moment in moments),
        task.revision,
        round(task.queue_seconds * 1_000),
        round(task.run_seconds * 1_000),
        task.usage,
    )
