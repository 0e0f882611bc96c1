"""Questions about personas: how each is and was, and why it did or did not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from ..view import PersonaView
from .base import Ask, AskNothing, Query

__all__ = [
    "PERSONA",
    "PERSONAS",
    "PERSONA_HISTORY",
    "PERSONA_QUERIES",
    "PERSONA_WHY",
    "AskHistory",
    "AskPersona",
    "AskWhy",
    "HistoryPoint",
    "PersonaHistory",
    "PersonaPage",
    "PersonaReport",
    "WhyPage",
    "WhyView",
]

LONGEST_HOURS: Final = 24 * 366
"""Longest time that one question about a history covers."""
Id = Annotated[str, Field(min_length=1, max_length=200)]


class AskHistory(Ask):
    """How a persona was over the last hours, in so many equal parts."""

    id: Id
    hours: Annotated[float, Field(gt=0, le=LONGEST_HOURS)] = 24
    points: Annotated[int, Field(ge=1, le=1_000)] = 96


class AskPersona(AskHistory):
    """One persona, with its history and its last messages."""

    messages: Annotated[int, Field(ge=0, le=100)] = 10


class AskWhy(Ask):
    """What became of the last messages of a persona."""

    id: Id
    limit: Annotated[int, Field(ge=1, le=100)] = 10


@dataclass(frozen=True, slots=True)
class PersonaPage:
    """All personas, in the order of the settings."""

    items: tuple[PersonaView, ...]


@dataclass(frozen=True, slots=True)
class HistoryPoint:
    """How a persona was at the end of one part of the time.

    Attributes:
        at: the part's end.
        known: somebody looked; without that all the rest says nothing: it is a gap.
        energy, attention, budget: 0 to 100 points.
        mood: overwhelmed, tired, active or idle.
        waiting: the most messages in its inbox within the part.
        emotions: 0 to 100 points by name.
    """

    at: datetime
    known: bool
    energy: int = 0
    attention: int = 0
    budget: int = 0
    mood: str = ""
    waiting: int = 0
    emotions: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class PersonaHistory:
    """A time in equal parts, oldest first.

    Attributes:
        since, until: the time.
        sample_seconds: how often somebody looks.
    """

    id: str
    since: datetime
    until: datetime
    sample_seconds: float
    points: tuple[HistoryPoint, ...]


@dataclass(frozen=True, slots=True)
class WhyView:
    """What became of one message, and why.

    Attributes:
        id: the message.
        text: what it says, cut.
        state: answered, declined, refused, waiting, in_progress, dead, dropped or merged.
        why: the reason in a sentence; for one that waits, what keeps it from being taken up, the strongest first.
        priority: effective: now for one that waits, on arrival otherwise; 0 to 100.
        gate: what it needs to be taken up in this mood; nothing for one that does not wait.
        blocks: for one that waits, everything that keeps it, the strongest first; empty where it is its turn.
        ended_at: when it was answered, refused, dropped and so on.
        seconds: from its arrival to that; so far, for one that waits.
        thought_seconds: of these, how long the persona was at it, in its last attempt.
        attempts: how often it was begun.
        action_ids: what was proposed in answering it.
        into: the message that it was folded into.
    """

    id: str
    sender: str
    sender_kind: str
    channel: str
    text: str
    arrived_at: datetime
    state: str
    why: str = ""
    priority: int = 0
    gate: int | None = None
    blocks: tuple[str, ...] = ()
    ended_at: datetime | None = None
    seconds: float = 0
    thought_seconds: float | None = None
    attempts: int = 0
    action_ids: tuple[str, ...] = ()
    into: str = ""


@dataclass(frozen=True, slots=True)
class WhyPage:
    """The last messages of a persona, newest first."""

    id: str
    items: tuple[WhyView, ...]


@dataclass(frozen=True, slots=True)
class PersonaReport:
    """Everything about one persona.

    Attributes:
        at: the moment.
        persona: as the first screen shows it.
        paused: who paused it; empty where nobody did.
        brain: the name of what thinks for it.
        first_mode: the mode of its settings, with which it began.
        channels, expertise, scanners, out_of_role: from its settings.
        today: measure, how much was used today (UTC), and the limit.
        accepted, merged, dropped: messages so far.
        dead: dead letters.
        turns: messages handled so far.
        failures_in_row: since the last success.
        circuit_opens_at: failures in a row at which it rests.
        circuit_until: it rests until then.
        cadence_seconds: the longest wait between two looks in its present state.
        free_seconds: how long until it may answer again.
        busy_with: the message that it is at; empty where none.
        history: how it was.
        messages: what became of the last ones, newest first.
    """

    at: datetime
    persona: PersonaView
    paused: str
    brain: str
    first_mode: str
    channels: tuple[str, ...]
    expertise: tuple[str, ...]
    scanners: tuple[str, ...]
    out_of_role: tuple[str, ...]
    today: tuple[tuple[str, int, int], ...]
    accepted: int
    merged: int
    dropped: int
    dead: int
    turns: int
    failures_in_row: int
    circuit_opens_at: int
    circuit_until: datetime | None
    cadence_seconds: float
    free_seconds: float
    busy_with: str
    history: PersonaHistory
    messages: tuple[WhyView, ...]


PERSONAS: Final = Query("personas", AskNothing, PersonaPage)
PERSONA: Final = Query("persona", AskPersona, PersonaReport)
PERSONA_HISTORY: Final = Query("persona_history", AskHistory, PersonaHistory)
PERSONA_WHY: Final = Query("persona_why", AskWhy, WhyPage)
PERSONA_QUERIES: Final = (PERSONAS, PERSONA, PERSONA_HISTORY, PERSONA_WHY)
