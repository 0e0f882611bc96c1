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
    capabilities: Annotated[list[Identifier], Field(max_length=20)] = Field(default_factory=list)
    """What the agent must be able to do, besides the type."""
    depends_on: Annotated[list[Identifier], Field(max_length=100)] = Field(default_factory=list)
    """Tasks that must be done before."""
    on_failure: Literal["fail", "skip", "wait"] = "fail"
    """What becomes of it where one of those did not succeed."""
    delay_seconds: Annotated[float, Field(ge=0, le=31_536_000)] = 0
    """How long it waits before it may begin."""
    unique: Annotated[str, Field(max_length=200)] = ""
    """While a task of this name is unfinished, no second one is made; empty is no name."""
    timeout_seconds: Annotated[float, Field(ge=0.1, le=86_400)] | None = None
    """How long one attempt may take; nothing leaves it to the agent."""
    max_attempts: Annotated[int, Field(ge=1, le=20)] = 3
    """How often it is tried."""
    description: Annotated[str, Field(max_length=20_000)] = ""
    """The same at length, for people."""
    goal: Annotated[str, Field(max_length=200)] = ""
    """The goal in steps that it belongs to, without being one of its steps; empty is none."""


class AskedTasks(Asked):
    """Which tasks."""

    state: Annotated[str, Field(max_length=20)] = ""
    """Only those in this state: pending, active, done, …"""
    type: Annotated[str, Field(max_length=100)] = ""
    """Only those of this type."""
    after: Annotated[str, Field(max_length=200)] = ""
    """The id of the last one of the page before."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Most of them."""


class AskedPage(Asked):
    """Which page."""

    after: Annotated[str, Field(max_length=200)] = ""
    """Where it begins: what the page before said as next."""
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    """Most of them."""


class AskedDead(AskedPage):
    """Which dead letters."""

    type: Annotated[str, Field(max_length=100)] = ""
    """Only those of this type."""


class AskedLetters(Asked):
    """Dead letters by their ids."""

    ids: Annotated[list[Identifier], Field(min_length=1, max_length=200)]
    """Which ones."""


class AskedThing(Asked):
    """One thing by its id."""

    id: Identifier
    """Its id, or a part that only one has."""


class AskedCancel(AskedThing):
    """A task to stop."""

    reason: Annotated[str, Field(max_length=2_000)] = ""
    """Why, for the journal."""


class AskedPriority(AskedThing):
    """A place among those that wait."""

    priority: Annotated[int, Field(ge=1, le=10)]
    """1 is first, 10 is last."""


class AskedOutput(AskedThing):
    """What a task wrote."""

    after: Annotated[int, Field(ge=0)] = 0
    """Only what follows this place; what the page before said as next."""
    limit: Annotated[int, Field(ge=1, le=1_000)] = 200
    """Most pieces."""


class AskedSteps(Asked):
    """A goal in steps: by a template, or as a plan."""

    template: Annotated[str, Field(max_length=60)] = ""
    """The template's name, as list_templates gives it; empty where a plan is given."""
    parameters: Annotated[dict[str, Annotated[str, Field(max_length=4_000)]], Field(max_length=40)] = Field(
        default_factory=dict
    )
    """What the template's blanks are filled with."""
    plan: dict[str, Any] | None = None
    """A plan of your own: title and steps, as a template has them, without blanks."""


class AskedPlan(AskedSteps):
    """What a goal would be split into."""

    goal: Annotated[str, Field(max_length=4_000)] = ""
    """For the workspace's language model, instead of both: what is to be reached, in words."""


class AskedPermission(BaseModel):
    """A tool call that a client wants to make; clients add fields of their own."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True, use_attribute_docstrings=True)

    tool_name: Identifier
    """The client's tool."""
    input: dict[str, Any] = Field(default_factory=dict)
    """What it would be called with."""
    tool_use_id: Annotated[str, Field(max_length=200)] = ""
    """The client's number of the call."""
