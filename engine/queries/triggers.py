"""Questions about what starts work by itself: emotions with their triggers, initiations, refusals, scanners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from .base import Ask, AskPage, Query

__all__ = [
    "FINDINGS",
    "INITIATIONS",
    "TRIGGERS",
    "TRIGGER_QUERIES",
    "AskFindings",
    "AskInitiations",
    "AskTriggers",
    "CooldownView",
    "EmotionView",
    "FindingPage",
    "FindingView",
    "InitiationPage",
    "InitiationView",
    "PersonaTriggers",
    "ScannerView",
    "SkipView",
    "TriggerView",
    "TriggersView",
]


class AskTriggers(Ask):
    """Everything about triggers, of all personas or of one."""

    persona: Annotated[str, Field(max_length=200)] = ""
    """Its id; empty for all."""
    skips: Annotated[int, Field(ge=0, le=1_000)] = 100
    """Most refusals told."""


class AskInitiations(AskPage):
    """Initiations that have ended, newest first."""

    persona: Annotated[str, Field(max_length=200)] = ""
    """Only this persona's; empty for all."""


class AskFindings(AskPage):
    """Findings of territory scanners, those that are open first, the oldest of them first."""

    scanner: Annotated[str, Field(max_length=200)] = ""
    """Only this scanner's; empty for all."""
    closed: bool = False
    """Also those that are gone, behind the others."""


@dataclass(frozen=True, slots=True)
class EmotionView:
    """One emotion of a persona as it is now, in whole points.

    Attributes:
        emotion: its name.
        value: 0 to 100, decayed to this moment.
        resting, floor: where it comes to rest, and below what it never falls.
        threshold: its trigger fires from here on; nothing where it has none.
        rearm_below: its trigger is armed again below this.
        state: of its trigger: armed, queued, backing_off, spent or disarmed; empty where it has none.
    """

    emotion: str
    value: int
    resting: int
    floor: int
    threshold: int | None = None
    rearm_below: int | None = None
    state: str = ""


@dataclass(frozen=True, slots=True)
class TriggerView:
    """One emotional trigger of one persona.

    Attributes:
        value: the emotion now, in whole points.
        priority: which of several goes first, the highest.
        state: armed, queued (its message is under way), backing_off, spent (until the emotion calms) or disarmed.
        waits_for: why it does not fire now, in a sentence.
        since: when it came into this state.
        fired_at: the last delivery.
        fired: deliveries so far.
        failures: failed deliveries in a row.
        retry_at: when it may try again, while it backs off.
    """

    persona: str
    persona_name: str
    emotion: str
    value: int
    threshold: int
    rearm_below: int
    priority: int
    state: str
    waits_for: str = ""
    since: datetime | None = None
    fired_at: datetime | None = None
    fired: int = 0
    failures: int = 0
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CooldownView:
    """Somebody who was written to lately, by whatever persona on whatever platform, and rests until ``until``."""

    recipient: str
    delivered_at: datetime
    until: datetime
    persona: str
    platform: str


@dataclass(frozen=True, slots=True)
class SkipView:
    """Something that would have started work and did not.

    Attributes:
        source: what wanted to: ``emotion:loneliness``, ``follow_up``, a scanner's name.
        persona: whom it would have set to work.
        reason: why not, in a sentence.
        times: how often in a row for this reason.
    """

    source: str
    persona: str
    reason: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class InitiationView:
    """One message that a persona began a talk with, or wanted to.

    Attributes:
        source: ``emotion:loneliness`` and the like, or ``follow_up``.
        platform, place: how and where it goes: ``local`` and a channel, ``telegram`` and a chat.
        reason: why, with the figures.
        state: queued, delivered, failed, expired, refused or cancelled.
        attempts: deliveries tried.
        action: the latest action that carries it out; empty before the first.
        manual: an operator fired it.
    """

    id: str
    persona: str
    source: str
    recipient: str
    platform: str
    place: str
    text: str
    reason: str
    state: str
    attempts: int
    queued_at: datetime
    expires_at: datetime
    retry_at: datetime | None = None
    ended_at: datetime | None = None
    action: str = ""
    error: str = ""
    manual: bool = False


@dataclass(frozen=True, slots=True)
class PersonaTriggers:
    """What one persona feels, and what may come of it.

    Attributes:
        mode: off, sync, shadow or autonomous; only an autonomous one begins talks.
        emotions: all nine.
        triggers: those that have a threshold.
        recipient: whom it would write to now, and ``place``, where; empty where there is nobody.
        this_hour, per_hour: initiations delivered within an hour, and the most that may be.
    """

    persona: str
    name: str
    mode: str
    emotions: tuple[EmotionView, ...]
    triggers: tuple[TriggerView, ...]
    recipient: str = ""
    platform: str = ""
    place: str = ""
    this_hour: int = 0
    per_hour: int = 0


@dataclass(frozen=True, slots=True)
class TriggersView:
    """What starts work by itself, and what keeps it from that.

    Attributes:
        personas: each with its emotions and triggers.
        cooldowns: who rests, the one that ends last first.
        under_way: initiations that are not delivered yet.
        skips: refusals, the latest first; narrowed to the persona asked for.
        next_at: when triggers are evaluated next; nothing while that is held.
        held: why they are not evaluated; empty while they are.
        alive: an engine runs that evaluates them.
        every_seconds: from one evaluation to the next.
    """

    personas: tuple[PersonaTriggers, ...]
    cooldowns: tuple[CooldownView, ...]
    under_way: tuple[InitiationView, ...]
    skips: tuple[SkipView, ...]
    next_at: datetime | None
    held: str
    alive: bool
    every_seconds: int


@dataclass(frozen=True, slots=True)
class InitiationPage:
    """Initiations, newest first; ``next`` continues, empty at the end."""

    items: tuple[InitiationView, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class ScannerView:
    """One territory scanner.

    Attributes:
        source: who brought it: built in, or a plug-in.
        state: of its job: waiting, running, failing, paused, off or stuck.
        heard_by: the personas whose settings name it.
        open: findings that are open.
    """

    name: str
    about: str
    source: str
    state: str
    held: str
    heard_by: tuple[str, ...]
    open: int
    last_at: datetime | None = None
    last_note: str = ""
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FindingView:
    """One thing that a scanner saw.

    Attributes:
        fingerprint: what it is, however it changes.
        told_at: when personas heard of it last; nothing before that.
        caused_by: the persona whose own work it is, which does not hear of it; empty where nobody's.
    """

    fingerprint: str
    scanner: str
    place: str
    category: str
    summary: str
    details: tuple[str, ...]
    state: str
    opened_at: datetime
    changed_at: datetime
    told_at: datetime | None = None
    caused_by: str = ""


@dataclass(frozen=True, slots=True)
class FindingPage:
    """Scanners, and some findings; ``next`` continues, empty at the end."""

    scanners: tuple[ScannerView, ...]
    items: tuple[FindingView, ...]
    next: str = ""


TRIGGERS: Final = Query("triggers", AskTriggers, TriggersView)
INITIATIONS: Final = Query("initiations", AskInitiations, InitiationPage)
FINDINGS: Final = Query("findings", AskFindings, FindingPage)
TRIGGER_QUERIES: Final = (TRIGGERS, INITIATIONS, FINDINGS)
