"""The InterfaceAgent: tells people where the agents' work stands, the same for console and command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..storage import Reader
from ..tasks import TaskState, counts, finished_since

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
    for ended in finished_since(reader, now - timedelta(minutes=MINUTES)):
        age = int((now - ended).total_seconds() // 60)
        if 0 <= age < MINUTES:
            minutes[MINUTES - 1 - age] += 1
    return TaskSummary({state: found.get(state, 0) for state in TaskState}, tuple(minutes))
