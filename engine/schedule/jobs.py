"""Jobs that recur, and the arithmetic of when they are due; pure.

A job has slots: one fixed moment and every multiple of its interval from there. Restarts and runs by hand do not move
them. Slots that passed unused are made up for by one run.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..errors import WatchfloorError

NOTE_LIMIT = 1_000
"""Most characters kept of what a run had to say."""


class JobError(WatchfloorError):
    """A job does not exist, or cannot run now."""


@dataclass(frozen=True, slots=True)
class JobResult:
    """What a run did.

    Attributes:
        count: how many things.
        note: what, in a line; also why nothing was done.
    """

    count: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again.

    Attributes:
        name: unique; what operators call it.
        interval_seconds: from one slot to the next, more than 0.
        first_seconds: from the very first start to the first slot.
        timeout_seconds: most time of one run.
        run: does it once.
    """

    name: str
    interval_seconds: float
    first_seconds: float
    timeout_seconds: float
    run: Callable[[], Awaitable[JobResult]]


@dataclass(frozen=True, slots=True)
class Retry:
    """How failures are spaced: the first after ``first_seconds``, then doubling up to ``limit_seconds``."""

    first_seconds: float
    limit_seconds: float

    def after(self, failures: int) -> timedelta:
        """How long to wait after so many failures in a row, 1 or more."""
        return timedelta(seconds=min(self.first_seconds * 2.0 ** min(failures - 1, 40), self.limit_seconds))


@dataclass(frozen=True, slots=True)
class JobState:
    """What is durable about a job.

    Attributes:
        interval: from one slot to the next.
        slot: one of its slots.
        next_due: when it runs next; a slot, or earlier or later than one after a failure.
        last_run: when its last run began; nothing before the first.
        last_ok: how that run ended; nothing before the first.
        last_count, last_note: what it did, or why it failed.
        runs: all of them.
        failures: failures in a row.
    """

    name: str
    interval: timedelta
    slot: datetime
    next_due: datetime
    last_run: datetime | None = None
    last_ok: bool | None = None
    last_count: int = 0
    last_note: str = ""
    runs: int = 0
    failures: int = 0


def adopt(state: JobState | None, job: Job, now: datetime, retry: Retry) -> JobState:
    """A job's state at the engine's start.

    A new job gets its first slot. One whose interval was changed gets its slots from its last run, so that the new
    interval counts at once. A due time further away than it can be means that the clock was wrong; it is set anew.
    """
    interval = timedelta(seconds=job.interval_seconds)
    if state is None:
        first = now + timedelta(seconds=job.first_seconds)
        return JobState(job.name, interval, first, first)
    if state.interval != interval:
        due = min(state.next_due, (state.last_run or now) + interval)
        state = replace(state, interval=interval, slot=due, next_due=due)
    furthest = now + max(interval, timedelta(seconds=max(job.first_seconds, retry.limit_seconds)))
    if state.next_due > furthest:
        state = replace(state, slot=now + interval, next_due=now + interval)
    return state


def succeeded(state: JobState, began: datetime, now: datetime, result: JobResult) -> JobState:
    """A job's state after a run that went well: due at its next slot."""
    return replace(
        state,
        next_due=next_slot(state, now),
        last_run=began,
        last_ok=True,
        last_count=result.count,
        last_note=result.note[:NOTE_LIMIT],
        runs=state.runs + 1,
        failures=0,
    )


def failed(state: JobState, began: datetime, now: datetime, why: str, retry: Retry) -> JobState:
    """A job's state after a run that failed: due after its back-off."""
    failures = state.failures + 1
    return replace(
        state,
        next_due=now + retry.after(failures),
        last_run=began,
        last_ok=False,
        last_count=0,
        last_note=why[:NOTE_LIMIT],
        runs=state.runs + 1,
        failures=failures,
    )


def next_slot(state: JobState, now: datetime) -> datetime:
    """The first slot after ``now``; the first of all where none has come yet."""
    if state.slot > now:
        return state.slot
    return state.slot + ((now - state.slot) // state.interval + 1) * state.interval
