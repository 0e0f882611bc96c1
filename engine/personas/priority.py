"""How urgent a message is: fixed on arrival, lifted by waiting, moved by operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ..settings.persona_rules import PriorityRules
from .model import FULL, POINT

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is known of a message as it arrives.

    Attributes:
        age: since it was written.
        mentions: it names the persona.
        human: a human wrote it.
        expert: it uses one of the persona's expertise words.
        channel_quiet: since the message before it in its channel; nothing where there was none.
    """

    age: timedelta
    mentions: bool
    human: bool
    expert: bool
    channel_quiet: timedelta | None


def priority_on_arrival(arrival: Arrival, rules: PriorityRules) -> int:
    """The priority that a message keeps, in hundredths of a point, at most ``FULL``."""
    points = rules.base
    if arrival.mentions:
        points += rules.mention
    if arrival.human:
        points += rules.human
    if arrival.age < timedelta(seconds=rules.fresh_seconds):
        points += rules.fresh
    elif arrival.age < timedelta(seconds=rules.recent_seconds):
        points += rules.recent
    quiet = arrival.channel_quiet
    if quiet is not None and quiet < timedelta(seconds=rules.active_channel_seconds):
        points += rules.active_channel
    if arrival.expert:
        points += rules.expertise
    return min(FULL, points * POINT)


def effective_priority(priority: int, boost: int, waited: timedelta, rules: PriorityRules) -> int:
    """What a message counts for after waiting so long, in hundredths of a point, 0 to ``FULL``.

    Waiting never lowers it: a clock that stepped back counts as no waiting at all.
    """
    bonus = rules.aging * POINT
    whole = max(1, int(rules.aging_seconds * 1_000_000))
    aged = min(bonus, bonus * max(0, waited // _MICROSECOND) // whole)
    return min(FULL, max(0, priority + boost) + aged)


def is_rising(priority: int, boost: int, arrived_at: datetime, now: datetime, rules: PriorityRules) -> bool:
    """Whether waiting still lifts it."""
    waited = now - arrived_at
    limit = timedelta(seconds=rules.aging_seconds)
    return waited < limit and effective_priority(priority, boost, waited, rules) < FULL
