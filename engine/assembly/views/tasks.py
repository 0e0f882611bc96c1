"""Tasks as an operator sees them."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from ...client.protocol import CommandRefused
from ...queries import AskTasks, TaskPage
from ...storage import Reader, to_us
from ...tasks import Task, TaskState, counts, finished_since, list_tasks
from ...view import TASK_LIMIT, AgentsView, AgentView, TaskView

MINUTES: Final = 20
_TEXT_LIMIT: Final = 2_000
_SHOWN: Final = (TaskState.ACTIVE, TaskState.ASSIGNED, TaskState.PENDING, TaskState.DEAD, TaskState.BACKLOG)


def agents_view(reader: Reader, now: datetime, agents: tuple[AgentView, ...], *, queue_paused: bool) -> AgentsView:
    """The agents panel's content; who is there comes from Redis, the tasks from the database."""
    number = counts(reader)
    tasks = [task for state in _SHOWN for task in list_tasks(reader, state=state, limit=TASK_LIMIT // 4)]
    ended = [task for task in list_tasks(reader, state=None, limit=TASK_LIMIT // 4) if task.state.terminal]
    shown = list(dict.fromkeys(tasks + ended))[:TASK_LIMIT]
    return AgentsView(
        agents=agents,
        tasks=tuple(task_view(task) for task in shown),
        pending=number.get(TaskState.PENDING, 0) + number.get(TaskState.BACKLOG, 0),
        active=number.get(TaskState.ACTIVE, 0) + number.get(TaskState.ASSIGNED, 0),
        done=number.get(TaskState.DONE, 0),
        dead=number.get(TaskState.DEAD, 0) + number.get(TaskState.FAILED, 0),
        throughput=_throughput(reader, now),
        queue_paused=queue_paused,
    )


def task_page(reader: Reader, ask: AskTasks) -> TaskPage:
    """One page of tasks, the newest first.

    Raises:
        CommandRefused: there is no such state.
    """
    try:
        state = TaskState(ask.state) if ask.state else None
    except ValueError:
        names = ", ".join(TaskState)
        raise CommandRefused(f"no task state {ask.state}", remedy=f"There are {names}.", code="invalid") from None
    found = list_tasks(reader, state=state, limit=ask.limit + 1, after=ask.after)
    more = len(found) > ask.limit
    items = tuple(task_view(task) for task in found[: ask.limit])
    return TaskPage(items, items[-1].id if more else "")


def task_view(task: Task) -> TaskView:
    """One task; long results are cut, the detail has them whole."""
    return TaskView(
        id=task.id,
        title=task.title,
        type=task.type,
        state=task.state.value,
        priority=task.priority,
        created_at=task.created_at,
        updated_at=task.updated_at,
        capabilities=task.capabilities,
        agent=task.agent,
        attempts=task.attempts,
        result=task.result[:_TEXT_LIMIT],
        error=task.error[:_TEXT_LIMIT],
    )


def _throughput(reader: Reader, now: datetime) -> tuple[int, ...]:
    minute = 60_000_000
    last = to_us(now) // minute
    ends = finished_since(reader, now - timedelta(minutes=MINUTES))
    done = Counter(last - to_us(end) // minute for end in ends)
    return tuple(done[age] for age in range(MINUTES - 1, -1, -1))
