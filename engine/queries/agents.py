"""Questions about agents and the tasks that they share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from ..view import ActivityView, AgentView, TaskView
from .base import Ask, AskNothing, Query

__all__ = [
    "AGENTS",
    "AGENT_QUERIES",
    "OUTPUT",
    "TASK",
    "AgentsReport",
    "AskOutput",
    "AskTask",
    "BlockerView",
    "OutputPage",
    "OutputPiece",
    "QueueView",
    "TaskReport",
    "WorktreeView",
]

Thing = Annotated[str, Field(min_length=1, max_length=200)]


class AskTask(Ask):
    """Which task, likewise."""

    id: Thing


class AskOutput(Ask):
    """What a task wrote, after a place; 0 is the beginning of what is kept."""

    id: Thing
    after: Annotated[int, Field(ge=0)] = 0
    limit: Annotated[int, Field(ge=1, le=1_000)] = 500


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
        paused: what of ``needs`` an operator paused; where that is anything, none of these tasks is handed out.
    """

    needs: tuple[str, ...]
    pending: int
    active: int
    backlog: int
    oldest_seconds: int
    throughput: tuple[int, ...]
    agents: int
    paused: tuple[str, ...] = ()


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
        queue_paused: nothing at all is handed out.
        paused: what tasks may ask for and an operator paused.
    """

    agents: tuple[AgentView, ...]
    queues: tuple[QueueView, ...]
    blockers: tuple[BlockerView, ...]
    by_state: tuple[tuple[str, int], ...]
    throughput: tuple[int, ...]
    queue_paused: bool = False
    paused: tuple[str, ...] = ()


AGENTS: Final = Query("agents", AskNothing, AgentsReport)
TASK: Final = Query("task", AskTask, TaskReport)
OUTPUT: Final = Query("task.output", AskOutput, OutputPage)
AGENT_QUERIES: Final = (AGENTS, TASK, OUTPUT)
