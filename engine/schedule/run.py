"""One run of a job under its time limit, with a watchdog for what does not end when it is told to."""

from __future__ import annotations

import asyncio
from typing import Final

from ..clock import Clock
from .jobs import Job, JobError, JobResult, Outcome

GRACE_SECONDS: Final = 5.0
"""A run that was told to end gets so much time for that; then it is stuck."""
STOP_SECONDS: Final = 1.0
"""So much it gets where the engine stops."""
_CUT: Final = (Outcome.CUT_OFF, JobResult(0, "it was paused in the middle"))


class Run:
    """A run in progress.

    Args:
        job: what to run.
        clock: counts its time.
    """

    def __init__(self, job: Job, clock: Clock) -> None:
        self._job = job
        self._clock = clock
        self._task: asyncio.Task[JobResult] | None = None
        self._cut = False
        self.stuck = False
        """It was told to end and has not yet."""

    @property
    def work(self) -> asyncio.Task[JobResult] | None:
        """The work itself, which may go on after it was told to end."""
        return self._task

    async def carry_out(self) -> tuple[Outcome, JobResult]:
        """Run it, for as long as it may.

        Returns:
            how it ended; where not well, the note says why.
        """
        if self._was_cut():
            return _CUT
        limit = self._job.plan.timeout_seconds
        task = self._task = asyncio.ensure_future(self._call())
        try:
            await self._clock.wait_for(asyncio.wait({task}), limit)
        except TimeoutError:
            ended = await self._end(task, GRACE_SECONDS)
            why = f"it took longer than {limit:g} s"
            return Outcome.TIMEOUT, JobResult(0, why if ended else f"{why} and does not end; it is stuck")
        except asyncio.CancelledError:
            # The engine stops: the work ends first, as far as it does within the grace.
            await self._end(task, STOP_SECONDS)
            raise
        if task.cancelled():
            return _CUT if self._was_cut() else (Outcome.FAILED, JobResult(0, "it was cancelled"))
        error = task.exception()
        if error is not None:
            return Outcome.FAILED, JobResult(0, str(error) or repr(error))
        return Outcome.OK, task.result()

    def cut_off(self) -> None:
        """End it now; what it was for comes due again."""
        self._cut = True
        if self._task is not None:
            self._task.cancel()

    def _was_cut(self) -> bool:
        return self._cut

    async def _call(self) -> JobResult:
        # Types do not bind a plug-in's job.
        result: object = await self._job.run()
        if not isinstance(result, JobResult):
            raise JobError(f"job {self._job.name} failed", why="it did not return a JobResult")
        return result

    async def _end(self, task: asyncio.Task[JobResult], seconds: float) -> bool:
        task.cancel()
        try:
            await self._clock.wait_for(asyncio.wait({task}), seconds)
        except TimeoutError:
            self.stuck = True
            return False
        return True
