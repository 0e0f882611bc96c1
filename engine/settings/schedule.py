"""Settings of the background scheduler and of the heartbeat."""

from __future__ import annotations

from typing import Annotated, Self, TypeAlias
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from .base import Section

TimeOfDay: TypeAlias = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
EndOfDay: TypeAlias = Annotated[str, StringConstraints(pattern=r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$")]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, LookupError):
        raise ValueError("no such time zone; name one of the IANA database, for example Europe/Berlin") from None
    return name


class ActiveHours(Section):
    """A daily span of time, by the clock on the wall of a time zone."""

    start: TimeOfDay = "00:00"
    """First minute, included: HH:MM, 00:00 to 23:59."""
    end: EndOfDay = "24:00"
    """Minute of the end, excluded: HH:MM, 00:00 to 24:00. Before ``start``, the span runs over midnight."""
    zone: Annotated[str, AfterValidator(_known_zone)] = "UTC"
    """IANA time zone; daylight saving time is followed."""

    @model_validator(mode="after")
    def _is_a_span(self) -> Self:
        if self.start == self.end:
            raise ValueError("start and end are the same minute; for the whole day write 00:00 and 24:00")
        return self


class ScheduleSettings(Section):
    """The table ``[schedule]``."""

    goal_progress_seconds: int = Field(default=86_400, ge=60, le=2_592_000)
    """Seconds from one measurement of all goals to the next."""
    first_goal_progress_seconds: float = Field(default=5.0, ge=0, le=86_400)
    """Seconds from the very first start to the first measurement."""
    job_timeout_seconds: float = Field(default=300.0, ge=1, le=86_400)
    """Most seconds one run of a job may take."""
    retry_first_seconds: float = Field(default=30.0, ge=1, le=3_600)
    """Seconds from a job's first failure to its next try; doubled for each further failure in a row."""
    retry_limit_seconds: float = Field(default=3_600.0, ge=1, le=86_400)
    """Most seconds between two tries of a failing job."""


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
