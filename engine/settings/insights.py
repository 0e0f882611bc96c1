"""Settings of what the engine reads out of the CRM tables: patterns, what to do about them, digests and summaries."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import Field, StringConstraints

from .base import Section

Address: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}$")]
Channel: TypeAlias = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\s\x00-\x1f\x7f-\x9f]+$")]


class PatternSettings(Section):
    """The table ``[insights.patterns]``: when something in an account counts as a pattern."""

    least_confidence: int = Field(default=70, ge=1, le=99)
    """Least confidence of a pattern, 0 to 100."""
    least_evidence: int = Field(default=2, ge=1, le=10)
    """Least number of pieces of evidence, each of another sort."""
    window_days: int = Field(default=30, ge=7, le=180)
    """Days that count as lately; the three windows before it are what it is compared with."""
    silence_days: int = Field(default=30, ge=3, le=365)
    """Days without any sign of life after which an account with open deals is silent; twice as many weigh more."""
    repeat_days: int = Field(default=14, ge=1, le=365)
    """After a pattern of an account was acted upon, days until one of the same sort is acted upon again."""


class DigestSettings(Section):
    """The table ``[insights.digest]``."""

    channel: Channel = "operations"
    """Channel in which a new digest is announced."""
    listed: int = Field(default=20, ge=1, le=200)
    """Most lines of one sort in a digest; what is beyond is counted."""


class ContextSettings(Section):
    """The table ``[insights.context]``: summaries of accounts."""

    stale_days: int = Field(default=7, ge=1, le=365)
    """A summary is made anew when something changed and it is this old. Days."""
    accounts_per_run: int = Field(default=5, ge=1, le=500)
    """Most summaries proposed in one run, the stalest first."""
    sentences: int = Field(default=5, ge=1, le=20)
    """Most sentences taken from what was logged about an account."""


class InsightSettings(Section):
    """The table ``[insights]``."""

    management_address: Address = "management@localhost"
    """Mail address that critical and high risks are escalated to."""
    proposals_per_run: int = Field(default=5, ge=1, le=200)
    """Most actions that one look at the patterns proposes; the others follow in the next."""
    patterns: PatternSettings = PatternSettings()
    """When something counts as a pattern."""
    digest: DigestSettings = DigestSettings()
    """The daily digest."""
    context: ContextSettings = ContextSettings()
    """Summaries of accounts."""
