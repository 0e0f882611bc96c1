"""What goes into the engine: one registry of commands.

Keys, palette, help, footer and the command line are projections of :data:`COMMANDS`. Every command is carried out by
the engine alone, which checks the operator's role again, whatever door it came through.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from .operators import Role

Text = Annotated[str, Field(min_length=1, max_length=1_048_576)]
Identifier = Annotated[str, Field(min_length=1, max_length=200)]
Reason = Annotated[str, Field(max_length=2_000)]


class Arguments(BaseModel):
    """The arguments of a command: immutable, unknown ones refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, defer_build=True)


class Nothing(Arguments):
    """A command without arguments."""


class ApproveAction(Arguments):
    """A yes to exactly what was shown."""

    id: Identifier
    """The action."""
    revision: Annotated[int, Field(ge=1)]
    """The revision that was on the screen."""
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    """The digest that was on the screen."""


class RejectAction(ApproveAction):
    """A no, with the reason that the proposer will read."""

    reason: Reason
    """Why not."""


class UndoApproval(Arguments):
    """Take an approval back while its grace period lasts."""

    id: Identifier
    """The action."""


class SendMessage(Arguments):
    """A message from the operator to a persona or a channel."""

    to: Identifier
    """A persona's id, or a channel's name with ``#`` before it."""
    text: Text
    """What to say."""


class Target(Arguments):
    """One thing that can be paused."""

    scope: Literal["persona", "agent", "queue", "job", "heartbeat"]
    """What sort of thing."""
    id: Identifier
    """Which one."""
    reason: Reason = ""
    """Why, for the journal."""


class HaltEngine(Arguments):
    """Stop everything that could have an effect."""

    reason: Reason = ""
    """Why, for the journal."""


class Reprioritise(Arguments):
    """Move one waiting message or task."""

    scope: Literal["message", "task"]
    """What sort of thing."""
    id: Identifier
    """Which one."""
    change: Literal["raise", "lower", "top", "set"]
    """Which way."""
    value: Annotated[int | None, Field(ge=0, le=100)] = None
    """With ``set``: the priority; 0 to 100 for a message, 1 to 10 for a task."""


class MessageTarget(Arguments):
    """One waiting message."""

    id: Identifier
    """The message."""
    reason: Reason = ""
    """Why, for the journal."""


class SetMode(Arguments):
    """A persona's autonomy."""

    id: Identifier
    """The persona."""
    mode: Literal["off", "sync", "shadow", "autonomous"]
    """How it works from now on, also after a restart."""


class SubmitTask(Arguments):
    """Work for an agent."""

    title: Annotated[str, Field(min_length=1, max_length=500)]
    """What to do, in a line."""
    type: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_.\-]+$")] = "echo"
    """The executor's name: ``echo``, ``word_count``, ``command``, or one that the agent's machine declares."""
    payload: Annotated[str, Field(max_length=262_144)] = "{}"
    """What the executor gets: a JSON object."""
    priority: Annotated[int, Field(ge=1, le=10)] = 5
    """1 is first, 10 is last."""
    capabilities: tuple[Identifier, ...] = ()
    """What the agent must be able to do, besides the type."""
    depends_on: tuple[Identifier, ...] = ()
    """Tasks that must be done before."""


class CancelTask(Arguments):
    """Stop a task."""

    id: Identifier
    """The task."""
    reason: Reason = ""
    """Why, for the journal."""


class AddGoal(Arguments):
    """A new goal."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    """Its name."""
    type: Literal["pipeline", "activity", "quality", "revenue"]
    """What it counts."""
    target: Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,2})?$")]
    """What to reach: money, a count, or a percentage."""
    start: date
    """First day, included."""
    end: date
    """Last day, included; after ``start``."""


class GoalTarget(Arguments):
    """One goal."""

    id: Identifier
    """The goal."""


class RunJob(Arguments):
    """A background job, now."""

    name: Identifier
    """The job."""


class ImportCrm(Arguments):
    """CSV tables of a CRM."""

    directory: Annotated[str, Field(min_length=1, max_length=4_096)]
    """Where they are, on the engine's machine."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing an operator can have the engine do.

    Attributes:
        name: its name on every door, ``noun.verb``.
        doc: what it does, in a sentence for help and palette.
        arguments: the model its arguments are checked against.
        role: the least role that may send it.
        reversible: another command undoes it.
    """

    name: str
    doc: str
    arguments: type[Arguments]
    role: Role
    reversible: bool


_ALL: Final = (
    Command("action.approve", "Approve exactly what is shown.", ApproveAction, Role.OPERATOR, reversible=False),
    Command("action.reject", "Reject, with a reason for the proposer.", RejectAction, Role.OPERATOR, reversible=False),
    Command("action.undo", "Take an approval back in its grace period.", UndoApproval, Role.OPERATOR, reversible=True),
    Command("message.send", "Write to a persona or a channel.", SendMessage, Role.OPERATOR, reversible=False),
    Command("message.drop", "Drop a waiting message.", MessageTarget, Role.OPERATOR, reversible=False),
    Command("message.retry", "Give a dead message another try.", MessageTarget, Role.OPERATOR, reversible=False),
    Command("queue.reprioritise", "Move a waiting message or task.", Reprioritise, Role.OPERATOR, reversible=True),
    Command("target.pause", "Pause one thing.", Target, Role.OPERATOR, reversible=True),
    Command("target.resume", "Let one thing go on.", Target, Role.OPERATOR, reversible=True),
    Command("engine.halt", "Pause everything at once.", HaltEngine, Role.OPERATOR, reversible=True),
    Command("engine.resume", "Let everything go on.", Nothing, Role.OPERATOR, reversible=True),
    Command("persona.set_mode", "Change how a persona works.", SetMode, Role.ADMIN, reversible=True),
    Command("task.submit", "Give a task to the agents.", SubmitTask, Role.OPERATOR, reversible=False),
    Command("task.cancel", "Stop a task.", CancelTask, Role.OPERATOR, reversible=False),
    Command("goal.add", "Add a goal.", AddGoal, Role.OPERATOR, reversible=True),
    Command("goal.pause", "Pause a goal.", GoalTarget, Role.OPERATOR, reversible=True),
    Command("goal.resume", "Let a goal go on.", GoalTarget, Role.OPERATOR, reversible=True),
    Command("job.run", "Run a background job now.", RunJob, Role.OPERATOR, reversible=False),
    Command("crm.import", "Import CRM tables from CSV files.", ImportCrm, Role.OPERATOR, reversible=False),
)

COMMANDS: Final[dict[str, Command]] = {command.name: command for command in _ALL}
"""Every command by its name."""
