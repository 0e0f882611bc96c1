"""The steps of a task's trace: enqueue, claim, run, result; each says within which other it happened."""

from __future__ import annotations

from datetime import datetime

from .spans import Span, context_of, span_id_of, trace_id_of

ENQUEUE = "task enqueue"
CLAIM = "task claim"
RUN = "task run"
RESULT = "task result"


def context(task_id: str) -> str:
    """What is sent along with a task."""
    return context_of(task_id, span_id_of(task_id, ENQUEUE))


def enqueued(task_id: str, at: datetime, attributes: dict[str, str | int]) -> Span:
    """It was submitted."""
    return Span(ENQUEUE, trace_id_of(task_id), span_id_of(task_id, ENQUEUE), None, at, at, attributes)


def claimed(task_id: str, token: int, since: datetime, at: datetime, attributes: dict[str, str | int]) -> Span:
    """An agent took it, having waited since."""
    return Span(
        CLAIM,
        trace_id_of(task_id),
        span_id_of(task_id, CLAIM, token),
        span_id_of(task_id, ENQUEUE),
        since,
        at,
        attributes,
    )


def ran(
    task_id: str, token: int, since: datetime, at: datetime, attributes: dict[str, str | int], error: str = ""
) -> Span:
    """An agent worked on it."""
    parent = span_id_of(task_id, CLAIM, token)
    return Span(RUN, trace_id_of(task_id), span_id_of(task_id, RUN, token), parent, since, at, attributes, error)


def ended(task_id: str, token: int | None, at: datetime, attributes: dict[str, str | int], error: str = "") -> Span:
    """What came of it stands in the database."""
    parent = span_id_of(task_id, ENQUEUE) if token is None else span_id_of(task_id, RUN, token)
    own = span_id_of(task_id, RESULT, "" if token is None else token)
    return Span(RESULT, trace_id_of(task_id), own, parent, at, at, attributes, error)
