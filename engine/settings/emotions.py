"""Emotions: what they are, what moves them, and how fast they come to rest."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, TypeAlias

from pydantic import AfterValidator, Field

from .base import Section

Shift = Annotated[int, Field(ge=-100, le=100)]


class Emotion(StrEnum):
    """What a persona feels, each 0 to 100 points."""

    # An enumeration's own hash is a call into Python, paid for each look into every persona's feelings.
    __hash__ = str.__hash__

    LONELINESS = "loneliness"
    EXCITEMENT = "excitement"
    FRUSTRATION = "frustration"
    JEALOUSY = "jealousy"
    VULNERABILITY = "vulnerability"
    CONFIDENCE = "confidence"
    AFFECTION = "affection"
    CURIOSITY = "curiosity"
    DEFENSIVENESS = "defensiveness"


class Interaction(StrEnum):
    """What happens to a persona that moves its emotions."""

    POSITIVE_MESSAGE = "positive_message"
    """A human said something kind to it."""
    NEGATIVE_MESSAGE = "negative_message"
    """A human said something harsh to it."""
    NEUTRAL_MESSAGE = "neutral_message"
    """A human said something else to it."""
    SUCCESS = "success"
    """It answered."""
    FAILURE = "failure"
    """An attempt at an answer, or what it proposed, failed."""
    REFUSAL = "refusal"
    """It refused to answer."""
    LONG_IDLE = "long_idle"
    """No human has spoken to it for long."""
    REJECTION = "rejection"
    """An operator rejected what it proposed."""
    PASSED_OVER = "passed_over"
    """A human asked others where it listens, and not it."""


def default_effects() -> dict[Interaction, dict[Emotion, int]]:
    """How many points each interaction moves each emotion, before damping and the cap."""
    return {
        Interaction.POSITIVE_MESSAGE: {
            Emotion.AFFECTION: 8,
            Emotion.CONFIDENCE: 5,
            Emotion.EXCITEMENT: 6,
            Emotion.LONELINESS: -10,
            Emotion.FRUSTRATION: -5,
            Emotion.DEFENSIVENESS: -4,
            Emotion.JEALOUSY: -6,
        },
        Interaction.NEGATIVE_MESSAGE: {
            Emotion.FRUSTRATION: 8,
            Emotion.DEFENSIVENESS: 8,
            Emotion.VULNERABILITY: 6,
            Emotion.CONFIDENCE: -6,
            Emotion.AFFECTION: -4,
            Emotion.LONELINESS: -4,
        },
        Interaction.NEUTRAL_MESSAGE: {Emotion.LONELINESS: -6, Emotion.CURIOSITY: 3, Emotion.JEALOUSY: -3},
        Interaction.SUCCESS: {
            Emotion.CONFIDENCE: 4,
            Emotion.EXCITEMENT: 3,
            Emotion.FRUSTRATION: -4,
            Emotion.VULNERABILITY: -2,
        },
        Interaction.FAILURE: {
            Emotion.FRUSTRATION: 6,
            Emotion.CONFIDENCE: -5,
            Emotion.VULNERABILITY: 4,
            Emotion.EXCITEMENT: -3,
        },
        Interaction.REFUSAL: {Emotion.DEFENSIVENESS: 5, Emotion.FRUSTRATION: 3},
        Interaction.LONG_IDLE: {Emotion.LONELINESS: 9, Emotion.CURIOSITY: 4, Emotion.EXCITEMENT: -4},
        Interaction.REJECTION: {
            Emotion.FRUSTRATION: 6,
            Emotion.DEFENSIVENESS: 5,
            Emotion.VULNERABILITY: 4,
            Emotion.CONFIDENCE: -6,
            Emotion.EXCITEMENT: -3,
        },
        Interaction.PASSED_OVER: {Emotion.JEALOUSY: 7, Emotion.VULNERABILITY: 2, Emotion.CONFIDENCE: -2},
    }


def _with_defaults(effects: dict[Interaction, dict[Emotion, int]]) -> dict[Interaction, dict[Emotion, int]]:
    return {**default_effects(), **effects}


Effects: TypeAlias = Annotated[dict[Interaction, dict[Emotion, Shift]], AfterValidator(_with_defaults)]


class EmotionRules(Section):
    """``[persona_rules.emotions]``."""

    resting: int = Field(default=50, ge=0, le=100)
    """Points that every emotion comes to rest at."""

    floor: int = Field(default=10, ge=0, le=100)
    """No emotion falls below this many points."""

    loneliness_floor: int = Field(default=30, ge=0, le=100)
    """Loneliness does not fall below this many points."""

    decay_per_hour: int = Field(default=6, ge=0, le=1_000)
    """Points per hour by which an emotion returns to rest, also while the engine is down."""

    incident_cap: int = Field(default=20, ge=1, le=100)
    """Most points that one incident moves one emotion."""

    damping_seconds: float = Field(default=600, ge=0, le=86_400)
    """The n-th identical interaction within this many seconds of the one before has one n-th of its effect."""

    long_idle_seconds: float = Field(default=3_600, ge=60, le=604_800)
    """Seconds without a human's message after which a persona feels left alone, and again after each such stretch."""

    effects: Effects = Field(default_factory=default_effects)
    """Points by interaction and emotion; an interaction that is not named here keeps its shipped effects."""
