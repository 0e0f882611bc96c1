"""A task as it stands in a store: one spelling, sealed, so that a change by anybody else is seen."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from ...canonical import JsonError, parse_strict
from ...errors import WatchfloorError
from ..task import RESULT_CHARACTERS, FailurePolicy, Task, TaskState
from .membership import Membership, fits, membership_of

FORMAT: Final = 1
"""The version of this spelling."""
RECORD_BYTES: Final = 4_194_304
"""Most bytes of a record's text."""
_ID: Final = re.compile(r"^[A-Za-z0-9_][A-Za-z0-9_.\-]{0,199}$")
_INSTANT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_TEXTS: Final = (
    "id", "title", "description", "type", "payload", "agent", "result", "error", "usage",
)  # fmt: skip
_NUMBERS: Final = ("priority", "max_attempts", "attempts", "token", "revision")
_SECONDS: Final = ("queue_seconds", "run_seconds")
_MOMENTS: Final = ("created_at", "updated_at")
_MAYBE_MOMENTS: Final = ("queued_at", "started_at", "ended_at")
_NAMES: Final = frozenset({
    *_TEXTS, *_NUMBERS, *_MOMENTS, *_MAYBE_MOMENTS, "queue_ms", "run_ms", "timeout_ms", "parent_goal", "state",
    "capabilities", "depends_on", "due_at", "unique", "on_failure", "format", "seal",
})  # fmt: skip
_GRAPH: Final = "graph"
"""Only in the record of a task that is in one."""


class RecordError(WatchfloorError):
    """A text is not a task's record as the engine writes it."""


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task, and what was asked for it besides the work itself.

    Attributes:
        depends_on: ids in ascending order.
        due_at: when it may begin at the earliest; nothing where that was left open.
        unique: the name under which it is the only unfinished one; empty where it has none.
        on_failure: what becomes of it where something that it depends on does not succeed.
        graph: what it is in the graph of a goal; nothing where it is in none.
    """

    task: Task
    depends_on: tuple[str, ...] = ()
    due_at: datetime | None = None
    unique: str = ""
    on_failure: FailurePolicy = FailurePolicy.FAIL
    graph: Membership | None = None


def encode(record: TaskRecord) -> str:
    """The one spelling of a record: keys sorted, its seal among them, two blanks a level, a line feed at the end."""
    fields = fields_of(record)
    return json.dumps({**fields, "seal": _seal(fields)}, sort_keys=True, indent=2, ensure_ascii=False) + "\n"


def seal_of(record: TaskRecord) -> str:
    """The seal of a record: SHA-256 of its content, 64 hexadecimal digits."""
    return _seal(fields_of(record))


def decode(text: str | bytes) -> tuple[TaskRecord, bool]:
    """Read a record.

    Returns:
        the record, and whether it is as the engine sealed it; where not, somebody changed it.

    Raises:
        RecordError: it is not a record; the reason says in which line where it can.
    """
    try:
        read = parse_strict(text, max_bytes=RECORD_BYTES, max_depth=4)
    except JsonError as error:
        raise RecordError("record refused", why=error.why) from None
    if not isinstance(read, dict):
        raise RecordError("record refused", why="line 1 does not begin a JSON object")
    fields = dict(read)
    seal = fields.pop("seal", None)
    try:
        record = record_of(fields)
    except RecordError as error:
        raise RecordError(error.what, why=error.why + _line(text, error.why)) from None
    return record, seal == _seal(fields)


def fields_of(record: TaskRecord) -> dict[str, Any]:
    """A record's content as JSON values, without its seal."""
    task = record.task
    fields: dict[str, Any] = {name: getattr(task, name) for name in (*_TEXTS, *_NUMBERS)}
    for name in (*_MOMENTS, *_MAYBE_MOMENTS):
        moment = getattr(task, name)
        fields[name] = None if moment is None else moment.astimezone(UTC).strftime(_INSTANT)
    for name in _SECONDS:
        fields[name.replace("_seconds", "_ms")] = round(getattr(task, name) * 1_000)
    fields["timeout_ms"] = None if task.timeout_seconds is None else round(task.timeout_seconds * 1_000)
    fields["parent_goal"] = task.parent_goal
    fields["state"] = task.state.value
    fields["capabilities"] = list(task.capabilities)
    fields["depends_on"] = list(record.depends_on)
    fields["due_at"] = None if record.due_at is None else record.due_at.astimezone(UTC).strftime(_INSTANT)
    fields["unique"] = record.unique
    fields["on_failure"] = record.on_failure.value
    fields["format"] = FORMAT
    if record.graph is not None:
        fields[_GRAPH] = record.graph.fields()
    return fields


def record_of(fields: Mapping[str, Any]) -> TaskRecord:
    """The record that these values say.

    Raises:
        RecordError: they are not all there, or not what they must be.
    """
    if fields.get("format") != FORMAT:
        raise RecordError("record refused", why=f"its format is not {FORMAT}")
    missing = sorted(_NAMES - fields.keys() - {"seal"})
    unknown = sorted(fields.keys() - _NAMES - {_GRAPH})
    if missing or unknown:
        why = f"it lacks {', '.join(missing)}" if missing else f"it has {', '.join(unknown)[:200]}"
        raise RecordError("record refused", why=why)
    try:
        return _record_of(fields)
    except (TypeError, ValueError, OverflowError) as error:
        raise RecordError("record refused", why=str(error)[:200]) from None


def _record_of(fields: Mapping[str, Any]) -> TaskRecord:
    values: dict[str, Any] = {name: _of(fields, name, str) for name in _TEXTS}
    values |= {name: _of(fields, name, int) for name in _NUMBERS}
    values |= {name: _moment(_of(fields, name, str)) for name in _MOMENTS}
    values |= {name: None if fields[name] is None else _moment(_of(fields, name, str)) for name in _MAYBE_MOMENTS}
    values |= {name: _of(fields, name.replace("_seconds", "_ms"), int) / 1_000 for name in _SECONDS}
    timeout, goal = fields["timeout_ms"], fields["parent_goal"]
    task = Task(
        **values,
        timeout_seconds=None if timeout is None else _of(fields, "timeout_ms", int) / 1_000,
        parent_goal=None if goal is None else _of(fields, "parent_goal", str),
        state=TaskState(_of(fields, "state", str)),
        capabilities=_words(fields, "capabilities"),
    )
    record = TaskRecord(
        task,
        depends_on=_words(fields, "depends_on"),
        due_at=None if fields["due_at"] is None else _moment(_of(fields, "due_at", str)),
        unique=_of(fields, "unique", str),
        on_failure=FailurePolicy(_of(fields, "on_failure", str)),
        graph=membership_of(fields[_GRAPH]) if _GRAPH in fields else None,
    )
    _check(record)
    return record


def _check(record: TaskRecord) -> None:
    task = record.task
    if not all(_ID.match(word) for word in (task.id, *record.depends_on)):
        raise ValueError("an id has characters that an id cannot have")
    if not 1 <= task.priority <= 10:
        raise ValueError("priority must be 1 to 10")
    if not 1 <= task.max_attempts <= 20:
        raise ValueError("max_attempts must be 1 to 20")
    if min(task.attempts, task.token) < 0 or task.revision < 1:
        raise ValueError("attempts and token must not be negative, revision must be 1 or more")
    if max(len(task.result), len(task.error)) > RESULT_CHARACTERS:
        raise ValueError(f"result or error has more than {RESULT_CHARACTERS} characters")
    if record.graph is not None and not fits(task.type, record.graph):
        raise ValueError("graph must say what is asked if the task is an approval step, and only then")
    if (task.ended_at is not None) != task.state.terminal:
        raise ValueError("ended_at must be there if the task has ended, and only then")


def _of(fields: Mapping[str, Any], name: str, kind: type) -> Any:
    value = fields[name]
    if type(value) is not kind:
        raise TypeError(f"{name} is not {'a text' if kind is str else 'a whole number'}")
    return value


def _words(fields: Mapping[str, Any], name: str) -> tuple[str, ...]:
    words = fields[name]
    if not isinstance(words, list) or len(words) > 100 or not all(isinstance(word, str) for word in words):
        raise TypeError(f"{name} is not a list of at most 100 texts")
    return tuple(words)


def _line(text: str | bytes, why: str) -> str:
    """Where in a text the field stands that an explanation begins with."""
    name = why.split(" ", 1)[0]
    plain = text if isinstance(text, str) else text.decode("utf-8", "replace")
    lines = plain.splitlines()
    return next((f" (line {number})" for number, line in enumerate(lines, 1) if f'"{name}":' in line), "")


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _INSTANT).replace(tzinfo=UTC)


def _seal(fields: Mapping[str, Any]) -> str:
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
