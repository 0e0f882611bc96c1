"""The bounded inbox: what goes when it is full, and what is taken next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..settings.persona_rules import PersonaRules
from .engagement import Verdict, should_engage
from .model import SenderKind
from .mood import Mood
from .priority import effective_priority


@dataclass(frozen=True, slots=True)
class Entry:
    """A waiting message, as far as choosing needs it; see :class:`~engine.personas.model.Message` for the meanings."""

    id: str
    sender_kind: SenderKind
    mentioned: bool
    priority: int
    boost: int
    pinned_at: datetime | None
    arrived_at: datetime

    @property
    def is_protected(self) -> bool:
        """Never dropped while anything else can be: a human's, a mention, or what an operator put to the top."""
        return self.sender_kind is SenderKind.HUMAN or self.mentioned or self.pinned_at is not None


@dataclass(frozen=True, slots=True)
class Fitness:
    """How the persona is as it chooses: see :func:`~engine.personas.engagement.should_engage`.

    Attributes:
        turn: how many messages it has handled so far.
    """

    mood: Mood
    energy: int
    budget: int
    turn: int


@dataclass(frozen=True, slots=True)
class Ranked:
    """A waiting message with what it counts for now.

    Attributes:
        entry: the message.
        effective: in hundredths of a point.
        waited: since its arrival.
    """

    entry: Entry
    effective: int
    waited: timedelta


def ranked(entries: Iterable[Entry], now: datetime, rules: PersonaRules) -> list[Ranked]:
    """Waiting messages in the order in which they come up: put to the top, then effective priority, then oldest."""
    weighed = [weigh(entry, now, rules) for entry in entries]
    return sorted(weighed, key=_order)


def weigh(entry: Entry, now: datetime, rules: PersonaRules) -> Ranked:
    """What a message counts for now."""
    waited = max(timedelta(), now - entry.arrived_at)
    return Ranked(entry, effective_priority(entry.priority, entry.boost, waited, rules.priority), waited)


def victim(waiting: Sequence[Entry], newcomer: Entry, now: datetime, rules: PersonaRules) -> Entry:
    """Which message goes when a full inbox gets one more: the lowest effective priority, the newest of equals.

    Protected messages go only when all are protected, and a human's or one that an operator put to the top only when
    all are such. The newcomer is judged like the others.
    """
    everyone = [*waiting, newcomer]
    going = (
        [entry for entry in everyone if not entry.is_protected]
        or [entry for entry in everyone if entry.sender_kind is not SenderKind.HUMAN and entry.pinned_at is None]
        or everyone
    )
    return max((weigh(entry, now, rules) for entry in going), key=_order).entry


def choose(order: Sequence[Ranked], fitness: Fitness, rules: PersonaRules) -> tuple[Ranked, Verdict] | None:
    """What the persona takes up next, if anything.

    The first that engages; a persona's message only if no human's engages; and every so often the oldest overdue one
    first, so that a steady stream of urgent messages starves nobody.

    Args:
        order: what waits, as :func:`ranked` puts it; nothing that is being retried later.
        fitness: how the persona is.
        rules: the numbers.
    """
    limits = rules.engagement
    engaging = [
        (item, verdict)
        for item in order
        if (
            verdict := should_engage(item.effective, item.waited, fitness.mood, fitness.energy, fitness.budget, limits)
        ).engages
    ]
    if not engaging:
        return None
    if fitness.turn % limits.overdue_turn == limits.overdue_turn - 1:
        overdue = [pair for pair in engaging if pair[0].waited >= timedelta(seconds=limits.overdue_seconds)]
        if overdue:
            return max(overdue, key=lambda pair: (pair[0].waited, pair[0].entry.id))
    first = engaging[0]
    if first[0].entry.sender_kind is SenderKind.PERSONA and first[0].entry.pinned_at is None:
        return next((pair for pair in engaging if pair[0].entry.sender_kind is SenderKind.HUMAN), first)
    return first


def _order(item: Ranked) -> tuple[float, int, datetime, str]:
    pinned = item.entry.pinned_at
    return (-pinned.timestamp() if pinned else 0.0, -item.effective, item.entry.arrived_at, item.entry.id)
