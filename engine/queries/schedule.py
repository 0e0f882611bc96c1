"""Questions about background jobs: when they run next, how they did, and every run that is remembered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from ..view.schedule import JobRunView, JobView
from .base import Ask, AskPage, Query


class AskSchedule(Ask):
    """All jobs, or one by its name, each with so many of its last runs."""

    name: Annotated[str, Field(max_length=200)] = ""
    runs: Annotated[int, Field(ge=0, le=50)] = 0


class AskRuns(AskPage):
    """Runs of one job, or of all where the name is empty."""

    name: Annotated[str, Field(max_length=200)] = ""


@dataclass(frozen=True, slots=True)
class SchedulePage:
    """The jobs by name.

    Attributes:
        items: the jobs.
        alive: an engine runs that carries them out.
        held: why no job at all runs; empty while they do.
    """

    items: tuple[JobView, ...]
    alive: bool
    held: str = ""


@dataclass(frozen=True, slots=True)
class RunsPage:
    """Runs, newest first; ``next`` continues, empty at the end."""

    items: tuple[JobRunView, ...]
    next: str = ""


@dataclass(frozen=True, slots=True)
class CronCheck:
    """What a cron entry means; told without an engine.

    Attributes:
        entry: as it is understood.
        zone: whose clocks it means.
        refused: why it is not taken; empty where it is.
        next: the next runs, in UTC.
        local: the same by the zone's clocks, with their offsets.
    """

    entry: str
    zone: str
    refused: str
    next: tuple[datetime, ...] = ()
    local: tuple[datetime, ...] = ()


SCHEDULE: Final = Query("schedule", AskSchedule, SchedulePage)
JOB_RUNS: Final = Query("job_runs", AskRuns, RunsPage)
SCHEDULE_QUERIES: Final = (SCHEDULE, JOB_RUNS)
