"""HEARTBEAT.md as an operator sees it: the file, with the state of each line."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import Final

from ...governance import repository as actions
from ...governance.halt import Scope, find_pause, halted, paused_targets
from ...queries.heartbeat import LINE_LIMIT, HeartbeatLine, HeartbeatView
from ...schedule import (
    HeartbeatFile,
    HeartbeatFileError,
    HeartbeatTask,
    LineError,
    StoredTask,
    TaskState,
    all_tasks,
    is_active,
    load_job,
    parse_heartbeat,
)
from ...schedule.heartbeat_rewrite import read_heartbeat
from ...schedule.heartbeat_tools import unknown_tool
from ...settings.schedule import HeartbeatSettings
from ...storage import Reader

JOB: Final = "heartbeat"
_TEXT: Final = 500
_BREAK: Final = re.compile(r"\r\n|\r|\n")
_STATES: Final = {
    TaskState.IDLE: "waiting",
    TaskState.ASKED: "asked",
    TaskState.DONE: "done",
    TaskState.REFUSED: "refused",
    TaskState.STOPPED: "stopped",
}


def heartbeat_view(reader: Reader, path: Path, settings: HeartbeatSettings, now: datetime) -> HeartbeatView:
    """The file as it is on disk now, and what is remembered of its tasks."""
    job = load_job(reader, JOB)
    trouble = ""
    data: bytes | None = None
    try:
        data = read_heartbeat(path, settings.max_file_bytes)
    except HeartbeatFileError as problem:
        trouble = problem.sentence()
    file = parse_heartbeat(data, settings.max_file_bytes) if data is not None else HeartbeatFile((), ())
    errors = [*file.errors, *(error for task in file.tasks if (error := unknown_tool(task)) is not None)]
    lines = _lines(reader, data or b"", file, errors, now)
    held = _why_held(reader, settings, now)
    return HeartbeatView(
        path=str(path),
        exists=data is not None or bool(trouble),
        trouble=trouble,
        held=held,
        pending=file.pending,
        errors=len(errors),
        next_beat=(job.retry_at or job.slot) if job is not None and not held else None,
        last_beat=job.last_began if job is not None else None,
        last_note=job.last_note if job is not None else "",
        lines=tuple(lines[:LINE_LIMIT]),
        cut=max(0, len(lines) - LINE_LIMIT),
    )


def _why_held(reader: Reader, settings: HeartbeatSettings, now: datetime) -> str:
    if not settings.enabled:
        return "switched off in the settings"
    if paused_targets(reader, Scope.HEARTBEAT):
        return "paused by an operator"
    stopped = halted(reader) or find_pause(reader, Scope.JOB, JOB)
    if stopped is not None:
        what = "everything" if stopped.scope is Scope.ENGINE else "its job"
        return f"{what} was paused by {stopped.operator}"
    hours = settings.active_hours
    if not is_active(hours, now):
        return f"outside active hours ({hours.start} to {hours.end}, {hours.zone})"
    return ""


def _lines(
    reader: Reader, data: bytes, file: HeartbeatFile, errors: list[LineError], now: datetime
) -> list[HeartbeatLine]:
    texts = _BREAK.split(data.decode("utf-8", "replace").removeprefix("\ufeff"))
    if texts and not texts[-1]:
        texts.pop()
    wrong = {error.line: error.reason for error in errors}
    tasks = {task.line: task for task in file.tasks}
    known = {task.key: task for task in all_tasks(reader)}
    found = []
    for number, text in enumerate(texts, 1):
        line = HeartbeatLine(number, text[:_TEXT])
        if number in wrong:
            line = HeartbeatLine(number, text[:_TEXT], "error", note=wrong[number])
        elif number in tasks:
            line = _task(reader, number, text[:_TEXT], tasks[number], known.get(tasks[number].key), now)
        elif text.startswith("#"):
            line = HeartbeatLine(number, text[:_TEXT], "heading")
        found.append(line)
    return found


def _task(
    reader: Reader, number: int, text: str, task: HeartbeatTask, stored: StoredTask | None, now: datetime
) -> HeartbeatLine:
    sort = "task" if task.tool else "plain"
    if task.done:
        return HeartbeatLine(number, text, sort, "done")
    if stored is None or not task.tool:
        return HeartbeatLine(number, text, sort, "waiting" if task.tool else "")
    action = actions.get(reader, stored.action_id) if stored.action_id else None
    resting = stored.state is TaskState.IDLE and stored.retry_at is not None and stored.retry_at > now
    return HeartbeatLine(
        number=number,
        text=text,
        sort=sort,
        state="resting" if resting else _STATES[stored.state],
        note=stored.note,
        action=stored.action_id or "",
        action_status=action.status.value if action else "",
        attempts=stored.attempts,
        retry_at=stored.retry_at if resting else None,
    )
