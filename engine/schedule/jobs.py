"""Jobs that recur, and what is durable about each; pure.

Restarts and runs by hand do not move a job's slots. Slots that passed unused are made up for by one run, and counted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from ..errors import WatchfloorError
from ..settings.schedule import Overlap
from ..storage import Reader
from .plan import Plan

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


def _never(_: Reader) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again.

    Attributes:
        name: unique; what operators call it and ``[schedule.jobs.NAME]`` sets.
        plan: when it runs; already with what the settings say of it.
        run: does it once. It is cancelled when it takes too long or is paused, and may run again after a crash.
        about: what it does, in a sentence.
        source: ``built-in``, or the plug-in that brought it.
        held: why it must not run now, besides pauses of the job; nothing if it may.
    """

    name: str
    plan: Plan
    run: Callable[[], Awaitable[JobResult]]
    about: str = ""
    source: str = "built-in"
    held: Callable[[Reader], str | None] = _never


@dataclass(frozen=True, slots=True)
class Retry:
    """How failures are spaced: the first after ``first_seconds``, then doubling up to ``limit_seconds``."""

    first_seconds: float
    limit_seconds: float

    def after(self, failures: int) -> timedelta:
        """How long to wait after so many failures in a row, 1 or more."""
        return timedelta(seconds=min(self.first_seconds * 2.0 ** min(failures - 1, 40), self.limit_seconds))


class Outcome(StrEnum):
    """How a run ended."""

    OK = "ok"
    FAILED = "failed"
    TIMEOUT = "timeout"
    CUT_OFF = "cut_off"
    """Paused, stopped or died in the middle; what it was for comes due again."""


class Cause(StrEnum):
    """Why a run began."""

    SLOT = "slot"
    RETRY = "retry"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class JobState:
    """What is durable about a job.

    Attributes:
        key: of the plan that its slots come from.
        slot: the first that no run was for yet.
        seed: of its jitter.
        retry_at: after a failure, when it is tried again; nothing otherwise.
        asked: somebody wants it to run at once.
        last_began, last_ended: of its last run that came to an end; nothing before the first.
        last_outcome: how that run ended; nothing before the first.
        last_count, last_note: what it did, or why it failed.
        runs: that came to an end.
        failures: in a row.
        merged: slots that were made up for by another slot's run.
        skipped: slots let go because a run was still at it.
    """

    name: str
    key: str
    slot: datetime
    seed: int
    retry_at: datetime | None = None
    asked: bool = False
    last_began: datetime | None = None
    last_ended: datetime | None = None
    last_outcome: Outcome | None = None
    last_count: int = 0
    last_note: str = ""
    runs: int = 0
    failures: int = 0
    merged: int = 0
    skipped: int = 0


def adopt(state: JobState | None, job: Job, now: datetime, seed: int, retry: Retry) -> JobState:
    """A job's state under its plan of now.

    A new job gets its first slot. One whose interval was changed gets its slots from its last run, so that the new
    interval counts at once. A time further away than it can be means that the clock was wrong; it is put right.

    Args:
        state: what is remembered; nothing of a new job.
        job: as it is now.
        now: the present.
        seed: for a new job.
        retry: bounds how far ahead a retry can be.
    """
    plan = job.plan
    if state is None:
        return JobState(job.name, plan.key, plan.first_slot(now), seed)
    if state.key != plan.key:
        fresh = now if plan.cron is not None else (state.last_began or now) + plan.interval
        slot = plan.next_slot(now, now) if plan.cron is not None else min(state.slot, fresh)
        state = replace(state, key=plan.key, slot=slot)
    slot = plan.sane(state.slot, now)
    again = state.retry_at
    if again is not None and again > now + timedelta(seconds=retry.limit_seconds):
        again = now
    return state if (slot, again) == (state.slot, state.retry_at) else replace(state, slot=slot, retry_at=again)


def due_at(state: JobState, plan: Plan, now: datetime) -> datetime:
    """When a job runs next by itself; what is overdue runs now, or when the active hours begin again."""
    at = plan.opens(state.retry_at) if state.retry_at is not None else plan.due(state.slot, state.seed)
    return at if at > now else plan.opens(now)


def succeeded(state: JobState, plan: Plan, began: datetime, now: datetime, count: int, note: str) -> JobState:
    """A job's state after a run that went well: due at its next slot."""
    served = plan.count(state.slot, began)
    slot = plan.next_slot(began, state.slot)
    skipped = 0
    if plan.overlap is Overlap.SKIP and slot <= now:
        skipped = plan.count(slot, now)
        slot = plan.next_slot(now, slot)
    return replace(
        _ended(state, Outcome.OK, began, now, count, note),
        slot=slot,
        retry_at=None,
        failures=0,
        merged=state.merged + max(0, served - 1),
        skipped=state.skipped + skipped,
    )


def failed(state: JobState, began: datetime, now: datetime, why: str, retry: Retry, outcome: Outcome) -> JobState:
    """A job's state after a run that failed: due again after its back-off, for every slot there has been till then."""
    failures = state.failures + 1
    return replace(_ended(state, outcome, began, now, 0, why), retry_at=now + retry.after(failures), failures=failures)


def _ended(state: JobState, outcome: Outcome, began: datetime, now: datetime, count: int, note: str) -> JobState:
    return replace(
        state,
        last_began=began,
        last_ended=now,
        last_outcome=outcome,
        last_count=count,
        last_note=note[:NOTE_LIMIT],
        runs=state.runs + 1,
    )
