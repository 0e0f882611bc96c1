"""Cron entries as they stand in a store: one spelling, sealed, and their way out of the database and into it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ...canonical import JsonError, parse_strict
from ...settings.cron import CronError, next_runs, parse_cron
from ...storage import Reader, Transaction, from_us, to_us
from ..cron import MOST_CRONS, TaskCron, cron_of, template_of, templated
from ..task import TaskError
from .record import FORMAT, RecordError

CRON_BYTES: Final = 1_048_576
"""Most bytes of an entry's text."""
_INSTANT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_TEXTS: Final = ("name", "entry", "zone", "last_task", "actor", "created_at", "next_at")
_NAMES: Final = frozenset({*_TEXTS, "task", "runs", "missed", "last_at", "format"})
_TASK: Final[Mapping[str, tuple[type, ...]]] = {
    "title": (str,), "type": (str,), "payload": (str,), "description": (str,), "priority": (int,),
    "capabilities": (list,), "timeout_seconds": (int, float, type(None)), "max_attempts": (int,),
    "parent_goal": (str, type(None)),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class CronRecord:
    """A cron entry, who made it, and when."""

    cron: TaskCron
    actor: str
    created_at: datetime

    @property
    def name(self) -> str:
        """What it is called."""
        return self.cron.name


def encode_cron(record: CronRecord) -> str:
    """The one spelling of an entry, its seal among its keys."""
    fields = _fields(record)
    return json.dumps({**fields, "seal": _seal(fields)}, sort_keys=True, indent=2, ensure_ascii=False)


def decode_cron(text: str | bytes) -> tuple[CronRecord, bool]:
    """Read an entry.

    Returns:
        the entry, and whether it is as the engine sealed it; where not, somebody changed it.

    Raises:
        RecordError: it is no entry.
    """
    if len(text) > CRON_BYTES:
        raise RecordError("cron entry refused", why=f"it is longer than {CRON_BYTES} bytes")
    try:
        # Unlike a task's record it may hold a fraction, of a time limit; what must be exact is checked below.
        read = json.loads(text)
        parse_strict(json.dumps(read | {"task": {**read["task"], "timeout_seconds": None}}), max_bytes=4 * CRON_BYTES)
        seal = read.pop("seal", None)
        record = _record(read)
    except JsonError as error:
        raise RecordError("cron entry refused", why=error.why) from None
    except (TaskError, CronError) as error:
        raise RecordError("cron entry refused", why=getattr(error, "why", "") or str(error)) from None
    except (TypeError, ValueError, KeyError, OverflowError, RecursionError) as error:
        raise RecordError("cron entry refused", why=str(error)[:200]) from None
    return record, seal == _seal(read)


def cron_records(reader: Reader) -> list[CronRecord]:
    """Every cron entry, by name."""
    rows = reader.rows("SELECT * FROM task_crons ORDER BY name LIMIT ?", (MOST_CRONS,))
    return [CronRecord(cron_of(row), row["actor"], from_us(row["created_us"])) for row in rows]


def put_crons(tx: Transaction, records: Sequence[CronRecord]) -> list[CronRecord]:
    """Take entries over whose names are free here.

    Returns:
        those.

    Raises:
        TaskError: there would be too many.
    """
    taken = [one for one in records if tx.row("SELECT 1 FROM task_crons WHERE name = ?", (one.name,)) is None]
    there = int(tx.rows("SELECT count(*) AS number FROM task_crons")[0]["number"])
    if there + len(taken) > MOST_CRONS:
        raise TaskError("cron entries refused", why=f"there would be more than {MOST_CRONS}")
    for record in taken:
        cron = record.cron
        tx.execute(
            "INSERT INTO task_crons (name, entry, zone, task, next_us, runs, missed, last_us, last_task, actor,"
            " created_us) VALUES (?,?,?,?,?,?,?,?,?,?,?)",
            (
                cron.name,
                cron.entry,
                cron.zone,
                json.dumps(template_of(cron.task)),
                to_us(cron.next_at),
                cron.runs,
                cron.missed,
                None if cron.last_at is None else to_us(cron.last_at),
                cron.last_task or None,
                record.actor,
                to_us(record.created_at),
            ),
        )
    return taken


def adopt_crons(tx: Transaction, records: Sequence[CronRecord], source: str, actor: str = "engine") -> int:
    """Take entries over that stand elsewhere, where their names are free here; what an entry missed comes once.

    Args:
        tx: the unit of work.
        records: as they stand elsewhere.
        source: where, for the journal.
        actor: who causes it.

    Returns:
        how many were taken over.
    """
    taken = put_crons(tx, records)
    for record in taken:
        cron = record.cron
        data = {"entry": cron.entry, "zone": cron.zone, "title": cron.task.title[:200], "source": source}
        tx.record("task_cron.adopted", cron.name, data, actor)
    return len(taken)


def _fields(record: CronRecord) -> dict[str, Any]:
    cron = record.cron
    task = template_of(cron.task)
    return {
        "name": cron.name,
        "entry": cron.entry,
        "zone": cron.zone,
        "task": {**task, "capabilities": list(cron.task.capabilities)},
        "next_at": _told(cron.next_at),
        "runs": cron.runs,
        "missed": cron.missed,
        "last_at": None if cron.last_at is None else _told(cron.last_at),
        "last_task": cron.last_task,
        "actor": record.actor,
        "created_at": _told(record.created_at),
        "format": FORMAT,
    }  # fmt: skip


def _record(fields: Mapping[str, Any]) -> CronRecord:
    _check(fields)
    cron = TaskCron(
        name=fields["name"],
        entry=fields["entry"],
        zone=fields["zone"],
        task=templated(fields["name"], fields["task"]),
        next_at=_moment(fields["next_at"]),
        runs=fields["runs"],
        missed=fields["missed"],
        last_at=None if fields["last_at"] is None else _moment(fields["last_at"]),
        last_task=fields["last_task"],
    )
    if not cron.name.strip() or len(cron.name) > 100:
        raise ValueError("name must have 1 to 100 characters")
    if parse_cron(cron.entry, cron.zone).text != cron.entry:
        raise ValueError("entry is not in its one spelling")
    # The zone is looked up only where a moment is wanted.
    next_runs(cron.entry, cron.zone, cron.next_at, 1)
    return CronRecord(cron, fields["actor"], _moment(fields["created_at"]))


def _check(fields: Mapping[str, Any]) -> None:
    if fields.keys() != _NAMES or fields["format"] != FORMAT:
        raise TypeError(f"it is not an entry in the format {FORMAT}")
    for name in _TEXTS:
        if not isinstance(fields[name], str) or len(fields[name]) > 1_000:
            raise TypeError(f"{name} is no text, or too long")
    for name in ("runs", "missed"):
        if type(fields[name]) is not int or fields[name] < 0:
            raise TypeError(f"{name} is no number of times")
    task = fields["task"]
    if not isinstance(task, dict) or task.keys() != _TASK.keys():
        raise TypeError("task is not what an entry submits")
    for name, kinds in _TASK.items():
        if type(task[name]) not in kinds:
            raise TypeError(f"{name} of task has a value that cannot be there")
    if not all(isinstance(word, str) for word in task["capabilities"]):
        raise TypeError("capabilities of task are no texts")


def _told(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime(_INSTANT)


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)


def _seal(fields: Mapping[str, Any]) -> str:
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
