"""Commands about goals and the CRM."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final, Literal

from pydantic import Field

from ..operators import Role
from .base import Arguments, Command, Identifier, Reason

Target = Annotated[str, Field(pattern=r"^\d{1,15}(\.\d{1,2})?$")]


class AddGoal(Arguments):
    """A new goal."""

    title: Annotated[str, Field(min_length=1, max_length=200)]
    """Its name."""
    type: Literal["pipeline", "activity", "quality", "revenue"]
    """What it counts."""
    target: Target
    """What to reach: money, a count, or a percentage."""
    start: date
    """First day, included."""
    end: date
    """Last day, included; after ``start``."""


class EditGoal(Arguments):
    """Other particulars for a goal; what is left out stays."""

    id: Identifier
    """The goal."""
    title: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    """Its name."""
    target: Target | None = None
    """What to reach: money, a count, or a percentage."""
    start: date | None = None
    """First day, included."""
    end: date | None = None
    """Last day, included; after ``start``."""


class GoalTarget(Arguments):
    """One goal."""

    id: Identifier
    """The goal."""


class ImportCrm(Arguments):
    """CSV tables of a CRM."""

    directory: Annotated[str, Field(min_length=1, max_length=4_096)]
    """Where they are, on the engine's machine."""


class SetStage(Arguments):
    """Where an account stands, against what its opportunities say."""

    account: Identifier
    """The account."""
    stage: Literal["prospecting", "qualification", "evaluation", "negotiation", "closed_won", "closed_lost"]
    """The stage."""
    reason: Reason = ""
    """Why, for the journal."""


GOAL_COMMANDS: Final = (
    Command("goal.add", "Add a goal.", AddGoal, Role.OPERATOR, reversible=True),
    Command("goal.edit", "Change a goal's title, target or window.", EditGoal, Role.OPERATOR, reversible=True),
    Command("goal.pause", "Pause a goal.", GoalTarget, Role.OPERATOR, reversible=True),
    Command("goal.resume", "Let a goal go on.", GoalTarget, Role.OPERATOR, reversible=True),
    Command("goal.archive", "Put away a goal that is not active.", GoalTarget, Role.OPERATOR, reversible=True),
    Command("goal.restore", "Bring an archived goal back.", GoalTarget, Role.OPERATOR, reversible=True),
    Command("crm.import", "Import CRM tables from CSV files.", ImportCrm, Role.OPERATOR, reversible=False),
    Command("account.stage", "Set the stage of an account by hand.", SetStage, Role.OPERATOR, reversible=True),
)
