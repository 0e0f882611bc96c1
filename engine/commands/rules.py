"""Commands about standing rules: what operators always allow or always deny."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from ..operators import Role
from .actions import ApproveAction
from .base import Arguments, Command, Identifier, Reason


class AllowLike(ApproveAction):
    """Always allow what is like this example. Never for hard stops, nor for kinds that need a quorum."""

    same: Annotated[tuple[Identifier, ...], Field(max_length=64)] = ()
    """JSON pointers of the arguments that have to equal the example's (``/to``); the others may be anything."""
    same_proposer: bool = True
    """Only for the example's proposer."""
    same_account: bool = True
    """Only for the example's account; for an example about no account: only for actions about none."""
    uses: Annotated[int, Field(ge=1, le=10_000)] = 20
    """After so many it ends by itself."""
    lasts_seconds: Annotated[int, Field(ge=60, le=2_592_000)] = 86_400
    """How long it holds. Seconds."""


class DenyLike(AllowLike):
    """Always deny what is like this example, with the reason that every proposer reads."""

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]
    """Why not."""


class RevokeRule(Arguments):
    """End a standing rule; what it allowed and has not started is asked again."""

    id: Identifier
    """The rule."""
    reason: Reason = ""
    """Why, for the journal."""


RULE_COMMANDS: Final = (
    Command("rule.allow", "Always allow what is like this.", AllowLike, Role.OPERATOR, reversible=True),
    Command("rule.deny", "Always deny what is like this.", DenyLike, Role.OPERATOR, reversible=True),
    Command("rule.revoke", "End a standing rule.", RevokeRule, Role.OPERATOR, reversible=False),
)
