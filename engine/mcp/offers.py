"""What may be asked over MCP: the arguments of each offer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Identifier = Annotated[str, Field(min_length=1, max_length=200)]


class Asked(BaseModel):
    """Arguments of one offer: unknown ones refused, their docstrings in the schema."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)


class AskedNothing(Asked):
    """No arguments."""


class AskedReason(Asked):
    """Why."""

    reason: Annotated[str, Field(max_length=2_000)] = ""
    """Why, for the journal."""


class AskedProposal(Asked):
    """An action to propose."""

    kind: Annotated[str, Field(min_length=1, max_length=120)]
    """What it is for the guardrails, such as send_follow_up_email; an unknown kind asks an operator."""
    tool: Identifier
    """The tool that would do it; list_tools names them."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """The tool's arguments, by its schema; numbers are integers."""
    reason: Annotated[str, Field(max_length=2_000)] = ""
    """Why, for whoever decides."""
    account: Annotated[str, Field(max_length=200)] = ""
    """The account it is about, if any."""


class AskedAction(Asked):
    """One action."""

    id: Identifier
    """Its id, as propose_action gave it."""
    wait_seconds: Annotated[int, Field(ge=0, le=3_600)] = 0
    """Wait so long for it to be decided and done."""


class AskedMessage(Asked):
    """A message."""

    to: Identifier
    """A persona's id, or a channel's name with # before it."""
    text: Annotated[str, Field(min_length=1, max_length=200_000)]
    """What to say."""


class AskedGoal(Asked):
    """A new goal."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    """Its name."""
    type: Literal["pipeline", "activity", "quality", "revenue"]
    """What it counts."""
    target: Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,2})?$")]
    """What to reach: money, a count, or a percentage."""
    start: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """First day, ISO."""
    end: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """Last day, ISO."""


class AskedTask(Asked):
    """Work for an agent."""

    title: Annotated[str, Field(min_length=1, max_length=500)]
    """What to do, in a line."""
    type: Annotated[str, Field(min_length=1, max_length=100)] = "echo"
    """The executor's name."""
    payload: dict[str, Any] = Field(default_factory=dict)
    """What the executor gets."""
    priority: Annotated[int, Field(ge=1, le=10)] = 5
    """1 is first, 10 is last."""
    depends_on: Annotated[list[Identifier], Field(max_length=100)] = Field(default_factory=list)
    """Tasks that must be done before."""


class AskedTasks(Asked):
    """Which tasks."""

    state: Annotated[str, Field(max_length=20)] = ""
    """Only those in this state: pending, active, done, …"""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Most of them."""


class AskedThing(Asked):
    """One thing by its id."""

    id: Identifier
    """Its id, or a part that only one has."""


class AskedCancel(AskedThing):
    """A task to stop."""

    reason: Annotated[str, Field(max_length=2_000)] = ""
    """Why, for the journal."""


class AskedPermission(BaseModel):
    """A tool call that a client wants to make; clients add fields of their own."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    tool_name: Identifier
    """The client's tool."""
    input: dict[str, Any] = Field(default_factory=dict)
    """What it would be called with."""
    tool_use_id: Annotated[str, Field(max_length=200)] = ""
    """The client's number of the call."""
