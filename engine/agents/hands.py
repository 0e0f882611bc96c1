"""An agent's hands: lanes that carry tasks out one after the other, and what was claimed ahead of them."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Final, NoReturn

from ..clock import Clock
from ..coordination.messages import Claim, Report, ReportKind
from .attempt import Attempts
from .job import Job
from .work import Work

SLICE: Final = 64
"""After so many tasks without a pause the agent's other duties get their turn."""
ROUSED: Final = 2
"""So many lanes at most are on their way to what is ready; tasks that never wait need no more."""
WAITING_SECONDS: Final = 1.0
"""What waits so much longer behind running tasks than planned is given back, for agents that have a hand free."""
_WEIGHT: Final = 0.1


class Hands:
    """What an agent holds: as many tasks at work as it has lanes, and a few ahead.

    How many are ahead follows from how long tasks took lately, so that the last of them would begin within
    ``ahead_seconds``: short tasks come in large batches, long ones one by one.

    Args:
        attempts: carries one out.
        clock: measures.
        lanes: how many tasks are carried out at once.
        ahead: most tasks that are held besides.
        ahead_seconds: within which time the last of them should begin.
        lease_seconds: what was not renewed for so long is somebody else's.
        began: told when an attempt begins.
        ended: told what came of a task; nothing of one that is somebody else's by now.
    """

    def __init__(
        self,
        attempts: Attempts,
        clock: Clock,
        *,
        lanes: int,
        ahead: int,
        ahead_seconds: float,
        lease_seconds: float,
        began: Callable[[Work], None],
        ended: Callable[[Report], None],
    ) -> None:
        self._attempts = attempts
        self._clock = clock
        self.lanes = lanes
        self._ahead = ahead
        self._ahead_seconds = ahead_seconds
        self._lease_seconds = lease_seconds
        self._began = began
        self._ended = ended
        self.works: dict[str, Work] = {}
        """Everything in hand, by task."""
        self._ready: deque[Work] = deque()
        self._idle: deque[asyncio.Future[None]] = deque()
        self._roused = 0
        self._pausing = False
        self._mean: float | None = None
        self._streak = 0
        self.empty = asyncio.Event()
        """Nothing is in hand."""
        self.empty.set()

    @property
    def waiting(self) -> int:
        """How many tasks are in hand that no lane has begun."""
        return len(self._ready)

    def running(self) -> list[Work]:
        """What is being carried out."""
        return [work for work in self.works.values() if work.task is not None]

    def wanted(self) -> int:
        """How many more tasks to ask for now; none until half of what is held is done, so that batches stay large."""
        held, target = len(self.works), self.lanes + self._ahead_now()
        return target - held if held < self.lanes or held <= target // 2 else 0

    def take(self, claim: Claim, asked: float) -> None:
        """Have a task carried out; ``asked`` is when it was claimed, on the steady clock."""
        work = Work(claim, asked)
        self.works[claim.id] = work
        self.empty.clear()
        self._ready.append(work)
        self._rouse()

    async def lane(self) -> NoReturn:
        """Carry tasks out until cancelled."""
        lane = asyncio.current_task()
        assert lane is not None  # noqa: S101  # a coroutine of a task
        while True:
            if self._pausing or not self._ready:
                turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
                self._idle.append(turn)
                try:
                    await turn
                finally:
                    self._roused -= turn.done() and not turn.cancelled()
                continue
            work = self._ready.popleft()
            # This task may wait for something; what lies behind it must not wait with it.
            self._rouse()
            await self._carry_out(work, lane)
            self._streak += 1
            if self._streak >= SLICE and not self._pausing:
                self._pausing = True
                asyncio.get_running_loop().call_soon(self._go_on)

    def _go_on(self) -> None:
        # The loop has seen to everything else since the pause began.
        self._streak, self._pausing = 0, False
        self._rouse()

    def _rouse(self) -> None:
        """Wake lanes for what is ready: two at a time, each of which wakes others if there is more than it can do."""
        while self._roused < min(ROUSED, len(self._ready)) and self._idle and not self._pausing:
            turn = self._idle.popleft()
            if not turn.done():
                turn.set_result(None)
                self._roused += 1

    def stop(self, work: Work, why: str) -> None:
        """Have a task given back at once."""
        if work.task is not None:
            work.why = why
            self._interrupt(work)
        elif not work.lost:
            self._ready.remove(work)
            self._end(work, _given_back(work.claim, why))

    def stop_all(self, why: str) -> None:
        """Have everything given back at once."""
        for work in list(self.works.values()):
            if not work.interrupted:
                self.stop(work, why)

    def abandon(self, work: Work) -> None:
        """A task is somebody else's by now: whatever would still be said of it is stale, so nothing is."""
        if work.lost:
            return
        work.lost = True
        if work.task is not None:
            self._interrupt(work)
        else:
            self._ready.remove(work)
            self._end(work, None)

    def look_after(self) -> None:
        """Let go of what could not be renewed in time, and give back what waits too long behind running tasks."""
        now = self._clock.monotonic()
        for work in [work for work in self.works.values() if work.renewed <= now - self._lease_seconds]:
            self.abandon(work)
        longest = self._ahead_seconds + WAITING_SECONDS
        for work in [work for work in self._ready if work.taken <= now - longest]:
            self.stop(work, "the agent had no hand free")

    async def _carry_out(self, work: Work, lane: asyncio.Task[Any]) -> None:
        began = self._clock.monotonic()
        if work.renewed <= began - self._lease_seconds:
            # As after this process was suspended: somebody else has it, or will in a moment.
            work.lost = True
            self._end(work, None)
            return
        work.task = lane
        report: Report | None
        try:
            report = await self._attempts.run(work.claim, partial(self._tell, work), lane)
        except asyncio.CancelledError:
            if not work.interrupted:
                raise
            report = _given_back(work.claim, work.why)
        finally:
            work.task = None
            if work.interrupted:
                # It was the task that was cancelled, not the lane.
                while lane.cancelling():
                    lane.uncancel()
        ran = self._clock.monotonic() - began
        self._mean = ran if self._mean is None else self._mean + _WEIGHT * (ran - self._mean)
        if ran >= 0.001:
            report = report._replace(ran_ms=int(ran * 1000))
        self._end(work, None if work.lost else report)

    def _tell(self, work: Work, job: Job) -> None:
        work.title = job.title
        self._began(work)

    def _end(self, work: Work, report: Report | None) -> None:
        del self.works[work.claim.id]
        if not self.works:
            self.empty.set()
        if report is not None:
            self._ended(report)

    def _interrupt(self, work: Work) -> None:
        if work.task is not None and not work.interrupted:
            work.interrupted = True
            work.task.cancel()

    def _ahead_now(self) -> int:
        if self._mean is None:
            return 0
        return min(self._ahead, int(self.lanes * self._ahead_seconds / max(self._mean, 1e-6)))


def _given_back(claim: Claim, why: str) -> Report:
    return Report(ReportKind.RELEASED, claim.id, claim.token, why)
