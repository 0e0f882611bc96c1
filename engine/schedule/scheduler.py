"""The background scheduler: runs each job at its due times, one run of a job at a time, failures kept apart.

When a job is due is in the database, so a restart neither forgets nor repeats. A job is held while it or everything is
paused. Runs that did something, failed, or went well again after a failure are journalled; idle ones are only counted.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Final

from ..clock import Clock
from ..governance.halt import Scope, find_pause, halted, pause, resume
from ..storage import Database, Reader, Transaction
from .job_repository import load_job, save_job
from .jobs import Job, JobError, JobResult, JobState, Retry, adopt, failed, succeeded

LOOK_SECONDS: Final = 30.0
"""A waiting job looks at the clock at least this often, because wall clocks jump."""
HELD_SECONDS: Final = 2.0
"""A held job looks at least this often whether it may run again."""


class Scheduler:
    """Runs jobs.

    Args:
        database: where their states are kept.
        clock: tells and waits.
        jobs: names unique.
        retry: how failures are spaced.
    """

    def __init__(self, database: Database, clock: Clock, jobs: Sequence[Job], retry: Retry) -> None:
        self._database = database
        self._clock = clock
        self._jobs = {job.name: job for job in jobs}
        if len(self._jobs) != len(jobs):
            raise JobError("jobs refused", why="two of them have the same name")
        self._retry = retry
        self._wake = {name: asyncio.Event() for name in self._jobs}
        self._asked: set[str] = set()
        self._running: set[str] = set()

    @property
    def running(self) -> frozenset[str]:
        """The jobs that are at it right now."""
        return frozenset(self._running)

    @property
    def names(self) -> tuple[str, ...]:
        """All jobs."""
        return tuple(self._jobs)

    async def run(self) -> None:
        """Run jobs until cancelled; a run in progress is cancelled too."""
        await self._database.write(self._adopt)
        async with asyncio.TaskGroup() as group:
            for job in self._jobs.values():
                group.create_task(self._repeat(job), name=f"job {job.name}")

    async def run_now(self, name: str) -> None:
        """Have a job run at once, or once more after the run in progress; its slots stay where they are.

        Raises:
            JobError: there is no such job, or it or everything is paused.
        """
        self._check_name(name)
        held = await self._database.read(lambda reader: why_held(reader, name))
        if held is not None:
            raise JobError(f"job {name} cannot run now", why=held, remedy="Resume it first.")
        self._asked.add(name)
        self._wake[name].set()

    def pause(self, tx: Transaction, name: str, operator: str, reason: str) -> None:
        """Hold a job from its next run on, durably. Raises JobError when there is none of that name."""
        self._check_name(name)
        pause(tx, Scope.JOB, name, operator, reason)

    def resume(self, tx: Transaction, name: str, operator: str) -> bool:
        """Let a held job go on; what it missed is made up for by one run.

        Returns:
            whether it was held.

        Raises:
            JobError: there is no such job.
        """
        self._check_name(name)
        return resume(tx, Scope.JOB, name, operator)

    def _check_name(self, name: str) -> None:
        if name not in self._jobs:
            raise JobError(f"no job {name[:60]!r}", remedy=f"There are: {', '.join(sorted(self._jobs))}.")

    def _adopt(self, tx: Transaction) -> None:
        for job in self._jobs.values():
            save_job(tx, adopt(load_job(tx, job.name), job, tx.now, self._retry))

    async def _repeat(self, job: Job) -> None:
        while True:
            state, held = await self._database.read(
                lambda reader: (self._state(reader, job), why_held(reader, job.name))
            )
            due_in = (state.next_due - self._clock.now()).total_seconds()
            if held is not None:
                self._asked.discard(job.name)
                await self._wait(job.name, HELD_SECONDS)
            elif due_in <= 0 or job.name in self._asked:
                self._asked.discard(job.name)
                await self._run_once(job)
            else:
                await self._wait(job.name, min(due_in, LOOK_SECONDS))

    def _state(self, reader: Reader, job: Job) -> JobState:
        return adopt(load_job(reader, job.name), job, self._clock.now(), self._retry)

    async def _wait(self, name: str, seconds: float) -> None:
        wake = self._wake[name]
        with contextlib.suppress(TimeoutError):
            await self._clock.wait_for(wake.wait(), seconds)
        wake.clear()

    async def _run_once(self, job: Job) -> None:
        began = self._clock.now()
        self._running.add(job.name)
        why = ""
        result = JobResult()
        try:
            result = await self._clock.wait_for(job.run(), job.timeout_seconds)
        except TimeoutError as error:
            why = str(error) or f"it took longer than {job.timeout_seconds:g} s"
        except Exception as error:  # noqa: BLE001  # recorded and retried: one job must not end the others
            why = str(error) or repr(error)
        finally:
            self._running.discard(job.name)

        def note(tx: Transaction) -> None:
            before = self._state(tx, job)
            if why:
                after = failed(before, began, tx.now, why, self._retry)
                data = {"why": after.last_note, "failures": after.failures, "next": after.next_due.isoformat()}
                tx.record("job.failed", job.name, data)
            else:
                after = succeeded(before, began, tx.now, result)
                if result.count or before.failures:
                    tx.record("job.finished", job.name, {"count": result.count, "note": after.last_note})
            save_job(tx, after)

        await self._database.write(note)


def why_held(reader: Reader, name: str) -> str | None:
    """Why a job must not run now; nothing if it may."""
    stopped = halted(reader) or find_pause(reader, Scope.JOB, name)
    if stopped is None:
        return None
    what = "everything" if stopped.scope is Scope.ENGINE else "it"
    return f"{what} was paused by {stopped.operator}" + (f": {stopped.reason}" if stopped.reason else "")
