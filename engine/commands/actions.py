"""Commands that decide about actions."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from ..operators import Role
from .base import Arguments, Command, Identifier, Reason


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


class EditAction(ApproveAction):
    """Other arguments for an open question: a new revision, judged again; nothing is approved by it."""

    arguments: Annotated[str, Field(min_length=2, max_length=262_144)]
    """The whole arguments as JSON text, strictly parsed."""
    reason: Reason = ""
    """Why, for the proposer and the journal."""


class SnoozeAction(Arguments):
    """Put a question out of sight for a while. Its deadline stays: snoozing never answers it."""

    id: Identifier
    """The action."""
    seconds: Annotated[int, Field(ge=0, le=86_400)] = 300
    """How long; 0 brings it back at once. Seconds."""


class ClaimAction(Arguments):
    """Tell the others that you are looking at a question; a hint, never a lock."""

    id: Identifier
    """The action."""
    release: bool = False
    """Stop looking at it."""


class WithdrawAction(Arguments):
    """Take your own proposal back before it starts."""

    id: Identifier
    """The action."""
    reason: Reason = ""
    """Why, for the journal."""


class SettleAction(Arguments):
    """Say what became of an uncertain action, after looking."""

    id: Identifier
    """The action."""
    happened: bool
    """Its effect is there."""
    note: Reason = ""
    """What was found, for the journal."""


class DecideMany(Arguments):
    """One answer to several questions of one kind that were all on the screen; each is checked by itself."""

    verdict: Literal["approve", "reject"]
    """The answer."""
    items: Annotated[tuple[ApproveAction, ...], Field(min_length=1, max_length=200)]
    """What was shown: id, revision and digest of each."""
    reason: Reason = ""
    """With a rejection: why."""


class ProposeAction(Arguments):
    """A proposal of the operator's own. The guardrails judge it like any other; its proposer cannot approve it."""

    kind: Annotated[str, Field(min_length=1, max_length=120)]
    """What it is."""
    tool: Identifier
    """The tool that would do it."""
    arguments: Annotated[str, Field(min_length=2, max_length=262_144)] = "{}"
    """The tool's arguments as JSON text."""
    reason: Reason = ""
    """Why."""
    account: Annotated[str, Field(max_length=200)] = ""
    """The account it is about, if any."""


ACTION_COMMANDS: Final = (
    Command("action.approve", "Approve exactly what is shown.", ApproveAction, Role.OPERATOR, reversible=False),
    Command("action.reject", "Reject, with a reason for the proposer.", RejectAction, Role.OPERATOR, reversible=False),
    Command("action.undo", "Take an approval back in its grace period.", UndoApproval, Role.OPERATOR, reversible=True),
    Command("action.edit", "Change an open question's arguments.", EditAction, Role.OPERATOR, reversible=False),
    Command("action.snooze", "Put a question out of sight for a while.", SnoozeAction, Role.OPERATOR, reversible=True),
    Command("action.claim", "Tell the others that you look at it.", ClaimAction, Role.OPERATOR, reversible=True),
    Command("action.withdraw", "Take your own proposal back.", WithdrawAction, Role.OPERATOR, reversible=False),
    Command("action.settle", "Say what became of an uncertain action.", SettleAction, Role.OPERATOR, reversible=False),
    Command("action.decide_many", "Answer several questions at once.", DecideMany, Role.OPERATOR, reversible=False),
    Command("action.propose", "Propose an action of your own.", ProposeAction, Role.OPERATOR, reversible=False),
)
