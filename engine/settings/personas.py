"""Personas: who they are, one ``[personas.<id>]`` table each."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from .base import Section
from .emotions import Emotion
from .persona_rules import PersonaRules
from .waiting import circle, told_circle

__all__ = ["AutonomyMode", "PersonaRules", "PersonaSettings", "Personas", "default_personas", "normal_name"]

PersonaId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Channel = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\s\x00-\x1f\x7f-\x9f]+$")]


class AutonomyMode(StrEnum):
    """How far a persona acts by itself."""

    OFF = "off"
    SYNC = "sync"
    SHADOW = "shadow"
    AUTONOMOUS = "autonomous"


class PersonaSettings(Section):
    """One persona: ``[personas.<id>]``."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=60, pattern=r"^[\w][\w .'-]*$")]
    """Display name; also what ``@name`` mentions it by, in any case, with spaces, hyphens or underscores."""

    role: str = Field(default="assistant", max_length=200)
    """What it is for, in a few words; shown on the console and given to its brain."""

    channels: tuple[Channel, ...] = Field(default=(), max_length=50)
    """Channels it hears: every message there reaches its inbox. Mentions reach it from any channel."""

    brain: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] = "rules"
    """Name of the brain that thinks for it."""

    mode: AutonomyMode = AutonomyMode.SYNC
    """Mode at its very first start: off, sync, shadow or autonomous. Afterwards what an operator set counts."""

    expertise: tuple[Word, ...] = Field(default=(), max_length=100)
    """Words that raise a message's priority for it."""

    out_of_role: tuple[Word, ...] = Field(default=(), max_length=50)
    """Action kinds that it refuses to propose because they are somebody else's work."""

    escalation_address: Annotated[str, StringConstraints(pattern=r"^[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}$")] = (
        "owner@localhost"
    )
    """Mail address that its escalations go to."""

    scanners: tuple[Word, ...] = Field(default=(), max_length=20)
    """Territory scanners whose findings it hears, for example ``git_patrol``."""

    waits_for: tuple[PersonaId, ...] = Field(default=(), max_length=50)
    """Personas that it lets answer first, by id: a message that reaches it and them is held for it until they have."""

    emotion_thresholds: dict[Emotion, Annotated[int, Field(ge=0, le=100)]] = Field(default_factory=dict)
    """Points from which its emotions fire, where they are not ``[triggers.emotional.thresholds]``; 0 for none."""

    daily_actions: int = Field(default=10_000, ge=1, le=1_000_000)
    """Actions that it may propose per day (UTC)."""

    daily_tokens: int = Field(default=1_000_000, ge=1, le=10_000_000_000)
    """Model tokens that it may use per day (UTC)."""

    daily_cents: int = Field(default=500, ge=1, le=100_000_000)
    """Money that its brain may cost per day (UTC), in cents."""


def normal_name(name: str) -> str:
    """A display name as mentions are compared: case-folded, with single hyphens for spaces, underscores and hyphens."""
    words = name.casefold().replace("_", " ").replace("-", " ").split()
    return "-".join(words)


def _distinct_names(personas: dict[str, PersonaSettings]) -> dict[str, PersonaSettings]:
    known: dict[str, str] = {}
    for key, persona in personas.items():
        for spoken in {normal_name(persona.name), normal_name(key)}:
            if known.setdefault(spoken, key) != key:
                raise ValueError(
                    f"personas {known[spoken]} and {key} would both answer to @{spoken}: rename one of them"
                )
    return personas


def _waiting_ends(personas: dict[str, PersonaSettings]) -> dict[str, PersonaSettings]:
    for key, persona in personas.items():
        unknown = [other for other in persona.waits_for if other not in personas]
        if unknown:
            raise _refused_waiting(key, persona, f"there is no persona {unknown[0]} to wait for")
    around = circle({key: persona.waits_for for key, persona in personas.items()})
    if around:
        # Named is the one that stands last in the file: whoever reads it from the top sees the circle close there.
        last = [key for key in personas if key in around][-1]
        raise _refused_waiting(last, personas[last], told_circle(around))
    return personas


def _refused_waiting(key: str, persona: PersonaSettings, why: str) -> ValidationError:
    problem = PydanticCustomError("waits_for", "{why}", {"why": why})
    details = InitErrorDetails(type=problem, loc=(key, "waits_for"), input=persona.waits_for)
    return ValidationError.from_exception_data("personas", [details])


Personas = Annotated[
    dict[PersonaId, PersonaSettings],
    AfterValidator(_distinct_names),
    AfterValidator(_waiting_ends),
    Field(max_length=1_000),
]
"""All personas by id: the ``[personas]`` table."""


def default_personas() -> dict[str, PersonaSettings]:
    """The personas of a workspace whose settings name none."""
    return {
        "helper": PersonaSettings(
            name="Helper",
            role="answers operators, drafts mail, briefings and follow-ups",
            channels=("general", "sales"),
            mode=AutonomyMode.AUTONOMOUS,
            expertise=("status", "goal", "task", "account", "proposal", "follow-up", "briefing", "approval"),
        ),
        "code-review": PersonaSettings(
            name="CodeReview",
            role="watches repositories and reports work that waits for a commit, a push or a review",
            channels=("code",),
            mode=AutonomyMode.AUTONOMOUS,
            expertise=("code", "review", "commit", "branch", "repository", "git"),
            out_of_role=("send_proposal", "discuss_pricing", "commit_pricing", "approve_discount", "modify_contract"),
            scanners=("git_patrol",),
        ),
        "planner": PersonaSettings(
            name="Planner",
            role="keeps goals and tasks in view and answers at once",
            channels=("planning",),
            mode=AutonomyMode.SYNC,
            expertise=("plan", "goal", "deadline", "schedule", "priority", "task"),
            scanners=("stalled_work",),
        ),
    }
