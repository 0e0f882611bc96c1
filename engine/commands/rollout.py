"""Commands about the gradual rollout of autonomy."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from ..operators import Role
from .base import Arguments, Command, Identifier, Reason

RolloutStage = Literal["one", "half", "all"]


class PlanRollout(Arguments):
    """Who takes part, and who begins."""

    first: Annotated[str, Field(max_length=200)] = ""
    """The persona that begins; empty leaves that to the hash of their ids."""
    personas: Annotated[tuple[Identifier, ...], Field(max_length=1_000)] = ()
    """Who takes part; none means all."""


class StartRollout(Arguments):
    """Begin the planned rollout, or one of all personas."""

    first: Annotated[str, Field(max_length=200)] = ""
    """The persona that begins; empty leaves that to the plan."""
    reason: Reason = ""
    """Why, for the journal."""


class StepRollout(Arguments):
    """One step of the rollout."""

    stage: RolloutStage | None = None
    """The stage that the operator saw; the step is refused at another one."""
    reason: Reason = ""
    """Why, for the journal."""


class RollBack(Arguments):
    """Every persona on sync, at once."""

    reason: Reason = ""
    """Why, for the journal."""


ROLLOUT_COMMANDS: Final = (
    Command("rollout.plan", "Draw up a rollout; changes nothing yet.", PlanRollout, Role.OPERATOR, reversible=True),
    Command("rollout.start", "Let the first persona work by itself.", StartRollout, Role.OPERATOR, reversible=True),
    Command("rollout.advance", "Begin the next stage.", StepRollout, Role.OPERATOR, reversible=True),
    Command("rollout.hold", "Hold the rollout where it is.", StepRollout, Role.OPERATOR, reversible=True),
    Command("rollout.resume", "Let a held rollout go on.", StepRollout, Role.OPERATOR, reversible=True),
    Command("rollout.back", "Put every persona on sync at once.", RollBack, Role.OPERATOR, reversible=True),
    Command("rollout.abort", "Give it up; personas are what they were.", StepRollout, Role.OPERATOR, reversible=True),
    Command("rollout.restart", "Begin an ended rollout again.", StepRollout, Role.OPERATOR, reversible=True),
)
