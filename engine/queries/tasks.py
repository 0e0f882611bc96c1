"""Questions about the queue: dead letters, cron entries, and what waits by capability."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from .base import AskNothing, AskPage, Query
from .task_records import TASK_RECORDS

__all__ = [
    "CRONS",
    "DEAD",
    "QUEUES",
    "TASK_QUERIES",
    "AskDead",
    "CapabilityView",
    "CronPage",
    "CronView",
    "DeadPage",
    "DeadView",
    "QueuesView",
]


class AskDead(AskPage):
    """Dead tasks of a type; empty is every type."""

    type: Annotated[str, Field(max_length=100)] = ""


@dataclass(frozen=True, slots=True)
class DeadView:
    """A task that will not be tried again by itself.

    Attributes:
        error: why.
    """

    id: str
    title: str
    type: str
    priority: int
    attempts: int
    agent: str
    error: str
    ended_at: datetime


@dataclass(frozen=True, slots=True)
class DeadPage:
    """Some dead tasks, how many there are by type, and where the next page begins (empty at the end)."""

    items: tuple[DeadView, ...]
    by_type: tuple[tuple[str, int], ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class CronView:
    """A task that is submitted by the clock.

    Attributes:
        missed: planned moments for which nothing was submitted.
        last_task: the newest task; empty before the first.
    """

    name: str
    cron: str
    zone: str
    title: str
    type: str
    next_at: datetime
    runs: int
    missed: int
    last_at: datetime | None
    last_task: str


@dataclass(frozen=True, slots=True)
class CronPage:
    """Some cron entries, and where the next page begins (empty at the end)."""

    items: tuple[CronView, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class CapabilityView:
    """The tasks in Redis that ask for the same.

    Attributes:
        needs: the type, and what else they ask for.
        waiting: ready for an agent.
        throughput: completed in each of the last sixty minutes, the oldest first.
        paused: what of ``needs`` an operator has paused; empty where nothing is.
        per_minute: how many may begin in a minute; nothing where there is no limit.
    """

    needs: tuple[str, ...]
    waiting: int
    throughput: tuple[int, ...]
    paused: tuple[str, ...]
    per_minute: float | None


@dataclass(frozen=True, slots=True)
class QueuesView:
    """The queue in Redis, as it was a moment ago.

    Attributes:
        queues: by what tasks ask for, the fullest first.
        delayed: tasks that wait for their moment, or for their next attempt.
        leased: tasks that agents hold.
        untold: events that the engine has not taken in yet.
        seen_at: when that was; nothing where the server was never reached.
        counters: how often what was reported since the server began.
    """

    queues: tuple[CapabilityView, ...]
    delayed: int = 0
    leased: int = 0
    untold: int = 0
    paused: bool = False
    halted: bool = False
    seen_at: datetime | None = None
    counters: tuple[tuple[str, int], ...] = ()


DEAD: Final = Query("dead", AskDead, DeadPage)
CRONS: Final = Query("crons", AskPage, CronPage)
QUEUES: Final = Query("queues", AskNothing, QueuesView)
TASK_QUERIES: Final = (TASK_RECORDS, DEAD, CRONS, QUEUES)
