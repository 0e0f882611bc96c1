"""Questions about what the engine reads out of the CRM tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from .base import AskPage, Query


class AskPatterns(AskPage):
    """Patterns in accounts, the gravest first."""

    ended: bool = False
    """Also those that are gone, behind the others."""
    account: Annotated[str, Field(max_length=200)] = ""
    """Only this account's."""


@dataclass(frozen=True, slots=True)
class PatternView:
    """One pattern.

    Attributes:
        type: buying_signal, critical_risk, high_risk, medium_risk or engagement_change.
        confidence: 0 to 100.
        evidence: each reason as its weight, 1 to 99, and what was seen.
        found_at, seen_at: when it was first and last seen.
        gone_at: when it was gone; nothing while it lasts.
        action: the proposal it became; empty before that.
        action_status: what became of that proposal.
    """

    id: str
    account: str
    account_name: str
    type: str
    confidence: int
    evidence: tuple[tuple[int, str], ...]
    found_at: datetime
    seen_at: datetime
    gone_at: datetime | None = None
    action: str = ""
    action_status: str = ""


@dataclass(frozen=True, slots=True)
class PatternPage:
    """Some patterns, and where the next page begins (empty at the end)."""

    items: tuple[PatternView, ...]
    next: str = ""


PATTERNS: Final = Query("patterns", AskPatterns, PatternPage)
