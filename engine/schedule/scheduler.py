"""The background scheduler: runs each job at its due times, one run of a job at a time, failures kept apart.

What is due is in the database, so a restart neither forgets nor repeats. A job is held while it or everything is
paused. Every run is in the bounded history; those that did something, failed, or went well again are journalled too.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from ..clock import Clock
from ..governance.halt import Scope, find_pause, halted, pause, resume
from ..storage import Database, Reader, Transaction
from .job_repository import load_job, note_began, note_ended, open_runs, save_job
from .jobs import Cause, Job, JobError, JobState, Outcome, Retry, adopt, due_at, failed, succeeded
from .run import Run

LOOK_SECONDS: Final = 30.0
"""The scheduler looks at the clock at least this often, because wall clocks jump."""
HELD_SECONDS: Final = 2.0
"""While a due job is held, it looks at least this often whether it may run again."""
_SEED_BITS: Final = 32


class Scheduler:
    """Runs jobs.

    Args:
        database: where their states are kept.
        clock: tells, waits and throws the dice.
        jobs: names unique.
        retry: how failures are spaced.
        history: runs of each job that are remembered.
    """

    def __init__(self, database: Database, clock: Clock, jobs: Sequence[Job], retry: Retry, history: int = 200) -> None:
        self._database = database
        self._clock = clock
        self._jobs: dict[str, Job] = {}
        self._wake = asyncio.Event()
        self._running: dict[str, Run] = {}
        self.alive = False
        """It runs jobs; not so in an engine's core that lives for one command."""
        self.configure(jobs, retry, history)

    def configure(self, jobs: Sequence[Job], retry: Retry, history: int = 200) -> None:
        """Have other jobs, or other plans, from now on. A run in progress goes on.

        Raises:
            JobError: two jobs have the same name.
        """
        named = {job.name: job for job in jobs}
        if len(named) != len(jobs):
            raise JobError("jobs refused", why="two of them have the same name")
        self._jobs, self._retry, self._history = named, retry, history
        self._known = False
        self._wake.set()

    @property
    def running(self) -> frozenset[str]:
        """The jobs that are at it right now."""
        return frozenset(self._running)

    @property
    def stuck(self) -> frozenset[str]:
        """The jobs that were told to end and have not yet; they do not run again before."""
        return frozenset(name for name, run in self._running.items() if run.stuck)

    @property
    def jobs(self) -> Mapping[str, Job]:
        """All jobs by name."""
        return self._jobs

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all jobs."""
        return tuple(self._jobs)

    def state(self, reader: Reader, name: str) -> JobState:
        """A job's state as it stands now. Raises JobError when there is none of that name."""
        job = self._named(name)
        return adopt(load_job(reader, name), job, self._clock.now(), 0, self._retry)

    def why_held(self, reader: Reader, name: str) -> str | None:
        """Why a job must not run now; nothing if it may. Raises JobError when there is none of that name."""
        stopped = halted(reader) or find_pause(reader, Scope.JOB, name)
        if stopped is None:
            return self._named(name).held(reader)
        what = "everything" if stopped.scope is Scope.ENGINE else "it"
        return f"{what} was paused by {stopped.operator}" + (f": {stopped.reason}" if stopped.reason else "")

    async def run(self) -> None:
        """Run jobs until cancelled; runs in progress are cancelled too."""
        await self._database.write(self._begin)
        self.alive = True
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    self._wake.clear()
                    seconds = await self._look(group)
                    with contextlib.suppress(TimeoutError):
                        await self._clock.wait_for(self._wake.wait(), seconds)
        finally:
            self.alive = False

    def run_now(self, tx: Transaction, name: str) -> None:
        """Have a job run at once, or once more after the run in progress; durable, and its slots stay where they are.

        Raises:
            JobError: there is no such job, or it or everything is paused.
        """
        held = self.why_held(tx, name)
        if held is not None:
            raise JobError(f"job {name} cannot run now", why=held, remedy="Resume it first.")
        save_job(tx, replace(self._adopted(tx, self._named(name)), asked=True))

    def wake(self) -> None:
        """Look now; for whoever knows that something was changed."""
        self._wake.set()

    def pause(self, tx: Transaction, name: str, operator: str, reason: str) -> None:
        """Hold a job, durably. Raises JobError when there is none of that name."""
        self._named(name)
        pause(tx, Scope.JOB, name, operator, reason)

    def resume(self, tx: Transaction, name: str, operator: str) -> bool:
        """Let a held job go on; what it missed is made up for by one run.

        Returns:
            whether it was held.

        Raises:
            JobError: there is no such job.
        """
        self._named(name)
        return resume(tx, Scope.JOB, name, operator)

    def cut_off(self, name: str | None = None) -> None:
        """End the runs in progress, or that of one job; what they were for comes due again."""
        for running, run in self._running.items():
            if name is None or running == name:
                run.cut_off()

    def _named(self, name: str) -> Job:
        if name not in self._jobs:
            raise JobError(f"no job {name[:60]!r}", remedy=f"There are: {', '.join(sorted(self._jobs))}.")
        return self._jobs[name]

    def _adopted(self, reader: Reader, job: Job) -> JobState:
        return adopt(load_job(reader, job.name), job, self._clock.now(), self._seed(), self._retry)

    def _seed(self) -> int:
        return self._clock.random.getrandbits(_SEED_BITS)

    def _begin(self, tx: Transaction) -> None:
        """Settle what died with the process before, and know every job."""
        for run in open_runs(tx):
            note_ended(tx, run.id, Outcome.CUT_OFF, 0, "the engine ended in the middle")
            state = load_job(tx, run.name)
            if state is not None and run.cause is Cause.HAND:
                save_job(tx, replace(state, asked=True))
        self._adopt_all(tx)

    def _adopt_all(self, tx: Transaction) -> None:
        for job in self._jobs.values():
            save_job(tx, self._adopted(tx, job))

    async def _look(self, group: asyncio.TaskGroup) -> float:
        """Start what is due.

        Returns:
            seconds until it is worth looking again.
        """
        if not self._known:
            self._known = True
            await self._database.write(self._adopt_all)
        jobs = [job for job in self._jobs.values() if job.name not in self._running]

        def find(reader: Reader) -> list[tuple[Job, JobState, str | None]]:
            return [(job, self.state(reader, job.name), self.why_held(reader, job.name)) for job in jobs]

        found = await self._database.read(find)
        now = self._clock.now()
        seconds = LOOK_SECONDS
        for job, state, held in found:
            due = due_at(state, job.plan, now) if job.plan.enabled else None
            cause = _cause(state, due, now)
            if cause is not None and held is None:
                run = self._running[job.name] = Run(job, self._clock)
                group.create_task(self._carry_out(job, run, cause), name=f"job {job.name}")
            elif cause is not None:
                seconds = min(seconds, HELD_SECONDS)
            elif due is not None:
                seconds = min(seconds, (due - now).total_seconds())
        return seconds

    async def _carry_out(self, job: Job, run: Run, cause: Cause) -> None:
        try:
            began = self._clock.now()
            number = await self._database.write(lambda tx: self._note_began(tx, job, cause, began))
            outcome, result = await run.carry_out()

            def note(tx: Transaction) -> None:
                self._note_ended(tx, job, number, began, outcome, result.count, result.note)

            await self._database.write(note)
            if run.stuck and run.work is not None:
                # One run at a time: nothing of this job begins before the old run has really ended.
                await asyncio.wait({run.work})
        finally:
            del self._running[job.name]
            self._wake.set()

    def _note_began(self, tx: Transaction, job: Job, cause: Cause, began: datetime) -> int:
        state = replace(self._adopted(tx, job), asked=False)
        save_job(tx, state)
        return note_began(tx, state, cause, began, self._history)

    def _note_ended(
        self, tx: Transaction, job: Job, number: int, began: datetime, outcome: Outcome, count: int, note: str
    ) -> None:
        # Its plan may have been changed meanwhile.
        job = self._jobs.get(job.name, job)
        before = self._adopted(tx, job)
        if outcome is Outcome.CUT_OFF:
            note_ended(tx, number, outcome, 0, note)
            tx.record("job.cut_off", job.name, {"why": note})
            return
        if outcome is Outcome.OK:
            after = succeeded(before, job.plan, began, tx.now, count, note)
            if count or before.failures:
                tx.record("job.finished", job.name, {"count": count, "note": after.last_note})
        else:
            after = failed(before, began, tx.now, note, self._retry, outcome)
            due = due_at(after, job.plan, tx.now)
            data = {"why": after.last_note, "failures": after.failures, "next": due.isoformat()}
            tx.record("job.failed", job.name, data)
        save_job(tx, after)
        note_ended(tx, number, outcome, count, note, after.merged - before.merged)


def _cause(state: JobState, due: datetime | None, now: datetime) -> Cause | None:
    """Why a job runs now; nothing if it does not."""
    if state.asked:
        return Cause.HAND
    if due is None or due > now:
        return None
    return Cause.RETRY if state.retry_at is not None else Cause.SLOT
