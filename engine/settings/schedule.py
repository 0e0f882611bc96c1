"""Settings of the background scheduler and of the heartbeat."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from .base import Section
from .cron import MAX_CRON, next_runs

TimeOfDay: TypeAlias = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
EndOfDay: TypeAlias = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError("no such time zone; name one of the IANA database, for example Europe/Berlin") from None
    return name


Zone: TypeAlias = Annotated[str, AfterValidator(_known_zone)]


class ActiveHours(Section):
    """A daily span of time, by the clock on the wall of a time zone."""

    start: TimeOfDay = "00:00"
    """First minute, included: HH:MM, 00:00 to 23:59."""
    end: EndOfDay = "24:00"
    """Minute of the end, excluded: HH:MM, 00:00 to 24:00. Before ``start``, the span runs over midnight."""
    zone: Zone = "UTC"
    """IANA time zone; daylight saving time is followed."""

    @property
    def whole_day(self) -> bool:
        """They never end."""
        return (self.start, self.end) == ("00:00", "24:00")

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same minute; for the whole day write 00:00 and 24:00")
        return self


_SOME_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)


class Overlap(StrEnum):
    """What becomes of slots that come while a run is still at it."""

    SKIP = "skip"
    """They are let go; the next slot after the run counts."""
    QUEUE = "queue"
    """One more run follows at once, for all of them."""


class JobSettings(Section):
    """One table ``[schedule.jobs.NAME]``; what it does not set is as the job itself has it."""

    enabled: bool | None = None
    """Whether it runs by itself."""
    every_seconds: int | None = Field(default=None, ge=10, le=31_536_000)
    """Seconds from one slot to the next; not together with ``cron``."""
    cron: str | None = Field(default=None, max_length=MAX_CRON)
    """Slots as a cron entry of five fields, or ``@daily`` and the like; not together with ``every_seconds``."""
    zone: Zone = "UTC"
    """IANA time zone of ``cron`` and of the active hours; daylight saving time is followed."""
    active_from: TimeOfDay | None = None
    """First minute of the active hours, included: HH:MM. Slots outside them are made up for by one run at the start."""
    active_until: EndOfDay | None = None
    """Minute of their end, excluded: HH:MM, up to 24:00. Before ``active_from``, they run over midnight."""
    jitter_seconds: int | None = Field(default=None, ge=0, le=86_400)
    """Most seconds that chance puts a run after its slot, always the same for a slot; at most half way to the next."""
    timeout_seconds: float | None = Field(default=None, ge=1, le=86_400)
    """Most seconds one run may take."""
    overlap: Overlap | None = None
    """What becomes of slots that come during a run: ``skip`` or ``queue`` (one more run)."""
    options: dict[str, str | int | float | bool] = Field(default_factory=dict, max_length=100)
    """What a plug-in's job wants to know; the built-in jobs have none."""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.cron is not None and self.every_seconds is not None:
            raise ValueError("cron and every_seconds are both set; keep one")
        if self.cron is not None:
            next_runs(self.cron, self.zone, _SOME_DAY, 1)
        if (self.active_from is None) != (self.active_until is None):
            raise ValueError("active_from and active_until go together")
        if self.active_from is not None and self.active_from == self.active_until:
            raise ValueError("active_from and active_until are the same minute; for the whole day leave both out")
        return self

    @property
    def hours(self) -> ActiveHours | None:
        """The active hours, if there are any."""
        if self.active_from is None or self.active_until is None:
            return None
        return ActiveHours(start=self.active_from, end=self.active_until, zone=self.zone)


JobName: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_.-]{0,63}$")]


class ScheduleSettings(Section):
    """The table ``[schedule]``."""

    goal_progress_seconds: int = Field(default=86_400, ge=60, le=2_592_000)
    """Seconds from one measurement of all goals to the next; ``[schedule.jobs.goal_progress_update]`` goes first."""
    first_goal_progress_seconds: float = Field(default=5.0, ge=0, le=86_400)
    """Seconds from the very first start to the first measurement."""
    job_timeout_seconds: float = Field(default=300.0, ge=1, le=86_400)
    """Most seconds one run of a job may take, where its own table says nothing."""
    retry_first_seconds: float = Field(default=30.0, ge=1, le=3_600)
    """Seconds from a job's first failure to its next try; doubled for each further failure in a row."""
    retry_limit_seconds: float = Field(default=3_600.0, ge=1, le=86_400)
    """Most seconds between two tries of a failing job."""
    history: int = Field(default=200, ge=1, le=10_000)
    """Runs of each job that are remembered; older ones go."""
    jobs: dict[JobName, JobSettings] = Field(default_factory=dict, max_length=200)
    """When single jobs run, by name: ``[schedule.jobs.NAME]``."""


class HeartbeatSettings(Section):
    """The table ``[heartbeat]``: how the tasks of HEARTBEAT.md are carried out."""

    enabled: bool = True
    """Whether beats happen."""
    interval_seconds: int = Field(default=1_800, ge=30, le=604_800)
    """Seconds from one beat to the next."""
    first_beat_seconds: float = Field(default=5.0, ge=0, le=86_400)
    """Seconds from the very first start to the first beat."""
    actions_per_beat: int = Field(default=5, ge=1, le=100)
    """Most tasks that are proposed in one beat; the others come first in the next."""
    require_approval: bool = True
    """Whether every task asks an operator, also where the guardrails would let it run by itself."""
    active_hours: ActiveHours = ActiveHours()
    """When beats happen."""
    max_attempts: int = Field(default=3, ge=1, le=20)
    """Failures after which a one-time task is left alone until its line changes."""
    retry_seconds: float = Field(default=300.0, ge=1, le=86_400)
    """Seconds a one-time task rests after its first failure; doubled for each further one."""
    rejected_rest_seconds: float = Field(default=86_400.0, ge=0, le=2_592_000)
    """Seconds a rejected task that is not one-time rests before it asks again; a one-time task does not ask again."""
    max_file_bytes: int = Field(default=262_144, ge=1_024, le=4_194_304)
    """Largest HEARTBEAT.md that is read, in bytes."""
