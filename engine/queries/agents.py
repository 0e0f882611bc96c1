"""Questions about agents, the tasks they share, and goals that were split into tasks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from ..view import ActivityView, AgentView, TaskView
from .base import Ask, AskNothing, AskPage, Query

Thing = Annotated[str, Field(min_length=1, max_length=200)]


class AskPlan(Ask):
    """What a goal would be split into: by a template, by the language model, or as a plan says."""

    template: Annotated[str, Field(max_length=60)] = ""
    parameters: Annotated[dict[str, Annotated[str, Field(max_length=4_000)]], Field(max_length=40)] = Field(
        default_factory=dict
    )
    goal: Annotated[str, Field(max_length=4_000)] = ""
    """For the model: what is to be reached."""
    plan: Annotated[str, Field(max_length=262_144)] = ""


class AskGraph(Ask):
    """Which goal, by its whole id or by a part that only one has."""

    id: Thing


class AskTask(Ask):
    """Which task, likewise."""

    id: Thing


class AskOutput(Ask):
    """What a task wrote, after a place; 0 is the beginning of what is kept."""

    id: Thing
    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=1_000)] = 500


class AskGraphs(AskPage):
    """Goals that were split into tasks."""


@dataclass(frozen=True, slots=True)
class ParameterView:
    """A blank of a template; without a default it has to be given."""

    name: str
    about: str
    default: str | None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TemplateView:
    """A template.

    Attributes:
        own: it is the workspace's own.
        steps: how many it has.
        fault: why it cannot be used, with file and line; empty where it can.
    """

    name: str
    title: str
    about: str
    own: bool
    parameters: tuple[ParameterView, ...] = ()
    steps: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class TemplatePage:
    """All templates."""

    items: tuple[TemplateView, ...]


@dataclass(frozen=True, slots=True)
class StepView:
    """One step of a goal, before or after it became a task.

    Attributes:
        id: its name in the plan.
        depth: how many steps lie before it, by the longest way.
        asks: for an approval step, the action's kind and tool; empty for agents' work.
        task: the task that it became; empty before.
        why: what stands in its way, or what became of it; empty where it goes on by itself.
        action: the action that has to be decided, where that is it.
    """

    id: str
    title: str
    type: str
    needs: tuple[str, ...]
    depth: int
    asks: str = ""
    on_failure: str = "fail"
    capabilities: tuple[str, ...] = ()
    priority: int = 5
    payload: str = ""
    task: str = ""
    state: str = ""
    agent: str = ""
    why: str = ""
    action: str = ""
    result: str = ""


@dataclass(frozen=True, slots=True)
class GraphView:
    """A goal and its steps.

    Attributes:
        id: empty for a plan that was not submitted.
        origin: the template's name, ``model`` or ``plan``.
        state: planned, open, done, failed or cancelled.
        plan: for a plan that was not submitted and comes from no template: the text to submit it with.
        notes: what an operator should know before submitting it.
    """

    id: str
    title: str
    origin: str
    state: str
    steps: tuple[StepView, ...]
    parameters: tuple[tuple[str, str], ...] = ()
    actor: str = ""
    created_at: datetime | None = None
    plan: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GraphRow:
    """A goal in a list."""

    id: str
    title: str
    origin: str
    state: str
    done: int
    total: int
    actor: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class GraphPage:
    """Some goals, and where the next page begins (empty at the end)."""

    items: tuple[GraphRow, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class WorktreeView:
    """Where the result of a task lies in a git repository.

    Attributes:
        commit: what it committed; empty where it changed nothing.
        files: how many files it changed.
    """

    repository: str
    branch: str
    commit: str
    base: str
    files: int = 0


@dataclass(frozen=True, slots=True)
class TaskReport:
    """All about one task.

    Attributes:
        before, after: the tasks around it.
        graph: the goal that it belongs to, by its id and title; empty where it belongs to none.
        why: what stands in its way; empty where it goes on by itself.
        action: the action that has to be decided, where that is it.
        diff: what it changed in its work tree, at most so much as is kept.
    """

    task: TaskView
    description: str
    payload: str
    max_attempts: int
    timeout_seconds: float | None
    queue_seconds: float | None
    run_seconds: float | None
    before: tuple[TaskView, ...]
    after: tuple[TaskView, ...]
    graph: str
    graph_title: str
    step: str
    why: str
    action: str
    worktree: WorktreeView | None
    diff: str
    events: tuple[ActivityView, ...]


@dataclass(frozen=True, slots=True)
class OutputPiece:
    """A piece of what a task wrote.

    Attributes:
        seq: its place; those of one task rise.
        source: stdout, stderr or note.
    """

    seq: int
    source: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class OutputPage:
    """What a task wrote.

    Attributes:
        next: ask with it as ``after`` for what follows.
        state: the task's.
        ended: nothing more will follow.
    """

    items: tuple[OutputPiece, ...]
    next: int
    state: str
    ended: bool


@dataclass(frozen=True, slots=True)
class QueueView:
    """The tasks that ask for the same capabilities.

    Attributes:
        needs: the type and what else they ask for.
        oldest_seconds: how long the first of those that wait has waited.
        throughput: done in each of the last twenty minutes, oldest first.
        agents: how many agents here can do them.
    """

    needs: tuple[str, ...]
    pending: int
    active: int
    backlog: int
    oldest_seconds: int
    throughput: tuple[int, ...]
    agents: int


@dataclass(frozen=True, slots=True)
class BlockerView:
    """What stands in a task's way."""

    task: str
    title: str
    why: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class AgentsReport:
    """The agents' work as a whole.

    Attributes:
        by_state: how many tasks are in each state.
        throughput: done in each of the last twenty minutes, oldest first.
    """

    agents: tuple[AgentView, ...]
    queues: tuple[QueueView, ...]
    blockers: tuple[BlockerView, ...]
    by_state: tuple[tuple[str, int], ...]
    throughput: tuple[int, ...]
    queue_paused: bool = False


AGENTS: Final = Query("agents", AskNothing, AgentsReport)
TEMPLATES: Final = Query("templates", AskNothing, TemplatePage)
PLAN: Final = Query("plan", AskPlan, GraphView)
GRAPHS: Final = Query("graphs", AskGraphs, GraphPage)
GRAPH: Final = Query("graph", AskGraph, GraphView)
TASK: Final = Query("task", AskTask, TaskReport)
OUTPUT: Final = Query("task.output", AskOutput, OutputPage)
AGENT_QUERIES: Final = (AGENTS, TEMPLATES, PLAN, GRAPHS, GRAPH, TASK, OUTPUT)
