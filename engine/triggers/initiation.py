"""Initiations: messages with which personas begin a talk, from the wish to the delivery; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..settings.triggers import InitiationSettings
from .emotional import TriggerError, backoff
from .skip import Skip, SkipCode

FOLLOW_UP: Final = "follow_up"
"""The source of initiations that take up an open topic."""
EMOTION: Final = "emotion:"
"""Before an emotion's name: the source of its initiations."""
HOUR: Final = timedelta(hours=1)


class InitiationState(StrEnum):
    """Where an initiation is."""

    QUEUED = "queued"
    """Its action is under way, or the next try is awaited."""
    DELIVERED = "delivered"
    FAILED = "failed"
    """Every attempt failed."""
    EXPIRED = "expired"
    """It could not be delivered in time."""
    REFUSED = "refused"
    """The guardrails or an operator said no."""
    CANCELLED = "cancelled"
    """What it was about has gone."""


TRANSITIONS: Final[Mapping[InitiationState, frozenset[InitiationState]]] = {
    InitiationState.QUEUED: frozenset(set(InitiationState) - {InitiationState.QUEUED}),
    **{state: frozenset() for state in InitiationState if state is not InitiationState.QUEUED},
}
"""Every legal change: an initiation ends once."""


@dataclass(frozen=True, slots=True)
class Place:
    """Somewhere to reach somebody.

    Attributes:
        platform: ``local`` or ``telegram``.
        name: the channel or the chat.
        closed: why nothing can be said there now; empty where it can.
    """

    platform: str
    name: str
    closed: str = ""


@dataclass(frozen=True, slots=True)
class Initiation:
    """One message that a persona begins a talk with.

    Attributes:
        source: ``emotion:loneliness`` and the like, or ``follow_up``.
        topic: what it takes up again, known by the message that it is about; empty for emotions.
        recipient: who is meant, whatever the platform.
        place: where it is said.
        reason: why, with the figures.
        attempts: deliveries begun.
        expires_at: given up after this.
        retry_at: the next try, while none is under way.
        action_id: the action of the latest try.
        error: why the latest try failed.
        manual: an operator fired it.
    """

    id: str
    persona: str
    source: str
    recipient: str
    place: Place
    text: str
    reason: str
    queued_at: datetime
    expires_at: datetime
    topic: str = ""
    state: InitiationState = InitiationState.QUEUED
    attempts: int = 0
    retry_at: datetime | None = None
    ended_at: datetime | None = None
    action_id: str = ""
    error: str = ""
    manual: bool = False

    @property
    def emotion(self) -> str:
        """The emotion that fired it; empty where none did."""
        return self.source.removeprefix(EMOTION) if self.source.startswith(EMOTION) else ""


@dataclass(frozen=True, slots=True)
class Contact:
    """The last delivery to somebody, by whatever persona on whatever platform."""

    delivered_at: datetime
    persona: str
    platform: str


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides whether a persona may begin a talk now.

    Attributes:
        mode: why its mode does not let it; empty where it does.
        paused: why it, or everything, is stopped; empty where it works.
        recipient: whom it would write to; empty where there is nobody.
        contact: the last delivery to them.
        under_way: an initiation of this persona and source, or to this recipient, is not delivered yet.
        delivered: when this persona's initiations within an hour were delivered.
        places: where the recipient can be reached, the best first.
        asleep: why the gate keeps the persona asleep.
    """

    mode: str
    paused: str
    recipient: str
    contact: Contact | None
    under_way: bool
    delivered: Sequence[datetime]
    places: Sequence[Place]
    asleep: Skip | None


def decide(found: Circumstances, now: datetime, rules: InitiationSettings) -> Place | Skip:
    """Where a talk is begun now, or why it is not."""
    objection = next(_objections(found, now, rules), None)
    if objection is not None:
        return objection
    place = next((place for place in found.places if not place.closed), None)
    if place is None:
        why = "; ".join(f"{place.platform}: {place.closed}" for place in found.places)
        return Skip(SkipCode.NO_PLATFORM, f"{found.recipient} cannot be reached ({why})")
    return place


def _objections(found: Circumstances, now: datetime, rules: InitiationSettings) -> Iterator[Skip]:
    if found.mode:
        yield Skip(SkipCode.MODE, found.mode)
    if found.paused:
        yield Skip(SkipCode.PAUSED, found.paused)
    if not found.recipient or not found.places:
        yield Skip(SkipCode.NOBODY, "there is nobody to write to: nobody has written to it, and it hears no channel")
    if found.asleep is not None:
        yield found.asleep
    if found.under_way:
        yield Skip(SkipCode.UNDER_WAY, f"a message to {found.recipient} is under way")
    until = cooled_at(found.contact, rules)
    if found.contact is not None and until is not None and now < until:
        who = f"{found.contact.persona} wrote to {found.recipient} at {found.contact.delivered_at:%H:%M} UTC"
        yield Skip(SkipCode.COOLDOWN, f"{who}; nobody does again before {until:%H:%M} UTC")
    recent = sum(1 for at in found.delivered if now - at < HOUR)
    if recent >= rules.per_hour:
        yield Skip(SkipCode.HOUR_FULL, f"it began {recent} talks within an hour")


def cooled_at(contact: Contact | None, rules: InitiationSettings) -> datetime | None:
    """Until when nobody begins another talk with somebody; nothing where none was begun."""
    return None if contact is None else contact.delivered_at + timedelta(seconds=rules.cooldown_seconds)


def begun(initiation: Initiation, action_id: str, place: Place) -> Initiation:
    """A try is under way."""
    return replace(initiation, action_id=action_id, place=place, attempts=initiation.attempts + 1, retry_at=None)


def missed(initiation: Initiation, now: datetime, why: str, failures: int, rules: InitiationSettings) -> Initiation:
    """A try failed.

    Args:
        initiation: which.
        now: the moment.
        why: what the tool said.
        failures: failed deliveries in a row, this one included.
        rules: how often and when it is tried again.
    """
    if failures >= rules.attempts:
        return ended(replace(initiation, error=why), InitiationState.FAILED, now)
    return replace(initiation, error=why, retry_at=now + backoff(failures, rules))


def ended(initiation: Initiation, state: InitiationState, now: datetime, why: str = "") -> Initiation:
    """It is over.

    Raises:
        TriggerError: it was over already.
    """
    if state not in TRANSITIONS[initiation.state]:
        raise TriggerError(f"initiation {initiation.id} cannot be {state.value}", why=f"it is {initiation.state.value}")
    return replace(initiation, state=state, ended_at=now, retry_at=None, error=why or initiation.error)
