"""Questions about what is paused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from .base import AskNothing, Query


@dataclass(frozen=True, slots=True)
class FlightView:
    """One thing that was under way when everything was paused.

    Attributes:
        what: ``action`` or ``task``.
        id: its id.
        title: its kind, or its title.
        by: who is at it: the proposer and the tool, or the agent.
        then: its state when everything was paused.
        now: its state now.
    """

    what: str
    id: str
    title: str
    by: str
    then: str
    now: str


@dataclass(frozen=True, slots=True)
class HaltView:
    """The newest pause of everything, in force or over.

    Attributes:
        in_force: it still holds.
        epoch: how often everything was paused so far.
        operator, reason, at: who, why, when.
        in_flight: what was under way at that moment, and what became of it.
        more: how many further things were under way.
    """

    in_force: bool
    epoch: int
    operator: str
    reason: str
    at: datetime
    in_flight: tuple[FlightView, ...]
    more: int = 0


@dataclass(frozen=True, slots=True)
class PauseView:
    """One thing that is paused; ``*`` is everything of its scope."""

    scope: str
    target: str
    operator: str
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PausesView:
    """Everything that is paused."""

    items: tuple[PauseView, ...]
    halt: HaltView | None = None


PAUSES: Final = Query("pauses", AskNothing, PausesView)
