"""The InterfaceAgent: between people and the agents' work, the same for console, command line and MCP."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ..clock import Clock
from ..storage import Reader, Transaction
from ..tasks import ACTION_TYPE, NewTask, Task, TaskError, TaskState, cancel, counts, done_lately, submit, waiting
from ..tasks.counting import Waiting
from .blockers import Blocker, Helper, blockers

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


@dataclass(frozen=True, slots=True)
class StatusReport:
    """Where the agents' work stands as a whole.

    Attributes:
        queues: by what tasks ask for, the fullest first.
        blockers: what stands in the way of tasks that could go on otherwise, the most urgent first.
    """

    summary: TaskSummary
    queues: tuple[QueueSummary, ...]
    blockers: tuple[Blocker, ...]


class InterfaceAgent:
    """Tells people how the work goes, and takes from them what one of them wants done or stopped.

    It does no work itself, and decides nothing: every change is one unit of work in the name of whoever asked.

    Args:
        clock: the present; makes ids.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def summary(self, reader: Reader) -> TaskSummary:
        """The work in numbers."""
        return summarise(reader, self._clock.now())

    def report(self, reader: Reader, helpers: Sequence[Helper]) -> StatusReport:
        """The work as a whole; ``helpers`` are the agents that are here."""
        queues = queue_summaries(reader, self._clock.now())
        return StatusReport(self.summary(reader), tuple(queues), tuple(blockers(reader, helpers)))

    def submit(self, tx: Transaction, new: NewTask, actor: str) -> tuple[Task, bool]:
        """Take a task that somebody wants done.

        Returns:
            the task, and whether it is new; one with the same unique name that is unfinished is given instead.

        Raises:
            TaskError: it depends on what cannot be done, or it is a step that asks, which only a plan can have.
        """
        if new.type == ACTION_TYPE:
            raise TaskError(
                "task refused",
                why=f"{ACTION_TYPE} is a step of a plan, not work for an agent",
                remedy="Propose it, or write a template with [steps.approve].",
            )
        task_id = self._clock.new_id()
        task = submit(tx, new, task_id, actor)
        return task, task.id == task_id

    def cancel(self, tx: Transaction, task_id: str, actor: str, reason: str = "") -> Task:
        """Stop a task wherever it is.

        Raises:
            TaskError: there is no such task, or it has ended.
        """
        return cancel(tx, task_id, actor, reason)


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
