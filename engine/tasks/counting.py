"""How many tasks there are and how fast they are done: numbers kept with every change, so that asking costs the same
for ten tasks and for a hundred thousand."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..storage import Reader, from_us, to_us
from .task import TaskState

SLOT_US: Final = 10_000_000
"""Tasks that were done are counted by so many microseconds."""
_SLOTS_A_MINUTE: Final = 60_000_000 // SLOT_US
Needs = tuple[str, ...]
"""A task's type, and what else it asks for."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The unfinished tasks that ask for the same.

    Attributes:
        oldest_at: since when the first of the pending ones waits; nothing where none does.
    """

    needs: Needs
    by_state: dict[TaskState, int]
    oldest_at: datetime | None


def counts(reader: Reader) -> dict[TaskState, int]:
    """How many tasks there are in each state; states without any are left out."""
    rows = reader.rows("SELECT state, sum(number) AS number FROM task_counts GROUP BY state")
    return {TaskState(row["state"]): row["number"] for row in rows}


def counts_by_type(reader: Reader, state: TaskState) -> dict[str, int]:
    """How many tasks in a state there are by type, in the order of the types' names."""
    rows = reader.rows(
        "SELECT type, sum(number) AS number FROM task_counts WHERE state = ? GROUP BY type ORDER BY type", (state,)
    )
    return {row["type"]: row["number"] for row in rows}


def needs_in_use(reader: Reader) -> frozenset[str]:
    """Every type and every capability that a task asks for, whatever its state."""
    found = {
        (row["type"], row["capabilities"]) for row in reader.rows("SELECT DISTINCT type, capabilities FROM task_counts")
    }
    return frozenset(name for kind, more in found for name in (kind, *json.loads(more)))


def waiting(reader: Reader, *, without: str, limit: int) -> list[Waiting]:
    """Unfinished tasks by what they ask for, those of which most wait first, but for one type."""
    rows = reader.rows(
        "SELECT type, capabilities, json_group_object(state, number) AS states,"
        " sum(CASE WHEN state = 'pending' THEN number ELSE 0 END) AS pending,"
        " (SELECT min(t.queued_us) FROM tasks t WHERE t.state = 'pending' AND t.type = c.type"
        " AND t.capabilities = c.capabilities) AS oldest"
        " FROM task_counts c WHERE state IN ('pending', 'assigned', 'active', 'backlog', 'paused') AND type <> ?"
        " GROUP BY type, capabilities ORDER BY pending DESC, type LIMIT ?",
        (without, limit),
    )
    return [
        Waiting(
            (row["type"], *json.loads(row["capabilities"])),
            {TaskState(state): number for state, number in json.loads(row["states"]).items()},
            None if row["oldest"] is None else from_us(row["oldest"]),
        )
        for row in rows
    ]


def done_lately(reader: Reader, now: datetime, minutes: int) -> dict[Needs, tuple[int, ...]]:
    """How many tasks were done in each of the last minutes, at most thirty, the oldest first, by what they asked for.

    The newest minute ends now; it is exact to ten seconds.
    """
    last = to_us(now) // SLOT_US
    rows = reader.rows(
        "SELECT (? - slot) / ? AS age, type, capabilities, sum(number) AS number FROM task_done"
        " WHERE slot > ? AND slot <= ? GROUP BY type, capabilities, age",
        (last, _SLOTS_A_MINUTE, last - minutes * _SLOTS_A_MINUTE, last),
    )
    found: dict[Needs, list[int]] = {}
    for row in rows:
        needs = (row["type"], *json.loads(row["capabilities"]))
        found.setdefault(needs, [0] * minutes)[minutes - 1 - row["age"]] += row["number"]
    return {needs: tuple(numbers) for needs, numbers in found.items()}
