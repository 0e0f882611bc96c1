"""Background jobs as operators see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice
from typing import Any, Final

from ...client.protocol import CommandRefused
from ...clock import Clock
from ...governance.halt import EVERYTHING, Scope, find_pause, halted
from ...queries.schedule import JOB_RUNS, SCHEDULE, AskRuns, AskSchedule, RunsPage, SchedulePage
from ...schedule import Job, JobRun, JobState, Scheduler, due_at, open_runs, runs_of
from ...storage import Reader
from ...view.schedule import UPCOMING, JobRunView, JobView

_RUNNING: Final = "running"


def schedule_readers(scheduler: Scheduler, clock: Clock) -> Mapping[str, Callable[[Reader, Any], object]]:
    """The answers to questions about jobs, by the query's name."""
    return {
        SCHEDULE.name: lambda reader, ask: _page(reader, ask, scheduler, clock.now()),
        JOB_RUNS.name: _runs,
    }


def _page(reader: Reader, ask: AskSchedule, scheduler: Scheduler, now: datetime) -> SchedulePage:
    if ask.name and ask.name not in scheduler.jobs:
        there_are = f"There are: {', '.join(sorted(scheduler.names))}."
        raise CommandRefused(f"no job {ask.name[:60]!r}", remedy=there_are, code="unknown")
    since = {run.name: run.began for run in open_runs(reader)} if scheduler.alive else {}
    found = [
        _job(reader, scheduler, job, since.get(name), now, ask.runs)
        for name, job in sorted(scheduler.jobs.items())
        if ask.name in {"", name}
    ]
    return SchedulePage(tuple(found), scheduler.alive, _held(reader))


def _held(reader: Reader) -> str:
    stopped = halted(reader) or find_pause(reader, Scope.JOB, EVERYTHING)
    if stopped is None:
        return ""
    what = "everything" if stopped.scope is Scope.ENGINE else "every job"
    return f"{what} was paused by {stopped.operator}" + (f": {stopped.reason}" if stopped.reason else "")


def _job(reader: Reader, scheduler: Scheduler, job: Job, since: datetime | None, now: datetime, runs: int) -> JobView:
    state = scheduler.state(reader, job.name)
    plan = job.plan
    held = scheduler.why_held(reader, job.name) or ""
    first = due_at(state, plan, now)
    ahead = islice(plan.upcoming(first, state.slot, state.seed), UPCOMING) if plan.enabled else ()
    took = (state.last_ended - state.last_began).total_seconds() if state.last_ended and state.last_began else None
    hours = plan.hours
    return JobView(
        name=job.name,
        about=job.about,
        source=job.source,
        state=_state(scheduler, job, state, held),
        held=held,
        asked=state.asked,
        plan=plan.text,
        zone=plan.cron.zone if plan.cron is not None else hours.zone if hours is not None else "",
        hours=f"{hours.start}–{hours.end}" if hours is not None and not hours.whole_day else "",
        jitter_seconds=int(plan.jitter.total_seconds()),
        timeout_seconds=plan.timeout_seconds,
        overlap=plan.overlap.value,
        running_since=since if job.name in scheduler.running else None,
        next=tuple(ahead),
        last_at=state.last_began,
        last_seconds=took,
        last_outcome=state.last_outcome.value if state.last_outcome else "",
        last_count=state.last_count,
        last_note=state.last_note,
        runs=state.runs,
        failures=state.failures,
        merged=state.merged,
        skipped=state.skipped,
        recent=tuple(_run(run) for run in runs_of(reader, job.name, None, runs)) if runs else (),
    )


def _state(scheduler: Scheduler, job: Job, state: JobState, held: str) -> str:
    if job.name in scheduler.stuck:
        return "stuck"
    if job.name in scheduler.running:
        return _RUNNING
    if held:
        return "paused"
    if not job.plan.enabled:
        return "off"
    return "failing" if state.failures else "waiting"


def _runs(reader: Reader, ask: AskRuns) -> RunsPage:
    before = int(ask.after) if ask.after.isdecimal() else None
    found = runs_of(reader, ask.name, before, ask.limit + 1)
    shown = found[: ask.limit]
    return RunsPage(tuple(_run(run) for run in shown), str(shown[-1].id) if len(found) > ask.limit else "")


def _run(run: JobRun) -> JobRunView:
    return JobRunView(
        id=run.id,
        job=run.name,
        cause=run.cause.value,
        slot=run.slot,
        began_at=run.began,
        ended_at=run.ended,
        outcome=run.outcome.value if run.outcome else _RUNNING,
        count=run.count,
        note=run.note,
        merged=run.merged,
    )
