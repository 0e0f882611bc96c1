"""What becomes of tasks when something that they wait for has ended, well or badly."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from ..storage import Reader, Transaction
from .outbox import announce
from .repository import change_state, dependants_of, dependencies_of, get_task
from .task import FailurePolicy, Task, TaskState

WAITING: Final = frozenset({TaskState.BACKLOG, TaskState.PAUSED})
"""The states in which a task can be let go or given up because of what it depends on."""


def awaited(reader: Reader, ids: Iterable[str]) -> frozenset[str]:
    """Those of ``ids`` that other tasks depend on."""
    rows = reader.rows(
        "SELECT DISTINCT depends_on FROM task_dependencies WHERE depends_on IN (SELECT value FROM json_each(?))",
        (json.dumps([*ids]),),
    )
    return frozenset(row["depends_on"] for row in rows)


def release_dependants(tx: Transaction, task: Task) -> None:
    """Let go what waited for a task that is done now, unless it waits for others too."""
    for dependant in dependants_of(tx, task.id):
        if dependant.state is not TaskState.BACKLOG:
            continue
        if all(get_task(tx, other).state is TaskState.DONE for other in dependencies_of(tx, dependant.id)):
            change_state(tx, dependant, TaskState.PENDING)
            announce(tx, dependant.id, "enqueue")


def fail_dependants(tx: Transaction, task: Task) -> None:
    """Settle what waits for a task that will never be done, and what waits for that in turn, each by its own policy."""
    waiting = [task]
    while waiting:
        failed = waiting.pop()
        for dependant in dependants_of(tx, failed.id):
            policy = policy_of(tx, dependant.id)
            if dependant.state not in WAITING or policy is FailurePolicy.WAIT:
                continue
            reason = f"it depends on {failed.title[:100]}, which is {failed.state.value}"
            if failed.error:
                reason += f": {failed.error[:200]}"
            if policy is FailurePolicy.SKIP:
                waiting.append(change_state(tx, dependant, TaskState.CANCELLED, error=f"skipped: {reason}"))
            else:
                waiting.append(change_state(tx, dependant, TaskState.FAILED, error=reason))


def policy_of(reader: Reader, task_id: str) -> FailurePolicy:
    """What becomes of a task where something that it waits for did not succeed."""
    row = reader.row(
        "SELECT on_failure FROM graph_tasks WHERE task_id = :id"
        " UNION ALL SELECT on_failure FROM task_rules WHERE task_id = :id LIMIT 1",
        {"id": task_id},
    )
    return FailurePolicy.FAIL if row is None else FailurePolicy(row["on_failure"])
