"""Settings of how autonomy is rolled out, and of what sends it back: the ``[rollout]`` tables."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from .base import Section

_LONGEST = 31_536_000


class RolloutGates(Section):
    """What a persona in the rollout must keep to: ``[rollout.gates]``. A breach puts the rollout's personas on sync."""

    window_seconds: float = Field(default=3_600, ge=1, le=604_800)
    """Seconds that a look at a persona's health reaches back, never before it joined."""

    answer_seconds: float = Field(default=20, ge=0.1, le=3_600)
    """Most seconds that 95 of 100 answers to people may take: the longest cadence, doubled as for a low budget."""

    least_answers: int = Field(default=20, ge=1, le=100_000)
    """Answers below which nothing is said about answer times; a stage does not end before it has given as many."""

    depth_below: int = Field(default=100, ge=1, le=100_000)
    """Waiting messages that an inbox must stay below."""

    least_attempts: int = Field(default=10, ge=1, le=100_000)
    """Attempts below which nothing is said about failures."""

    failure_percent: int = Field(default=5, ge=0, le=100)
    """Most attempts of a hundred that may fail."""

    rejected_percent: int = Field(default=30, ge=0, le=100)
    """Most of its proposals that operators may reject, of a hundred that they decided."""

    least_decisions: int = Field(default=5, ge=1, le=100_000)
    """Decisions below which nothing is said about rejections."""

    oldest_seconds: float = Field(default=300, ge=1, le=86_400)
    """Most seconds that a message may wait."""


class RolloutSettings(Section):
    """How personas become autonomous, a few at a time: ``[rollout]``."""

    half_percent: int = Field(default=50, ge=1, le=99)
    """Share of the personas in the middle stage, in percent; rounded up."""

    soak_one_seconds: float = Field(default=86_400, ge=0, le=_LONGEST)
    """Seconds of healthy work that the first persona has to show."""

    soak_half_seconds: float = Field(default=172_800, ge=0, le=_LONGEST)
    """Seconds of healthy work of the middle stage."""

    soak_all_seconds: float = Field(default=172_800, ge=0, le=_LONGEST)
    """Seconds of healthy work of all personas, after which the rollout is complete."""

    advance: Literal["automatic", "operator"] = "automatic"
    """What ends a soak: its own end, or an operator's key after it."""

    check_seconds: float = Field(default=10, ge=0.1, le=3_600)
    """Seconds from one look at the gates to the next. Time between two looks that is much longer is not soak."""

    shadow_keep: int = Field(default=1_000, ge=10, le=100_000)
    """Compared messages of each persona in shadow mode that are kept."""

    gates: RolloutGates = RolloutGates()
    """The gates."""
