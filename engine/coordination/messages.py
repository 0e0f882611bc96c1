"""What goes through the queue: work on its way out, what agents report, and what the stream tells of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple


class ClaimStatus(StrEnum):
    """Why a claim brought what it brought."""

    OK = "ok"
    UNREADY = "unready"
    """The server has not been told yet what is stopped, as after a loss; nothing is handed out."""
    HALTED = "halted"
    PAUSED = "paused"
    BACKLOG = "backlog"
    """Too many results wait for the engine."""


class ReportKind(StrEnum):
    """What an agent says about a task that it holds."""

    STARTED = "started"
    COMPLETED = "completed"
    RETRY = "retry"
    """It failed and may be tried again; it is dead when its attempts are used up."""
    DEAD = "dead"
    """It failed and trying again is of no use."""
    RELEASED = "released"
    """The agent gives it back without having tried it."""


class StreamKind(StrEnum):
    """What the results stream tells about a task."""

    CLAIMED = "claimed"
    STARTED = "started"
    COMPLETED = "completed"
    FAILED = "failed"
    """The attempt failed and there will be another."""
    RELEASED = "released"
    """It was given back, or its lease lapsed."""
    DEAD = "dead"
    """There will be no further attempt."""


@dataclass(frozen=True, slots=True)
class QueuedTask:
    """A task as the queue knows it.

    Attributes:
        capabilities: what an agent must be able to do, the task's type included; never empty.
        priority: 1 (first) to 10.
        attempts: how often it was tried so far.
        max_attempts: how often it may be tried, 1 or more.
        body: what the agent gets; opaque to the queue.
        token: the newest claim's token that the database knows; later claims get higher ones.
        type: the capability whose rate limit counts; nothing is the first one by name.
        due_ms: the moment before which it waits, in milliseconds since the epoch; 0 is at once.
    """

    id: str
    capabilities: frozenset[str]
    priority: int
    attempts: int
    max_attempts: int
    body: bytes
    token: int = 0
    type: str = ""
    due_ms: int = 0


class Claim(NamedTuple):
    """A task that an agent holds. A named tuple, as they come by the hundred thousand.

    Attributes:
        token: rises with every claim; whoever reports with an older one is refused.
        attempt: which try this is, from 1.
    """

    id: str
    token: int
    attempt: int
    body: bytes


@dataclass(frozen=True, slots=True)
class Heads:
    """What a claim of one shard would be given.

    Attributes:
        priorities: of the tasks, in their order.
        wait_seconds: until something may be had; nothing where nobody knows.
    """

    status: ClaimStatus
    priorities: tuple[int, ...]
    wait_seconds: float | None


@dataclass(frozen=True, slots=True)
class Claimed:
    """The answer to a claim.

    Attributes:
        wait_seconds: when a task that is known of may be had at the earliest; nothing where none is.
    """

    status: ClaimStatus
    claims: tuple[Claim, ...] = ()
    wait_seconds: float | None = None


class Report(NamedTuple):
    """What an agent says about one task. A named tuple, as they come by the hundred thousand.

    Attributes:
        data: the result or the error, as text.
        delay_ms: with :attr:`ReportKind.RETRY`, how long to wait first.
        ran_ms: how long the attempt took.
        usage: what it took besides, a JSON object as text.
    """

    kind: ReportKind
    id: str
    token: int
    data: str = ""
    delay_ms: int = 0
    ran_ms: int = 0
    usage: str = ""


class StreamEvent(NamedTuple):
    """What the results stream tells of one task. A named tuple, as they come by the hundred thousand.

    Attributes:
        position: the entry's place in the stream; one entry tells of many tasks.
        attempt: how many attempts count so far.
        at: the server's time.
        ran_ms: how long the attempt took, where it has ended.
        usage: what it took besides, a JSON object; empty where nobody said.
        emitted: how many events the stream has told up to the end of this entry.
    """

    position: str
    kind: StreamKind
    id: str
    token: int
    attempt: int
    agent: str
    at: datetime
    data: str
    ran_ms: int = 0
    emitted: int = 0
    usage: str = ""


@dataclass(frozen=True, slots=True)
class AgentPresence:
    """An agent's last sign of life.

    Attributes:
        silent_seconds: how long ago that was, by the server's clock.
        info: what the agent said of itself, JSON.
    """

    id: str
    seen_at: datetime
    silent_seconds: float
    info: bytes


@dataclass(frozen=True, slots=True)
class QueueStatistics:
    """The queue in numbers.

    Attributes:
        pending: ready to be claimed.
        delayed: waiting for their next attempt.
        leased: held by agents.
        results: events that the engine has not taken in.
        counters: how often what was reported since the server began.
        waiting: ready tasks by what they need: the type, then the other capabilities, joined by commas.
    """

    pending: int
    delayed: int
    leased: int
    results: int
    agents: int
    halted: bool
    paused: bool
    counters: Mapping[str, int]
    waiting: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of the capped record of what happened in the queue.

    Attributes:
        text: ``kind id token attempt ran agent`` by line, or a word and a number.
    """

    position: str
    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class RateLimit:
    """How often tasks of a type may begin.

    Attributes:
        per_minute: on average, over all agents.
        burst: how many at once after a pause, 1 or more.
    """

    per_minute: float
    burst: int = 1


@dataclass(frozen=True, slots=True)
class Controls:
    """What is stopped, and how fast the rest may go.

    Attributes:
        epoch: of the newest halt; an older one is refused.
        paused: the whole queue.
        agents, capabilities: those that are paused; a capability stops every task that asks for it.
        limits: by task type.
    """

    epoch: int
    halted: bool = False
    paused: bool = False
    agents: frozenset[str] = frozenset()
    capabilities: frozenset[str] = frozenset()
    limits: Mapping[str, RateLimit] = field(default_factory=dict)


def from_ms(milliseconds: int) -> datetime:
    """The aware UTC instant of so many milliseconds since the epoch."""
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
