"""What an executor gets and how it says that it could not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..canonical import JSON, JsonError, parse_strict
from ..errors import WatchfloorError


class JobFailed(WatchfloorError):
    """A task could not be done.

    Attributes:
        retry: trying again may help.
    """

    def __init__(self, what: str, *, why: str = "", remedy: str = "", retry: bool = True) -> None:
        super().__init__(what, why=why, remedy=remedy)
        self.retry = retry


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt at a task.

    Attributes:
        payload: the task's JSON object; written by strangers.
        payload_text: the same as it came.
        attempt: which try this is, from 1.
        timeout_seconds: how long it may take.
    """

    id: str
    title: str
    type: str
    payload: dict[str, JSON]
    payload_text: str
    attempt: int
    timeout_seconds: float


Executor: TypeAlias = Callable[[Job], Awaitable[str]]
"""Does a job and returns its result as text. It raises :class:`JobFailed` where it cannot, and ends when cancelled."""


class _Body(BaseModel):
    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    id: str = Field(min_length=1, max_length=200)
    title: str = Field(max_length=500)
    type: str = Field(min_length=1, max_length=100)
    payload: str
    timeout_seconds: float | None = Field(default=None, gt=0, le=86_400)


def read_job(task_id: str, body: bytes, attempt: int, default_timeout_seconds: float) -> Job:
    """Understand what the queue handed out.

    Raises:
        JobFailed: it is not a task; trying again is of no use.
    """
    try:
        read = _Body.model_validate_json(body)
        payload = parse_strict(read.payload)
    except (ValidationError, JsonError) as error:
        raise JobFailed("the task was not understood", why=str(error)[:500], retry=False) from None
    if read.id != task_id or not isinstance(payload, dict):
        raise JobFailed("the task was not understood", why="it is not what the queue announced", retry=False)
    return Job(
        read.id, read.title, read.type, payload, read.payload, attempt, read.timeout_seconds or default_timeout_seconds
    )
