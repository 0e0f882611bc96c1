"""What an executor gets and how it says that it could not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Final, NotRequired, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from typing_extensions import TypedDict

from ..canonical import JSON, JsonError, parse_strict
from ..errors import WatchfloorError


class JobFailed(WatchfloorError):
    """A task could not be done.

    Attributes:
        retry: trying again may help.
        blames: the executor is at fault, rather than what it was given; it counts towards its breaker.
    """

    def __init__(
        self, what: str, *, why: str = "", remedy: str = "", retry: bool = True, blames: bool | None = None
    ) -> None:
        super().__init__(what, why=why, remedy=remedy)
        self.retry = retry
        self.blames = retry if blames is None else blames


class Source(StrEnum):
    """Where a piece of a task's output comes from."""

    STDOUT = "stdout"
    STDERR = "stderr"
    NOTE = "note"
    """The agent itself."""
    WORKTREE = "worktree"
    """Which repository, branch and commit hold the result: a JSON object."""
    DIFF = "diff"
    """What the task changed in its work tree."""


Say: TypeAlias = Callable[[Source, str], None]
"""Takes a piece of output while the task runs; it never waits, and is bounded by whoever takes it."""


def silent(source: Source, text: str) -> None:
    """Take no output."""


class Spent:
    """What an attempt took, added up over the programs that it ran."""

    __slots__ = ("cpu_ms", "memory_bytes", "programs")

    def __init__(self) -> None:
        self.cpu_ms = self.memory_bytes = self.programs = 0

    def add(self, cpu_seconds: float, memory_bytes: int) -> None:
        """A program has ended that took so much of the processors, and had at most so much memory."""
        self.programs += 1
        self.cpu_ms += round(cpu_seconds * 1_000)
        self.memory_bytes = max(self.memory_bytes, memory_bytes)

    def text(self) -> str:
        """A JSON object; empty where no program was run."""
        if not self.programs:
            return ""
        return f'{{"cpu_ms":{self.cpu_ms},"memory_bytes":{self.memory_bytes},"programs":{self.programs}}}'


@dataclass(frozen=True, slots=True)
class Job:
    """One attempt at a task.

    Attributes:
        payload: the task's JSON object; written by strangers.
        payload_text: the same as it came.
        attempt: which try this is, from 1.
        timeout_seconds: how long it may take.
        token: the fencing token of the claim; rises with every attempt.
        capabilities: what the task asked for besides its type.
        say: takes output while the task runs, for whoever follows it.
        spent: takes what the attempt's programs took.
    """

    id: str
    title: str
    type: str
    payload: dict[str, JSON]
    payload_text: str
    attempt: int
    timeout_seconds: float
    token: int = 0
    capabilities: tuple[str, ...] = ()
    say: Say = silent
    spent: Spent = field(default_factory=Spent, compare=False)


COMMAND: Final = "command"
"""The type of tasks whose payload names the program."""

Executor: TypeAlias = Callable[[Job], Awaitable[str]]
"""Does a job and returns its result as text. It raises :class:`JobFailed` where it cannot, and ends when cancelled."""


class _Body(TypedDict):
    # A model would cost twice as much to read, for every task.
    __pydantic_config__ = ConfigDict(hide_input_in_errors=True)  # type: ignore[misc]  # as pydantic wants it

    id: Annotated[str, Field(min_length=1, max_length=200)]
    title: Annotated[str, Field(max_length=500)]
    type: Annotated[str, Field(min_length=1, max_length=100)]
    payload: str
    timeout_seconds: NotRequired[Annotated[float, Field(gt=0, le=86_400)] | None]
    capabilities: NotRequired[Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=100)]]


_BODY: Final = TypeAdapter(_Body).validator


def read_job(
    task_id: str,
    body: bytes,
    attempt: int,
    usual_seconds: Callable[[str, Mapping[str, object]], float],
    *,
    token: int = 0,
    say: Say = silent,
    spent: Spent | None = None,
) -> Job:
    """Understand what the queue handed out.

    Args:
        task_id: as the queue announced it.
        body: what came with it.
        attempt: which try this is, from 1.
        usual_seconds: how long a task of a type and with a payload may take that sets no limit of its own.
        token: the claim's.
        say: takes output while the task runs.
        spent: takes what its programs took.

    Raises:
        JobFailed: it is not a task; trying again is of no use.
    """
    try:
        read = _BODY.validate_json(body)
        text = read["payload"]
        payload = {} if text == "{}" else parse_strict(text)
    except (ValidationError, JsonError) as error:
        raise JobFailed("the task was not understood", why=str(error)[:500], retry=False) from None
    if read["id"] != task_id or not isinstance(payload, dict):
        raise JobFailed("the task was not understood", why="it is not what the queue announced", retry=False)
    return Job(
        id=task_id,
        title=read["title"],
        type=read["type"],
        payload=payload,
        payload_text=text,
        attempt=attempt,
        timeout_seconds=read.get("timeout_seconds") or usual_seconds(read["type"], payload),
        token=token,
        capabilities=read.get("capabilities", ()),
        say=say,
        spent=spent or Spent(),
    )
