"""The numbers by which personas tire, answer and wait: the ``[persona_rules.*]`` tables, shared by all personas.

Points are whole points of a hundred here, where people write them; inside the engine all scores are hundredths of one.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from .base import Section
from .emotions import EmotionRules

Points = Annotated[int, Field(ge=0, le=100)]


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
    """Least seconds that an answer is charged for: a brain that needs no time still tires its persona."""


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
    """Longest wait between two looks at the inbox, least between two answers: ``[persona_rules.cadence]``."""

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
    """Seconds of waiting after which a message is overdue: it is engaged in every mood."""

    overdue_turn: int = Field(default=5, ge=1, le=1_000)
    """One answer in this many goes to the oldest overdue message, so that urgent ones starve nobody."""


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

    keep_days: int = Field(default=90, ge=0, le=36_500)
    """Days that messages are kept after they were answered, declined or dropped; 0 keeps them for ever. What a message
    said stays as long as an unfinished action answers it. A message posted again under its id is recognised so long."""

    keep_dead_days: int = Field(default=180, ge=0, le=36_500)
    """Days that dead letters are kept, at least ``keep_days``."""


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

    turns: int = Field(default=1, ge=1, le=1_000)
    """Times that a persona speaks in one conversation before what other personas say in it no longer wakes it."""


class DependencyRules(Section):
    """How long personas wait for each other: ``[persona_rules.dependencies]``."""

    time_limit_seconds: float = Field(default=120, ge=1, le=3_600)
    """Longest that a message is held for another persona to answer it first, in seconds."""

    raise_points: Points = 20
    """Points that a held message gains when it is let go, once."""


class HistoryRules(Section):
    """What is remembered of how personas were: ``[persona_rules.history]``."""

    sample_seconds: float = Field(default=60, ge=5, le=3_600)
    """Seconds between two looks at all personas; only those that changed are written down."""

    fine_hours: int = Field(default=24, ge=1, le=168)
    """Hours for which every sample is kept."""

    coarse_seconds: int = Field(default=600, ge=60, le=86_400)
    """Of what is older, one sample is kept for each so many seconds."""

    keep_days: int = Field(default=7, ge=1, le=366)
    """Days after which nothing is kept."""


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

    dependencies: DependencyRules = DependencyRules()
    """Personas that wait for each other."""

    emotions: EmotionRules = EmotionRules()
    """Emotions."""

    history: HistoryRules = HistoryRules()
    """How they were."""

    @model_validator(mode="after")
    def _warn_within_capacity(self) -> Self:
        if self.inbox.healthy_below > self.inbox.capacity:
            raise ValueError("inbox.healthy_below is above inbox.capacity: the warning would never show")
        if self.mood.hysteresis >= self.mood.overwhelmed_above:
            raise ValueError("mood.hysteresis is not below mood.overwhelmed_above: overwhelmed would never end")
        if self.engagement.always < self.engagement.tired:
            raise ValueError("engagement.always is below engagement.tired: the higher gate would be the lower one")
        if self.history.fine_hours > self.history.keep_days * 24:
            raise ValueError("history.fine_hours is longer than history.keep_days: the rest would never be thinned")
        return self
