"""Between the database's words for tasks and the queue's."""

from __future__ import annotations

import json
from datetime import datetime

from ..tasks import Report, ReportKind, Task
from .messages import QueuedTask, StreamEvent, StreamKind


def queued(task: Task, due: datetime | None = None, trace: str = "") -> QueuedTask:
    """A task of the database as the queue gets it.

    Args:
        task: as it stands there.
        due: when it may begin at the earliest.
        trace: the context of its trace, for the agent to go on with; empty for one that is not traced.
    """
    body: dict[str, object] = {
        "id": task.id,
        "title": task.title,
        "type": task.type,
        "payload": task.payload,
        "timeout_seconds": task.timeout_seconds,
        "capabilities": task.capabilities,
    }
    if trace:
        body["trace"] = trace
    return QueuedTask(
        id=task.id,
        capabilities=frozenset({task.type, *task.capabilities}),
        priority=task.priority,
        attempts=task.attempts,
        max_attempts=task.max_attempts,
        body=json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass"),
        token=task.token,
        type=task.type,
        due_ms=0 if due is None else int(due.timestamp() * 1000),
    )


def report_of(event: StreamEvent) -> Report:
    """An entry of the stream as the database's projection reads it."""
    completed = event.kind is StreamKind.COMPLETED
    return Report(
        stream_id=event.position,
        event=ReportKind(event.kind.value),
        task_id=event.id,
        token=event.token,
        attempt=event.attempt,
        agent=event.agent,
        at=event.at,
        result=event.data if completed else "",
        error="" if completed else event.data,
        ran_ms=event.ran_ms,
        usage=event.usage,
    )
