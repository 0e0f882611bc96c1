"""The InterfaceAgent: tells people where the agents' work stands, the same for console and command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..storage import Reader
from ..tasks import ACTION_TYPE, TaskState, counts, done_lately, waiting
from ..tasks.counting import Waiting

MINUTES: Final = 20


@dataclass(frozen=True, slots=True)
class TaskSummary:
    """The work in numbers.

    Attributes:
        by_state: how many tasks are in each state; every state is named.
        throughput: tasks done in each of the last twenty minutes, oldest first.
    """

    by_state: Mapping[TaskState, int]
    throughput: tuple[int, ...]

    @property
    def waiting(self) -> int:
        """Accepted and not held by an agent."""
        return self.by_state[TaskState.BACKLOG] + self.by_state[TaskState.PENDING] + self.by_state[TaskState.PAUSED]

    @property
    def held(self) -> int:
        """Held by an agent."""
        return self.by_state[TaskState.ASSIGNED] + self.by_state[TaskState.ACTIVE]


def summarise(reader: Reader, now: datetime) -> TaskSummary:
    """Where the work stands now."""
    found = counts(reader)
    minutes = [0] * MINUTES
    for numbers in done_lately(reader, now, MINUTES).values():
        minutes = [total + number for total, number in zip(minutes, numbers, strict=True)]
    return TaskSummary({state: found.get(state, 0) for state in TaskState}, tuple(minutes))


@dataclass(frozen=True, slots=True)
class QueueSummary:
    """The tasks that ask for the same capabilities.

    Attributes:
        needs: the type first, then what else they ask for.
        oldest_seconds: how long the first of those that wait has waited.
        throughput: done in each of the last twenty minutes, oldest first.
    """

    needs: tuple[str, ...]
    pending: int
    active: int
    backlog: int
    oldest_seconds: int
    throughput: tuple[int, ...]


def queue_summaries(reader: Reader, now: datetime, limit: int = 200) -> list[QueueSummary]:
    """The queues by what their tasks ask for, the fullest first; what goes through the gate is in none."""
    done = done_lately(reader, now, MINUTES)
    done = {needs: minutes for needs, minutes in done.items() if needs[0] != ACTION_TYPE}
    found = [_summary(one, now, done.pop(one.needs, None)) for one in waiting(reader, without=ACTION_TYPE, limit=limit)]
    quiet = [QueueSummary(needs, 0, 0, 0, 0, minutes) for needs, minutes in sorted(done.items())]
    return [*found, *quiet][:limit]


def _summary(one: Waiting, now: datetime, done: tuple[int, ...] | None) -> QueueSummary:
    number = one.by_state
    waited = 0 if one.oldest_at is None else int((now - one.oldest_at).total_seconds())
    return QueueSummary(
        needs=one.needs,
        pending=number.get(TaskState.PENDING, 0),
        active=number.get(TaskState.ASSIGNED, 0) + number.get(TaskState.ACTIVE, 0),
        backlog=number.get(TaskState.BACKLOG, 0) + number.get(TaskState.PAUSED, 0),
        oldest_seconds=max(0, waited),
        throughput=done or (0,) * MINUTES,
    )
