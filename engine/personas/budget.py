"""The daily budget: actions, tokens and money, and how much of the scarcest is left."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from ..settings.personas import PersonaSettings
from .model import FULL


@dataclass(frozen=True, slots=True)
class Usage:
    """What a brain's turn cost.

    Attributes:
        tokens: of a model, in and out.
        cents: of money.
    """

    tokens: int = 0
    cents: int = 0


NO_USAGE: Final = Usage()
"""A turn that cost nothing."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent on one day (UTC)."""

    day: date
    actions: int = 0
    tokens: int = 0
    cents: int = 0


def on_day(spending: Spending, now: datetime) -> Spending:
    """The spending of the day of ``now``: a new day begins with nothing. A clock that stepped back keeps the day."""
    return spending if now.date() <= spending.day else Spending(now.date())


def spend(spending: Spending, now: datetime, actions: int, usage: Usage) -> Spending:
    """Add what a turn used to its day."""
    today = on_day(spending, now)
    return replace(
        today,
        actions=today.actions + actions,
        tokens=today.tokens + usage.tokens,
        cents=today.cents + usage.cents,
    )


def budget_left(spending: Spending, now: datetime, persona: PersonaSettings) -> int:
    """The share of the scarcest daily allowance that is left, in hundredths of a point, 0 to ``FULL``."""
    today = on_day(spending, now)
    shares = (
        (today.actions, persona.daily_actions),
        (today.tokens, persona.daily_tokens),
        (today.cents, persona.daily_cents),
    )
    return min(FULL * max(0, limit - spent) // limit for spent, limit in shares)
