"""Settings of what starts work by itself: emotional triggers, follow-ups, and the territory scanners."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator

from .base import Section
from .emotions import Emotion
from .schedule import ActiveHours

ScanPath: TypeAlias = Annotated[str, StringConstraints(max_length=4_096, pattern=r"^[^\x00]+$")]
Threshold: TypeAlias = Annotated[int, Field(ge=0, le=100)]
Rank: TypeAlias = Annotated[int, Field(ge=0, le=10)]
KnownAs: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$")]
Place: TypeAlias = Annotated[str, StringConstraints(max_length=100, pattern=r"^[^\s\x00-\x1f\x7f-\x9f]*$")]


class Thresholds(Section):
    """Points from which each emotion fires its trigger, 0 for none: ``[triggers.emotional.thresholds]``."""

    loneliness: Threshold = 70
    """Nobody has written for long."""
    excitement: Threshold = 80
    """Things go very well."""
    frustration: Threshold = 60
    """Things fail, or are said harshly."""
    jealousy: Threshold = 70
    """Others are asked, and it is not."""
    vulnerability: Threshold = 0
    """No trigger unless set."""
    confidence: Threshold = 0
    """No trigger unless set."""
    affection: Threshold = 0
    """No trigger unless set."""
    curiosity: Threshold = 0
    """No trigger unless set."""
    defensiveness: Threshold = 0
    """No trigger unless set."""

    def of(self, emotion: Emotion) -> int:
        """The threshold of an emotion, in points; 0 for none."""
        found: int = getattr(self, emotion.value)
        return found


class Priorities(Section):
    """Which trigger goes first where several could fire, the highest: ``[triggers.emotional.priorities]``."""

    loneliness: Rank = 3
    """Of loneliness."""
    excitement: Rank = 2
    """Of excitement."""
    frustration: Rank = 4
    """Of frustration."""
    jealousy: Rank = 3
    """Of jealousy."""
    vulnerability: Rank = 1
    """Of vulnerability."""
    confidence: Rank = 1
    """Of confidence."""
    affection: Rank = 1
    """Of affection."""
    curiosity: Rank = 1
    """Of curiosity."""
    defensiveness: Rank = 1
    """Of defensiveness."""

    def of(self, emotion: Emotion) -> int:
        """The priority of an emotion's trigger, 0 to 10."""
        found: int = getattr(self, emotion.value)
        return found


class EmotionalSettings(Section):
    """Emotional triggers: ``[triggers.emotional]``."""

    enabled: bool = True
    """Whether they are evaluated."""
    interval_seconds: int = Field(default=900, ge=60, le=3_600)
    """Seconds from one evaluation to the next."""
    first_seconds: float = Field(default=60.0, ge=0, le=3_600)
    """Seconds from the very first start to the first evaluation."""
    rearm_points: int = Field(default=10, ge=0, le=50)
    """A trigger that fired is armed again once its emotion is so many points below the threshold, or at rest."""
    thresholds: Thresholds = Thresholds()
    """From where on each emotion fires; ``[personas.NAME.emotion_thresholds]`` goes first."""
    priorities: Priorities = Priorities()
    """Which goes first."""


class InitiationSettings(Section):
    """Talks that personas begin, whatever the cause: ``[triggers.initiations]``."""

    cooldown_seconds: int = Field(default=3_600, ge=300, le=86_400)
    """Seconds after a delivered message in which nobody begins another talk with the same person, on any platform."""
    per_hour: int = Field(default=5, ge=1, le=100)
    """Most talks that one persona begins within an hour."""
    expire_seconds: int = Field(default=900, ge=60, le=86_400)
    """Seconds after which a message that could not be delivered is given up."""
    attempts: int = Field(default=3, ge=1, le=20)
    """Failed deliveries in a row after which the trigger is disarmed and reported."""
    backoff_seconds: float = Field(default=30.0, ge=1, le=3_600)
    """Seconds from the first failed delivery to the next try; doubled for each further one."""
    backoff_cap_seconds: float = Field(default=3_600.0, ge=1, le=86_400)
    """Most seconds between two tries."""
    history: int = Field(default=100, ge=10, le=10_000)
    """Ended initiations of each persona that are kept; those of the last day are kept besides."""
    waking_hours: ActiveHours = ActiveHours(start="08:00", end="22:00")
    """When follow-ups may be said, and anything that leaves this workspace; ``zone`` names the time zone."""


class FollowUpSettings(Section):
    """Coming back to a talk that was left open: ``[triggers.follow_up]``."""

    enabled: bool = True
    """Whether personas do that."""
    interval_seconds: int = Field(default=900, ge=60, le=3_600)
    """Seconds from one look at open talks to the next."""
    after_seconds: int = Field(default=7_200, ge=600, le=604_800)
    """Seconds of silence after which an open topic is taken up again."""
    until_seconds: int = Field(default=28_800, ge=600, le=2_592_000)
    """Seconds of silence after which it is left alone for good."""

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.until_seconds <= self.after_seconds:
            raise ValueError("until_seconds is not more than after_seconds: no topic would ever be taken up")
        return self


class WakeSettings(Section):
    """The gate that everything passes that sets a persona to work by itself: ``[triggers.wake]``."""

    spacing_seconds: float = Field(default=30.0, ge=0, le=3_600)
    """Least seconds between two wake-ups of a persona by the same source."""
    flood_count: int = Field(default=5, ge=1, le=1_000)
    """Wake-ups of a persona by all sources within ``flood_seconds``, after which it is left alone."""
    flood_seconds: float = Field(default=60.0, ge=1, le=3_600)
    """The window of ``flood_count``, in seconds."""


class RecipientSettings(Section):
    """Somebody whom personas may write to by themselves: ``[triggers.recipients.NAME]``."""

    known_as: tuple[KnownAs, ...] = Field(default=(), max_length=50)
    """Names they write under: an operator's name, or ``telegram:NUMBER``. All count as one person."""
    channel: Place = ""
    """Where they are written to in this workspace; by default where they last wrote."""
    telegram: Place = ""
    """Their chat by its name in ``[tools.telegram.chats]``; used where it works and the channel does not."""
    waking_hours: ActiveHours | None = None
    """When they are awake; by default as ``[triggers.initiations]`` says."""


class GitPatrolSettings(Section):
    """The scanner for unfinished work in git repositories: ``[triggers.git_patrol]``."""

    enabled: bool = True
    """Whether it runs."""
    paths: tuple[ScanPath, ...] = Field(default=(".",), max_length=50)
    """Directories whose repositories are watched, relative to the workspace; each whole repository counts."""
    interval_seconds: int = Field(default=60, ge=10, le=86_400)
    """Seconds from one scan to the next."""
    first_scan_seconds: float = Field(default=2.0, ge=0, le=3_600)
    """Seconds from the very first start to the first scan."""
    quiet_seconds: int = Field(default=600, ge=0, le=604_800)
    """Seconds in which a finding that keeps changing is not told again."""
    timeout_seconds: float = Field(default=30.0, ge=1, le=600)
    """Most seconds one git command may take."""
    max_output_bytes: int = Field(default=1_048_576, ge=4_096, le=67_108_864)
    """Most bytes of git's answer that are looked at; what is beyond is counted as *and more*."""
    max_details: int = Field(default=20, ge=1, le=200)
    """Most files that a finding lists by name."""
    stale_days: int = Field(default=30, ge=0, le=3_650)
    """Days without a commit after which a local branch that is not merged is stale; 0 does not look."""
    max_branches: int = Field(default=1_000, ge=1, le=100_000)
    """Most branches of a repository that are looked at, the latest first."""


class StalledWorkSettings(Section):
    """The scanner for tasks and talks that make no progress: ``[triggers.stalled_work]``."""

    enabled: bool = True
    """Whether it runs."""
    interval_seconds: int = Field(default=60, ge=10, le=86_400)
    """Seconds from one scan to the next."""
    first_scan_seconds: float = Field(default=30.0, ge=0, le=3_600)
    """Seconds from the very first start to the first scan."""
    after_seconds: int = Field(default=600, ge=10, le=604_800)
    """Seconds without progress after which a task or a talk is stalled."""
    quiet_seconds: int = Field(default=3_600, ge=0, le=604_800)
    """Seconds in which a finding that keeps changing is not told again."""
    max_details: int = Field(default=20, ge=1, le=200)
    """Most tasks or messages that a finding lists by name."""


class TriggerSettings(Section):
    """The table ``[triggers]``."""

    emotional: EmotionalSettings = EmotionalSettings()
    """Emotions that have a persona begin a talk."""
    initiations: InitiationSettings = InitiationSettings()
    """Talks that personas begin."""
    follow_up: FollowUpSettings = FollowUpSettings()
    """Open topics that are taken up again."""
    wake: WakeSettings = WakeSettings()
    """The gate before all that."""
    recipients: dict[str, RecipientSettings] = Field(default_factory=dict, max_length=1_000)
    """People who are known by several names or have wishes; others are written to where they last wrote."""
    git_patrol: GitPatrolSettings = GitPatrolSettings()
    """Uncommitted, untracked and unpushed work."""
    stalled_work: StalledWorkSettings = StalledWorkSettings()
    """Tasks and talks without progress."""

    @model_validator(mode="after")
    def _one_person_a_name(self) -> Self:
        known: dict[str, str] = {}
        for key, person in self.recipients.items():
            for name in (key, *person.known_as):
                if known.setdefault(name.casefold(), key) != key:
                    raise ValueError(f"recipients {known[name.casefold()]} and {key} are both known as {name}")
        return self
