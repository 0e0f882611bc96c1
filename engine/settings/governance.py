"""Settings of the gate: what asks for approval, how long a question stays open, and who may answer."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, StringConstraints

from ..operators import Role
from .base import Section

Name: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=120, strip_whitespace=True)]
RoleName: TypeAlias = Literal["viewer", "operator", "admin"]
GateableStage: TypeAlias = Literal[
    "prospecting", "qualification", "evaluation", "negotiation", "closed_won", "closed_lost"
]


class GovernanceSettings(Section):
    """The table ``[governance]``. It can only tighten the built-in rules; nothing in it lets run what they stop."""

    require_approval: tuple[Name, ...] = Field(default=(), max_length=200)
    """Kinds that ask an operator although the built-in rules would let them run by themselves."""
    hard_stop: tuple[Name, ...] = Field(default=(), max_length=200)
    """Kinds that nobody can approve, besides the seven built-in ones."""
    gated_stages: tuple[GateableStage, ...] = ()
    """Stages of an account in which autonomous kinds ask first, besides evaluation, negotiation and the closed ones."""
    tools: dict[Name, tuple[Name, ...]] = Field(default_factory=dict, max_length=200)
    """For a kind, the only tools that may serve it; narrows the built-in table."""
    expiry_seconds: int = Field(default=1_800, ge=10, le=604_800)
    """Seconds after which an unanswered question counts as a no, and within which an approved action must start."""
    expiry_seconds_by_kind: dict[Name, Annotated[int, Field(ge=10, le=604_800)]] = Field(
        default_factory=dict, max_length=200
    )
    """For a kind, its own expiry in seconds."""
    grace_seconds: float = Field(default=5.0, ge=0, le=300)
    """Seconds between an operator's yes and the start, in which it can be undone."""
    unattended: Literal["wait", "fail"] = "wait"
    """What becomes of a question while no operator can be reached: it waits, or it counts as a no at once."""
    attended_seconds: int = Field(default=900, ge=10, le=604_800)
    """Seconds after an operator was last heard of in which they count as within reach."""
    fatigue_streak: int = Field(default=10, ge=0, le=1_000)
    """Approvals in a row, quickly read, after which an operator is asked once more each time; 0 never asks."""
    fatigue_reading_seconds: float = Field(default=2.0, ge=0, le=60)
    """Seconds of reading, in the median of such a row, under which it counts as quickly read."""
    fatigue_per_minute: int = Field(default=20, ge=0, le=1_000)
    """Approvals a minute above which an operator is asked once more each time; 0 never asks."""
    max_pending: int = Field(default=2_000, ge=1, le=100_000)
    """Most questions open at once; a proposal beyond that is refused and its proposer told."""
    max_argument_bytes: int = Field(default=65_536, ge=256, le=262_144)
    """Most bytes of one action's arguments."""
    rejected_quiet_seconds: int = Field(default=3_600, ge=0, le=604_800)
    """Seconds in which a repeat of a rejected proposal is counted instead of asked again; 0 asks every time."""
    launch_concurrency: int = Field(default=4, ge=1, le=64)
    """Most tools running at once."""
    sweep_seconds: float = Field(default=1.0, ge=0.1, le=60)
    """Seconds between two looks for what is due or expired when nothing announces it."""
    max_attempts: int = Field(default=3, ge=1, le=10)
    """Most starts of one action whose tool is idempotent, over crashes and restarts."""
    default_role: RoleName = "operator"
    """The role of whoever is not listed under ``operators``."""
    operators: dict[Name, RoleName] = Field(default_factory=dict, max_length=1_000)
    """The role of each operator by name."""

    def role_of(self, name: str) -> Role:
        """What whoever has this name may do."""
        return Role[self.operators.get(name, self.default_role).upper()]
