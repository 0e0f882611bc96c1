"""Personas: who they are, and the numbers by which they tire, answer and wait.

``[personas.<id>]`` tables name the personas; ``[persona_rules.*]`` tables hold the rates that all of them share. Points are
whole points of a hundred here, where people write them; inside the engine every score is in hundredths of a point.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from .base import Section
from .emotions import EmotionRules

PersonaId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=60, strip_whitespace=True)]
Channel = Annotated[str, StringConstraints(pattern=r"^[^\s\x00-\x1f\x7f-\x9f]{1,100}$")]
Points = Annotated[int, Field(ge=0, le=100)]


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
    """Mode at its very first start: off, sync, shadow or autonomous. Later the mode that an operator set is what counts."""

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

    daily_actions: int = Field(default=10_000, ge=1, le=1_000_000)
    """Actions that it may propose per day (UTC)."""

    daily_tokens: int = Field(default=1_000_000, ge=1, le=10_000_000_000)
    """Model tokens that it may use per day (UTC)."""

    daily_cents: int = Field(default=500, ge=1, le=100_000_000)
    """Money that its brain may cost per day (UTC), in cents."""


class EnergyRules(Section):
    """How work tires and rest restores: ``[persona_rules.energy]``."""

    exhausting_work_seconds: int = Field(default=200, ge=10, le=100_000)
    """Seconds of work of complexity 1 that use up 100 points of energy."""

    full_rest_seconds: int = Field(default=500, ge=10, le=1_000_000)
    """Seconds of rest that return 100 points of energy; attention returns twice as fast."""

    floor: Points = 10
    """Energy never falls below this many points."""

    tired_below: Points = 30
    """Below this energy each activity also takes attention, in points."""

    attention_toll_percent: int = Field(default=10, ge=0, le=100)
    """Share of the attention left that an activity takes while energy is low, in percent."""

    nominal_reply_seconds: float = Field(default=7, ge=0, le=180)
    """Least seconds an answer is charged for: a brain that needs no time still tires, as a person who reads and replies would."""


class MoodRules(Section):
    """Where moods begin and end: ``[persona_rules.mood]``."""

    overwhelmed_above: int = Field(default=50, ge=1, le=100_000)
    """Waiting messages above which a persona is overwhelmed."""

    tired_below: Points = 30
    """Energy in points below which a persona is tired."""

    active_seconds: float = Field(default=300, ge=1, le=86_400)
    """Seconds after an answer during which a persona is active."""

    hysteresis: int = Field(default=5, ge=0, le=50)
    """Points, or messages, beyond the line before overwhelmed or tired ends."""


class CadenceRules(Section):
    """The longest wait between two looks at the inbox, and the least between two answers: ``[persona_rules.cadence]``."""

    idle_seconds: float = Field(default=3, ge=0.1, le=3_600)
    """Seconds while idle."""

    active_seconds: float = Field(default=5, ge=0.1, le=3_600)
    """Seconds while active."""

    tired_seconds: float = Field(default=7, ge=0.1, le=3_600)
    """Seconds while tired."""

    overwhelmed_seconds: float = Field(default=10, ge=0.1, le=3_600)
    """Seconds while overwhelmed."""

    thrifty_below: Points = 50
    """Budget in points below which every wait is doubled."""


class PriorityRules(Section):
    """What a message's priority is made of, in points: ``[persona_rules.priority]``."""

    base: Points = 20
    """Every message."""

    mention: Points = 40
    """The persona is mentioned."""

    human: Points = 30
    """A human wrote it."""

    fresh: Points = 20
    """It was younger than ``fresh_seconds`` on arrival."""

    recent: Points = 10
    """It was younger than ``recent_seconds`` on arrival."""

    active_channel: Points = 10
    """Its channel had another message in the last ``active_channel_seconds``."""

    expertise: Points = 10
    """It holds one of the persona's expertise words."""

    fresh_seconds: float = Field(default=60, ge=1, le=86_400)
    """Age on arrival in seconds below which a message is fresh."""

    recent_seconds: float = Field(default=300, ge=1, le=86_400)
    """Age on arrival in seconds below which a message is recent."""

    active_channel_seconds: float = Field(default=300, ge=1, le=86_400)
    """Seconds for which a message keeps its channel active."""

    aging: Points = 50
    """Most points that waiting adds."""

    aging_seconds: float = Field(default=30, ge=1, le=86_400)
    """Seconds of waiting that add all of ``aging``."""


class EngagementRules(Section):
    """Effective priorities from which a persona engages, in points: ``[persona_rules.engagement]``."""

    always: Points = 80
    """From here on it engages in every mood."""

    tired: Points = 50
    """While tired, with more than ``tired_energy`` left."""

    tired_energy: Points = 20
    """Energy in points that a tired persona keeps for what is urgent."""

    active: Points = 30
    """While active."""

    idle: Points = 10
    """While idle."""

    overdue_seconds: float = Field(default=300, ge=30, le=86_400)
    """Seconds of waiting after which a message is engaged in every mood, and every ``overdue_turn``-th answer goes to the oldest such."""

    overdue_turn: int = Field(default=5, ge=1, le=1_000)
    """One answer in this many goes to the oldest overdue message, so that a steady stream of urgent ones starves nobody."""


class InboxRules(Section):
    """Bounds and retries of an inbox: ``[persona_rules.inbox]``."""

    capacity: int = Field(default=1_000, ge=1, le=100_000)
    """Messages that may wait per persona; beyond that the lowest effective priority goes."""

    healthy_below: int = Field(default=100, ge=1, le=100_000)
    """Depth from which the console warns, in messages."""

    attempts: int = Field(default=3, ge=1, le=20)
    """Times that a message is tried before it goes to the dead letters."""

    retry_seconds: float = Field(default=5, ge=0.1, le=3_600)
    """Wait before the second attempt, in seconds; doubled for each further one."""

    retry_cap_seconds: float = Field(default=300, ge=1, le=86_400)
    """Longest wait between attempts, in seconds."""


class LoopRules(Section):
    """Limits of thinking: ``[persona_rules.loop]``."""

    think_seconds: float = Field(default=180, ge=1, le=3_600)
    """Time limit of a brain for one message, in seconds."""

    sync_seconds: float = Field(default=1, ge=0.1, le=60)
    """Time limit of a brain answering in sync mode, in seconds; what takes longer goes through the inbox instead."""

    proposals_per_reply: int = Field(default=10, ge=1, le=100)
    """Proposals that a brain may make for one message."""

    identical_proposals: int = Field(default=3, ge=2, le=100)
    """As many identical proposals in one reply are a brain going in circles: its reply is refused."""

    circuit_failures: int = Field(default=10, ge=1, le=1_000)
    """Failures in a row that open a persona's circuit."""

    circuit_seconds: float = Field(default=60, ge=1, le=86_400)
    """Seconds for which an open circuit keeps a persona from thinking."""


class ControlRules(Section):
    """What keeps personas from talking among themselves for ever: ``[persona_rules.control]``."""

    chatter_limit: int = Field(default=5, ge=1, le=1_000)
    """Messages of personas in a channel within ``chatter_seconds`` while no human speaks there."""

    chatter_seconds: float = Field(default=120, ge=1, le=86_400)
    """The window of ``chatter_limit``, in seconds."""

    repeat_seconds: float = Field(default=60, ge=0, le=86_400)
    """Seconds within which the same text from a persona is refused in a channel."""


class PersonaRules(Section):
    """The rules that all personas share: ``[persona_rules]``."""

    energy: EnergyRules = EnergyRules()
    """Work and rest."""

    mood: MoodRules = MoodRules()
    """Moods."""

    cadence: CadenceRules = CadenceRules()
    """Waits."""

    priority: PriorityRules = PriorityRules()
    """Priority and aging."""

    engagement: EngagementRules = EngagementRules()
    """What is answered when."""

    inbox: InboxRules = InboxRules()
    """Inbox."""

    loop: LoopRules = LoopRules()
    """Thinking."""

    control: ControlRules = ControlRules()
    """Personas among themselves."""

    emotions: EmotionRules = EmotionRules()
    """Emotions."""

    @model_validator(mode="after")
    def _warn_within_capacity(self) -> Self:
        if self.inbox.healthy_below > self.inbox.capacity:
            raise ValueError("inbox.healthy_below is above inbox.capacity: the warning would never show")
        if self.mood.hysteresis >= self.mood.overwhelmed_above:
            raise ValueError("mood.hysteresis is not below mood.overwhelmed_above: overwhelmed would never end")
        if self.engagement.always < self.engagement.tired:
            raise ValueError("engagement.always is below engagement.tired: the higher gate would be the lower one")
        return self


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


Personas = Annotated[dict[PersonaId, PersonaSettings], AfterValidator(_distinct_names), Field(max_length=1_000)]
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
        ),
    }
