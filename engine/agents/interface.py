"""The InterfaceAgent: tells people where the agents' work stands, the same for console and command line."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Final

from ..storage import Reader, from_us, to_us
from ..tasks import ACTION_TYPE, TaskState, counts, finished_since

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
    rows = reader.rows(
        "SELECT type, capabilities, sum(state = 'pending') AS pending, sum(state IN ('assigned', 'active')) AS active,"
        " sum(state IN ('backlog', 'paused')) AS backlog, min(CASE WHEN state = 'pending' THEN queued_us END) AS oldest"
        " FROM tasks WHERE state IN ('pending', 'assigned', 'active', 'backlog', 'paused') AND type <> ?"
        " GROUP BY type, capabilities ORDER BY pending DESC, type LIMIT ?",
        (ACTION_TYPE, limit),
    )
    done = _done_by_queue(reader, now)
    found: dict[tuple[str, ...], QueueSummary] = {}
    for row in rows:
        needs = _needs(row)
        waited = 0 if row["oldest"] is None else int((now - from_us(row["oldest"])).total_seconds())
        found[needs] = QueueSummary(
            needs, row["pending"], row["active"], row["backlog"], max(0, waited), done.pop(needs, (0,) * MINUTES)
        )
    quiet = [QueueSummary(needs, 0, 0, 0, 0, minutes) for needs, minutes in sorted(done.items())]
    return [*found.values(), *quiet][:limit]


def _done_by_queue(reader: Reader, now: datetime) -> dict[tuple[str, ...], tuple[int, ...]]:
    rows = reader.rows(
        "SELECT type, capabilities, (? - ended_us) / 60000000 AS minutes, count(*) AS number FROM tasks"
        " WHERE ended_us > ? AND state = 'done' AND type <> ? GROUP BY type, capabilities, minutes",
        (to_us(now), to_us(now - timedelta(minutes=MINUTES)), ACTION_TYPE),
    )
    found: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        minutes = found.setdefault(_needs(row), [0] * MINUTES)
        if 0 <= row["minutes"] < MINUTES:
            minutes[MINUTES - 1 - row["minutes"]] += row["number"]
    return {needs: tuple(minutes) for needs, minutes in found.items()}


def _needs(row: Row) -> tuple[str, ...]:
    return (row["type"], *json.loads(row["capabilities"]))
