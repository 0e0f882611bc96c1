"""Emotions: moved by what happens, coming to rest by themselves, also while the engine is down."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..settings.emotions import Emotion, EmotionRules, Interaction
from .model import FULL, POINT

_MICROSECOND: Final = timedelta(microseconds=1)
_HOUR: Final = 3_600_000_000
_KIND_WORDS: Final = frozenset({
    "thanks", "thank", "great", "good", "nice", "excellent", "perfect", "awesome", "wonderful", "helpful",
    "brilliant", "appreciate", "love", "welcome",
})  # fmt: skip
_HARSH_WORDS: Final = frozenset({
    "bad", "wrong", "useless", "terrible", "awful", "stupid", "broken", "hate", "angry", "annoying",
    "disappointed", "unacceptable", "nonsense", "worst",
})  # fmt: skip
_WORD: Final = re.compile(r"[^\W\d_]+")
_READ_LIMIT: Final = 4_000


@dataclass(frozen=True, slots=True)
class Habit:
    """How often the same interaction came in a row.

    Attributes:
        count: so many times, each within the damping time of the one before.
        at: the last time.
    """

    count: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Feelings:
    """All emotions of one persona.

    Attributes:
        as_of: the moment up to which decay is applied.
        values: each emotion in hundredths of a point.
        left_over: what the division of the decay left, so that many short decays equal one long.
        habits: repeated interactions.
    """

    as_of: datetime
    values: Mapping[Emotion, int]
    left_over: int = 0
    habits: Mapping[Interaction, Habit] | None = None


def at_rest(now: datetime, rules: EmotionRules) -> Feelings:
    """The feelings of a persona to whom nothing has happened yet."""
    return Feelings(now, {emotion: _clamped(emotion, rules.resting * POINT, rules) for emotion in Emotion})


def decayed(feelings: Feelings, now: datetime, rules: EmotionRules) -> Feelings:
    """Bring every emotion nearer to rest by the time since ``as_of``, never past it."""
    elapsed = (now - feelings.as_of) // _MICROSECOND
    if elapsed <= 0:
        return feelings
    step, left_over = divmod(rules.decay_per_hour * POINT * elapsed + feelings.left_over, _HOUR)
    rest = rules.resting * POINT
    values = {
        emotion: max(rest, value - step) if value > rest else min(rest, value + step)
        for emotion, value in feelings.values.items()
    }
    return Feelings(now, values, left_over, feelings.habits)


def felt(feelings: Feelings, interactions: tuple[Interaction, ...], now: datetime, rules: EmotionRules) -> Feelings:
    """Apply one incident.

    Args:
        feelings: before.
        interactions: everything that the incident was, each counted once; together they keep to the cap.
        now: when.
        rules: the numbers.
    """
    current = decayed(feelings, now, rules)
    habits = dict(current.habits or {})
    shifts: dict[Emotion, int] = {}
    window = timedelta(seconds=rules.damping_seconds)
    for interaction in dict.fromkeys(interactions):
        before = habits.get(interaction)
        count = before.count + 1 if before is not None and now - before.at < window else 1
        habits[interaction] = Habit(count, now)
        for emotion, points in rules.effects.get(interaction, {}).items():
            shifts[emotion] = shifts.get(emotion, 0) + _damped(points * POINT, count)
    cap = rules.incident_cap * POINT
    values = {
        emotion: _clamped(emotion, value + max(-cap, min(cap, shifts.get(emotion, 0))), rules)
        for emotion, value in current.values.items()
    }
    return Feelings(current.as_of, values, current.left_over, habits)


def tone_of(text: str) -> Interaction:
    """How a human's message feels: by its kind and its harsh words, whichever are more."""
    words = [word.casefold() for word in _WORD.findall(text[:_READ_LIMIT])]
    balance = sum(word in _KIND_WORDS for word in words) - sum(word in _HARSH_WORDS for word in words)
    if balance > 0:
        return Interaction.POSITIVE_MESSAGE
    return Interaction.NEGATIVE_MESSAGE if balance < 0 else Interaction.NEUTRAL_MESSAGE


def _damped(shift: int, count: int) -> int:
    return -(-shift // count) if shift < 0 else shift // count


def _clamped(emotion: Emotion, value: int, rules: EmotionRules) -> int:
    floor = rules.loneliness_floor if emotion is Emotion.LONELINESS else rules.floor
    return min(FULL, max(floor * POINT, value))
