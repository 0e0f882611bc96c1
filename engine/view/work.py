"""Goals, agents and tasks, as an operator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class GoalView:
    """One goal.

    Attributes:
        type: pipeline, activity, quality or revenue.
        unit: ``money`` (values in cents), ``count`` or ``percent`` (values in hundredths of a percent).
        progress: 0 to 100.
        expected: where progress should be by now, 0 to 100.
        projected: the value expected at the end at the present pace; nothing before the start.
        projected_on: the ISO day on which the target is reached at this pace; empty where it never is.
        method: how the projection is made.
        short: points of progress, 0 to 100, that are missing to the pace.
        archived: put away; no list shows it unless asked.
    """

    id: str
    title: str
    type: str
    state: str
    unit: str
    target: int
    value: int
    progress: int
    expected: int
    on_track: bool
    days_left: int
    start: str
    end: str
    projected: int | None = None
    suggestions: tuple[str, ...] = ()
    projected_on: str = ""
    method: str = ""
    short: int = 0
    archived: bool = False


@dataclass(frozen=True, slots=True)
class RunningView:
    """A task in an agent's hands, with the seconds until its claim lapses."""

    id: str
    title: str
    lease_left: int


@dataclass(frozen=True, slots=True)
class BreakerView:
    """An executor or a capability of an agent that keeps failing.

    Attributes:
        state: closed, open or half_open.
        failures: how many in a row.
        seconds: until one attempt is let through.
    """

    name: str
    state: str
    failures: int
    seconds: int


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent process.

    Attributes:
        state: idle, busy, draining, paused or lost.
        lease_left: seconds until the claim on its current task lapses.
        rate: attempts that ended within the last minute.
        executors: the task types that it can do, among its capabilities.
    """

    id: str
    state: str
    capabilities: tuple[str, ...]
    seen_at: datetime
    task: str = ""
    task_title: str = ""
    lease_left: int | None = None
    done: int = 0
    failed: int = 0
    host: str = ""
    pid: int = 0
    concurrency: int = 0
    rate: int = 0
    running: tuple[RunningView, ...] = ()
    breakers: tuple[BreakerView, ...] = ()
    executors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task.

    Attributes:
        goal: the graph that it is a step of; empty for a task of its own.
    """

    id: str
    title: str
    type: str
    state: str
    priority: int
    created_at: datetime
    updated_at: datetime
    capabilities: tuple[str, ...] = ()
    agent: str = ""
    attempts: int = 0
    result: str = ""
    error: str = ""
    goal: str = ""


@dataclass(frozen=True, slots=True)
class AgentsView:
    """Agents and the work they share.

    Attributes:
        throughput: tasks finished in each of the last twenty minutes, oldest first.
        queue_paused: the queue hands out nothing.
        here: how many agents were heard of lately, also those that ``agents`` has no room for.
        lost: how many of them are lost.
        paused: what tasks may ask for and an operator paused, at most twenty names.
    """

    agents: tuple[AgentView, ...] = ()
    tasks: tuple[TaskView, ...] = ()
    pending: int = 0
    active: int = 0
    done: int = 0
    dead: int = 0
    throughput: tuple[int, ...] = ()
    queue_paused: bool = False
    here: int = 0
    lost: int = 0
    paused: tuple[str, ...] = ()
