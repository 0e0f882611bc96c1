"""The agents' work, as the InterfaceAgent tells it to people: agents, queues, what stands in the way, one task."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from ...agents.blockers import blocker_of
from ...agents.interface import InterfaceAgent
from ...coordination.bridge import QUEUE_TARGETS
from ...governance.halt import Scope, paused_targets
from ...queries import (
    AGENTS,
    OUTPUT,
    TASK,
    AgentsReport,
    AskOutput,
    AskTask,
    BlockerView,
    OutputPage,
    OutputPiece,
    QueueView,
    TaskReport,
    WorktreeView,
)
from ...storage import Reader
from ...tasks import Task, dependants_of, dependencies_of, get_graph, get_task, member_of
from ...tasks.output import DIFF, WORKTREE, read_output, read_whole
from ...view import AgentView
from ..find import find_id
from .activity import history_of
from .graphs import Helpers
from .tasks import task_view

_AROUND: Final = 200
_DIFF: Final = 1_048_576
"""Most characters of a diff in one answer."""


def agent_readers(
    agent: InterfaceAgent, agents: Callable[[], tuple[AgentView, ...]], helpers: Helpers
) -> Mapping[str, Callable[[Reader, Any], object]]:
    """What answers the questions about agents and tasks, by the name of the query."""

    def report(reader: Reader, ask: AskTask) -> TaskReport:
        return task_report(reader, find_id(reader, "tasks", ask.id), helpers)

    return {
        AGENTS.name: lambda reader, _: agents_report(reader, agent, agents(), helpers),
        TASK.name: report,
        OUTPUT.name: output_page,
    }


def agents_report(reader: Reader, agent: InterfaceAgent, agents: Sequence[AgentView], helpers: Helpers) -> AgentsReport:
    """The agents' work as a whole."""
    paused, stopped = paused_targets(reader, Scope.AGENT), paused_targets(reader, Scope.QUEUE)
    found = agent.report(reader, helpers(reader))
    summary = found.summary
    able = [frozenset(agent.capabilities) for agent in agents if agent.state != "lost"]
    return AgentsReport(
        agents=tuple(_as_paused(agent) if agent.id in paused else agent for agent in agents),
        queues=tuple(
            QueueView(
                needs=one.needs,
                pending=one.pending,
                active=one.active,
                backlog=one.backlog,
                oldest_seconds=one.oldest_seconds,
                throughput=one.throughput,
                agents=sum(map(frozenset(one.needs).issubset, able)),
                paused=tuple(name for name in one.needs if name in stopped),
            )
            for one in found.queues
        ),
        blockers=tuple(BlockerView(one.task_id, one.title, one.why, one.action_id) for one in found.blockers),
        by_state=tuple((state.value, number) for state, number in summary.by_state.items()),
        throughput=summary.throughput,
        queue_paused=bool(QUEUE_TARGETS & stopped),
        paused=tuple(sorted(stopped - QUEUE_TARGETS)),
    )


def task_report(reader: Reader, task_id: str, helpers: Helpers) -> TaskReport:
    """All about one task.

    Raises:
        TaskError: there is no such task.
    """
    task = get_task(reader, task_id)
    member = member_of(reader, task_id)
    graph = get_graph(reader, member.graph_id) if member is not None else None
    blocker = blocker_of(reader, task, helpers(reader))
    before = [get_task(reader, other) for other in dependencies_of(reader, task_id)[:_AROUND]]
    return TaskReport(
        task=replace(task_view(task), result=task.result, error=task.error),
        description=task.description,
        payload=task.payload,
        max_attempts=task.max_attempts,
        timeout_seconds=task.timeout_seconds,
        queue_seconds=_between(task.queued_at, task.started_at),
        run_seconds=_between(task.started_at, task.ended_at),
        before=tuple(task_view(one) for one in before),
        after=tuple(task_view(one) for one in dependants_of(reader, task_id)[:_AROUND]),
        graph=graph.id if graph is not None else "",
        graph_title=graph.title if graph is not None else "",
        step=member.step if member is not None else "",
        why=blocker.why if blocker is not None else "",
        action=member.action_id if member is not None else "",
        worktree=_worktree(reader, task),
        diff=read_whole(reader, task_id, DIFF)[:_DIFF],
        events=history_of(reader, task_id),
    )


def output_page(reader: Reader, ask: AskOutput) -> OutputPage:
    """What a task wrote, after a place.

    Raises:
        CommandRefused: there is no such task.
    """
    task = get_task(reader, find_id(reader, "tasks", ask.id))
    kept = read_output(reader, task.id, ask.after, ask.limit)
    items = tuple(OutputPiece(one.seq, one.source, one.text, one.at) for one in kept)
    following = items[-1].seq if items else ask.after
    return OutputPage(items, following, task.state.value, ended=task.state.terminal and len(items) < ask.limit)


def _worktree(reader: Reader, task: Task) -> WorktreeView | None:
    text = read_whole(reader, task.id, WORKTREE)
    if not text:
        return None
    try:
        found = json.loads(text)
        return WorktreeView(
            repository=str(found["repository"])[:1_000],
            branch=str(found["branch"])[:300],
            commit=str(found["commit"])[:100],
            base=str(found["base"])[:100],
            files=int(found["files"]),
        )
    except (ValueError, KeyError, TypeError):
        # An agent wrote it; what makes no sense is not shown as a place.
        return None


def _between(since: datetime | None, until: datetime | None) -> float | None:
    if since is None or until is None or until < since:
        return None
    return round((until - since).total_seconds(), 3)


def _as_paused(agent: AgentView) -> AgentView:
    return agent if agent.state == "lost" else replace(agent, state="paused")
