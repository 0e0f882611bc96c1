"""Commands about goals that are split into tasks, and about the agents that do them."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from ..operators import Role
from .base import Arguments, Command, Identifier, Reason

Value = Annotated[str, Field(max_length=4_000)]
Key = Annotated[str, Field(max_length=40)]


class SubmitGraph(Arguments):
    """A goal with the steps to it: by a template, or as a plan that was shown."""

    template: Annotated[str, Field(max_length=60)] = ""
    """The template's name; empty where a plan is given."""
    parameters: Annotated[dict[Key, Value], Field(max_length=40)] = Field(default_factory=dict)
    """What the template's blanks are filled with."""
    plan: Annotated[str, Field(max_length=262_144)] = ""
    """A plan without blanks, JSON, as the query ``plan`` showed it; empty where a template is given."""


class CancelGraph(Arguments):
    """Stop every task of a goal that has not ended."""

    id: Identifier
    """The goal's graph."""
    reason: Reason = ""
    """Why, for the journal."""


class RetryTask(Arguments):
    """Try a dead or failed task again, and what failed because of it."""

    id: Identifier
    """The task."""


class DrainAgent(Arguments):
    """Let an agent finish what it has in hand, and then leave."""

    id: Identifier
    """The agent."""


GRAPH_COMMANDS: Final = (
    Command("graph.submit", "Split a goal into tasks by a plan.", SubmitGraph, Role.OPERATOR, reversible=False),
    Command("graph.cancel", "Stop every task of a goal.", CancelGraph, Role.OPERATOR, reversible=False),
    Command("task.retry", "Try a dead or failed task again.", RetryTask, Role.OPERATOR, reversible=False),
    Command("agent.drain", "Let an agent finish and leave.", DrainAgent, Role.OPERATOR, reversible=False),
)
