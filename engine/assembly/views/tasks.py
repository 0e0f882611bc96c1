"""Tasks as an operator sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from ...agents.interface import summarise
from ...client.protocol import CommandRefused
from ...coordination.bridge import QUEUE_TARGETS
from ...governance.halt import Scope, paused_targets
from ...storage import Reader
from ...tasks import Task, TaskState, list_tasks, newest_tasks
from ...tasks.stores.finding import find_tasks
from ...tasks.stores.protocol import TaskQuery
from ...view import AGENT_LIMIT, TASK_LIMIT, AgentsView, AgentView, TaskView

if TYPE_CHECKING:
    from ...queries import AskTasks, TaskPage

_TEXT_LIMIT: Final = 2_000
_PAUSED: Final = 20
_SHOWN: Final = (TaskState.ACTIVE, TaskState.ASSIGNED, TaskState.PENDING, TaskState.DEAD, TaskState.BACKLOG)


def agents_view(reader: Reader, now: datetime, agents: tuple[AgentView, ...]) -> AgentsView:
    """The agents panel's content; who is there comes from Redis, tasks and pauses from the database."""
    paused, stopped = paused_targets(reader, Scope.AGENT), paused_targets(reader, Scope.QUEUE)
    summary = summarise(reader, now)
    number = summary.by_state
    tasks = [task for state in _SHOWN for task in newest_tasks(reader, state, TASK_LIMIT // 4)]
    ended = [task for task in list_tasks(reader, state=None, limit=TASK_LIMIT // 4) if task.state.terminal]
    shown = list(dict.fromkeys(tasks + ended))[:TASK_LIMIT]
    return AgentsView(
        agents=tuple(_as_paused(agent) if agent.id in paused else agent for agent in foremost(agents)),
        tasks=tuple(task_view(task) for task in shown),
        pending=summary.waiting,
        active=summary.held,
        done=number[TaskState.DONE],
        dead=number[TaskState.DEAD] + number[TaskState.FAILED],
        throughput=summary.throughput,
        queue_paused=bool(QUEUE_TARGETS & stopped),
        paused=tuple(sorted(stopped - QUEUE_TARGETS)[:_PAUSED]),
        here=len(agents),
        lost=sum(agent.state == "lost" for agent in agents),
    )


def foremost(agents: Sequence[AgentView]) -> Sequence[AgentView]:
    """Those agents that a view has room for, by name: the lost ones first of all, then the first by name."""
    if len(agents) <= AGENT_LIMIT:
        return agents
    chosen = sorted(agents, key=lambda agent: (agent.state != "lost", agent.id))[:AGENT_LIMIT]
    return sorted(chosen, key=lambda agent: agent.id)


def task_page(reader: Reader, ask: AskTasks) -> TaskPage:
    """One page of tasks, the newest first.

    Raises:
        CommandRefused: there is no such state.
    """
    from ...queries import TaskPage

    query = TaskQuery(
        states=states_of(ask.state),
        type=ask.type,
        capability=ask.capability,
        agent=ask.agent,
        parent_goal=ask.goal,
        after=ask.after,
        limit=ask.limit + 1,
    )
    found = find_tasks(reader, query)
    more = len(found) > ask.limit
    items = tuple(task_view(task) for task in found[: ask.limit])
    return TaskPage(items, items[-1].id if more else "")


def states_of(name: str) -> frozenset[TaskState]:
    """The state of a name; none for an empty one, which means every state.

    Raises:
        CommandRefused: there is no such state.
    """
    try:
        return frozenset({TaskState(name)} if name else ())
    except ValueError:
        names = ", ".join(TaskState)
        raise CommandRefused(f"no task state {name[:60]}", remedy=f"There are {names}.", code="invalid") from None


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
        goal=task.parent_goal or "",
    )


def _as_paused(agent: AgentView) -> AgentView:
    return agent if agent.state == "lost" else replace(agent, state="paused")
