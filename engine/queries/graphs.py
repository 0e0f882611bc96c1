"""Questions about goals that are split into tasks: templates, plans, and how far each step is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from .base import Ask, AskNothing, AskPage, Query

__all__ = [
    "GRAPH",
    "GRAPHS",
    "GRAPH_QUERIES",
    "PLAN",
    "TEMPLATES",
    "AskGraph",
    "AskGraphs",
    "AskPlan",
    "GraphPage",
    "GraphRow",
    "GraphView",
    "ParameterView",
    "StepView",
    "TemplatePage",
    "TemplateView",
]


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

    id: Annotated[str, Field(min_length=1, max_length=200)]


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


TEMPLATES: Final = Query("templates", AskNothing, TemplatePage)
PLAN: Final = Query("plan", AskPlan, GraphView, patience_seconds=200.0)
"""A language model may take its time, and be asked three times."""
GRAPHS: Final = Query("graphs", AskGraphs, GraphPage)
GRAPH: Final = Query("graph", AskGraph, GraphView)
GRAPH_QUERIES: Final = (TEMPLATES, PLAN, GRAPHS, GRAPH)
