"""Tasks that are submitted again and again by a cron entry: each planned moment once, whatever happens between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from sqlite3 import Row
from typing import Any, Final

from ..settings.cron import CronError, next_runs, parse_cron
from ..storage import Reader, Transaction, from_us, to_us
from .registry import submit
from .task import FailurePolicy, NewTask, TaskError

MOST_CRONS: Final = 1_000
MOST_MISSED: Final = 10_000
"""So many missed moments are counted at most."""


@dataclass(frozen=True, slots=True)
class TaskCron:
    """A task that is submitted by the clock.

    Attributes:
        name: what it is called, and the unique name of its tasks: while one is unfinished, no second one comes.
        entry: five fields, or an alias as ``@daily``.
        zone: IANA time zone whose clocks the entry means.
        task: what is submitted.
        next_at: the next planned moment.
        runs: how often it was submitted.
        missed: planned moments for which nothing was submitted: the engine was down, or the last task was unfinished.
        last_task: the newest task; empty before the first.
    """

    name: str
    entry: str
    zone: str
    task: NewTask
    next_at: datetime
    runs: int = 0
    missed: int = 0
    last_at: datetime | None = None
    last_task: str = ""


def add_cron(tx: Transaction, name: str, entry: str, zone: str, task: NewTask, actor: str) -> TaskCron:
    """Have a task submitted by a cron entry from now on.

    Raises:
        TaskError: the entry is refused, the name is taken, there are too many, or the task depends on others.
    """
    if not name.strip() or len(name) > 100:
        raise TaskError("cron task refused", why="its name must have 1 to 100 characters")
    if task.depends_on or task.due_at is not None or task.unique:
        raise TaskError("cron task refused", why="it cannot depend on tasks, wait for a moment or have a unique name")
    if get_cron(tx, name) is not None:
        raise TaskError("cron task refused", why=f"there is one called {name}", remedy="Remove that one first.")
    if int(tx.rows("SELECT count(*) AS number FROM task_crons")[0]["number"]) >= MOST_CRONS:
        raise TaskError("cron task refused", why=f"there are {MOST_CRONS} already")
    try:
        first = next_runs(entry, zone, tx.now, 1)[0]
        spelled = parse_cron(entry, zone).text
    except CronError as error:
        raise TaskError("cron task refused", why=str(error)) from None
    tx.execute(
        "INSERT INTO task_crons (name, entry, zone, task, next_us, actor, created_us) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (name, spelled, zone, json.dumps(template_of(task)), to_us(first), actor, to_us(tx.now)),
    )
    tx.record("task_cron.added", name, {"entry": spelled, "zone": zone, "title": task.title[:200]}, actor)
    return TaskCron(name, spelled, zone, task, first)


def remove_cron(tx: Transaction, name: str, actor: str) -> None:
    """End a cron entry; what it has submitted goes on.

    Raises:
        TaskError: there is none of that name.
    """
    if not tx.execute("DELETE FROM task_crons WHERE name = ?", (name,)):
        raise TaskError(f"no cron task is called {name[:100]}", remedy="See `watchfloor tasks crons`.")
    tx.record("task_cron.removed", name, {}, actor)


def get_cron(reader: Reader, name: str) -> TaskCron | None:
    """The cron task of that name."""
    row = reader.row("SELECT * FROM task_crons WHERE name = ?", (name,))
    return None if row is None else cron_of(row)


def list_crons(reader: Reader, limit: int, after: str = "") -> list[TaskCron]:
    """Cron tasks by name; ``after`` is the last name of the page before."""
    rows = reader.rows("SELECT * FROM task_crons WHERE name > ? ORDER BY name LIMIT ?", (after, limit))
    return [cron_of(row) for row in rows]


def needs_of_crons(reader: Reader) -> frozenset[str]:
    """Every type and every capability that cron tasks ask for."""
    found = list_crons(reader, MOST_CRONS)
    return frozenset(name for cron in found for name in (cron.task.type, *cron.task.capabilities))


def next_cron(reader: Reader) -> datetime | None:
    """When the next cron task is due; nothing where there is none."""
    row = reader.row("SELECT min(next_us) AS next_us FROM task_crons")
    return from_us(row["next_us"]) if row is not None and row["next_us"] is not None else None


def submit_due(tx: Transaction, new_id: Callable[[], str], limit: int = 100) -> int:
    """Submit for every cron entry that is due, once for the newest of the moments that have passed.

    Args:
        tx: the unit of work; the next planned moment moves in it, so that no moment counts twice.
        new_id: makes ids.
        limit: most entries at once; the next call takes the rest.

    Returns:
        how many entries were due.
    """
    rows = tx.rows("SELECT * FROM task_crons WHERE next_us <= ? ORDER BY next_us LIMIT ?", (to_us(tx.now), limit))
    for cron in map(cron_of, rows):
        after = parse_cron(cron.entry, cron.zone).after(cron.next_at)
        passed = [cron.next_at, *_until(after, tx.now)]
        following = parse_cron(cron.entry, cron.zone).next_after(max(passed[-1], tx.now))
        task_id = new_id()
        task = submit(tx, cron.task, task_id, f"cron:{cron.name}")
        begun = task.id == task_id
        tx.execute(
            "UPDATE task_crons SET next_us = ?, runs = runs + ?, missed = missed + ?, last_us = ?,"
            " last_task = ? WHERE name = ?",
            (to_us(following), int(begun), len(passed) - int(begun), to_us(passed[-1]), task.id, cron.name),
        )
        if len(passed) > 1 or not begun:
            why = "the last task is unfinished" if not begun else "the engine was not there"
            tx.record("task_cron.missed", cron.name, {"moments": len(passed) - int(begun), "why": why})
    return len(rows)


def _until(moments: Iterator[datetime], now: datetime) -> list[datetime]:
    found: list[datetime] = []
    for moment in islice(moments, MOST_MISSED):
        if moment > now:
            break
        found.append(moment)
    return found


def template_of(task: NewTask) -> dict[str, object]:
    """What of a task is submitted again and again, as JSON values."""
    fields = asdict(task)
    return {name: fields[name] for name in _FIELDS}


_FIELDS: Final = (
    "title", "type", "payload", "description", "priority", "capabilities", "timeout_seconds", "max_attempts",
    "parent_goal",
)  # fmt: skip


def templated(name: str, fields: Mapping[str, Any]) -> NewTask:
    """The task that an entry of that name submits, from what :func:`template_of` gave.

    Raises:
        TypeError, TaskError: those are no such values.
    """
    values = {**fields, "capabilities": tuple(fields["capabilities"])}
    return NewTask(**values, unique=f"cron:{name}", on_failure=FailurePolicy.FAIL)


def cron_of(row: Row) -> TaskCron:
    """A cron task as its row says."""
    return TaskCron(
        name=row["name"],
        entry=row["entry"],
        zone=row["zone"],
        task=templated(row["name"], json.loads(row["task"])),
        next_at=from_us(row["next_us"]),
        runs=row["runs"],
        missed=row["missed"],
        last_at=from_us(row["last_us"]) if row["last_us"] is not None else None,
        last_task=row["last_task"] or "",
    )
