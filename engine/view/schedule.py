"""Background jobs as an operator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

UPCOMING = 5
"""Next runs that are told of each job."""


@dataclass(frozen=True, slots=True)
class JobRunView:
    """One run of a job.

    Attributes:
        id: rises from run to run.
        job: its name.
        cause: slot, retry or hand.
        slot: the slot it was for.
        began_at: when.
        ended_at: when; nothing while it runs.
        outcome: ok, failed, timeout or cut_off; running while it runs.
        count: how many things it did.
        note: what it had to say, or why it failed.
        merged: further slots that it made up for.
    """

    id: int
    job: str
    cause: str
    slot: datetime
    began_at: datetime
    ended_at: datetime | None
    outcome: str
    count: int
    note: str
    merged: int


@dataclass(frozen=True, slots=True)
class JobView:
    """One job.

    Attributes:
        name: what it is called.
        about: what it does.
        source: ``built-in``, or the plug-in that brought it.
        state: off, paused, running, stuck (told to end and does not), failing (it will be tried again) or waiting.
        held: why it does not run, where it is paused; empty otherwise.
        asked: somebody wants it to run at once.
        plan: when it runs, in words.
        zone: of its cron entry or its active hours; empty where it has neither.
        hours: its active hours, as ``09:00–17:00``; empty where it may always run.
        jitter_seconds: most time by which chance delays a run.
        timeout_seconds: most time of one run.
        overlap: what becomes of slots that come during a run: skip or queue.
        running_since: when the run in progress began.
        next: the next runs, soonest first; none while it is off.
        last_at: when its last run began.
        last_seconds: how long that took.
        last_outcome: how it ended: ok, failed, timeout; empty before the first.
        last_count: how many things it did.
        last_note: what it had to say, or why it failed.
        runs: all that came to an end.
        failures: in a row.
        merged: slots that another slot's run made up for.
        skipped: slots let go because a run was still at it.
        recent: its last runs, newest first, as many as were asked for.
    """

    name: str
    about: str
    source: str
    state: str
    held: str
    asked: bool
    plan: str
    zone: str
    hours: str
    jitter_seconds: int
    timeout_seconds: float
    overlap: str
    running_since: datetime | None
    next: tuple[datetime, ...]
    last_at: datetime | None
    last_seconds: float | None
    last_outcome: str
    last_count: int
    last_note: str
    runs: int
    failures: int
    merged: int
    skipped: int
    recent: tuple[JobRunView, ...] = ()
