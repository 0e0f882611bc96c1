"""The scheduler: durable slots, back-off, isolation, pauses."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest

from engine.clock import SimulatedClock
from engine.governance.halt import halt, resume_all
from engine.schedule import Job, JobError, JobResult, JobState, Outcome, Retry, Scheduler, load_job, usual
from engine.storage import Database

from .passing import pass_time, settled


class Work:
    """Notes when it runs; fails or hangs when told to."""

    def __init__(self, clock: SimulatedClock) -> None:
        self._clock = clock
        self._start = clock.now()
        self.at: list[float] = []
        self.error: Exception | None = None
        self.seconds = 0.0
        self.busy = 0

    async def __call__(self) -> JobResult:
        self.at.append((self._clock.now() - self._start).total_seconds())
        self.busy += 1
        assert self.busy == 1
        try:
            await self._clock.sleep(self.seconds)
        finally:
            self.busy -= 1
        if self.error is not None:
            raise self.error
        return JobResult(1, "did it")


@pytest.fixture
def work(clock: SimulatedClock) -> Work:
    return Work(clock)


def job(work: Work, name: str = "patrol", interval: float = 60) -> Job:
    return Job(name, usual(interval, 3, 20), work)


@asynccontextmanager
async def running(database: Database, clock: SimulatedClock, *jobs: Job) -> AsyncIterator[Scheduler]:
    scheduler = Scheduler(database, clock, jobs, Retry(30, 100))
    task = asyncio.create_task(scheduler.run())
    await settled()
    yield scheduler
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def run_now(database: Database, scheduler: Scheduler, name: str = "patrol") -> None:
    await database.write(lambda tx: scheduler.run_now(tx, name))
    scheduler.wake()


async def stored(database: Database, name: str = "patrol") -> JobState:
    state = await database.read(lambda reader: load_job(reader, name))
    assert state is not None
    return state


async def test_the_first_run_comes_soon_and_then_every_interval(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    async with running(database, clock, job(work)):
        await pass_time(clock, 200)
    assert work.at == [3, 63, 123, 183]
    state = await stored(database)
    assert (state.runs, state.last_outcome, state.last_count, state.last_note) == (4, Outcome.OK, 1, "did it")


async def test_a_restart_keeps_the_phase(database: Database, clock: SimulatedClock, work: Work) -> None:
    for _ in range(8):
        async with running(database, clock, job(work)):
            await pass_time(clock, 25)
    assert work.at == [3, 63, 123, 183]


async def test_missed_slots_are_made_up_for_by_one_run(database: Database, clock: SimulatedClock, work: Work) -> None:
    async with running(database, clock, job(work)):
        await pass_time(clock, 10)
    await clock.advance(600)
    async with running(database, clock, job(work)):
        await pass_time(clock, 60)
    assert work.at == [3, 610, 663]


async def test_failures_back_off_and_do_not_touch_other_jobs(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    work.error = ValueError("no luck")
    other = Work(clock)
    async with running(database, clock, job(work), job(other, "other")):
        await pass_time(clock, 300)
        assert work.at == [3, 33, 93, 193, 293]
        state = await stored(database)
        assert (state.failures, state.last_outcome, state.last_note) == (5, Outcome.FAILED, "no luck")
        work.error = None
        await pass_time(clock, 190)
    assert other.at == [3, 63, 123, 183, 243, 303, 363, 423, 483]
    # Well again, it is back in its own slots.
    assert work.at[5:] == [393, 423, 483]
    assert (await stored(database)).failures == 0


async def test_a_run_that_takes_too_long_is_stopped(database: Database, clock: SimulatedClock, work: Work) -> None:
    work.seconds = 1_000
    async with running(database, clock, job(work)):
        await pass_time(clock, 24)
        assert (await stored(database)).last_note == "it took longer than 20 s"
        assert work.busy == 0


async def test_a_job_never_runs_twice_at_a_time(database: Database, clock: SimulatedClock, work: Work) -> None:
    work.seconds = 15
    async with running(database, clock, job(work, interval=10)) as scheduler:
        for _ in range(20):
            await pass_time(clock, 7)
            await run_now(database, scheduler)
    assert len(work.at) > 5


async def test_a_run_by_hand_comes_at_once_and_leaves_the_slots(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    async with running(database, clock, job(work)) as scheduler:
        await pass_time(clock, 20)
        await run_now(database, scheduler)
        await pass_time(clock, 50)
    assert work.at == [3, 20, 63]


async def test_a_paused_job_waits_also_across_a_restart(database: Database, clock: SimulatedClock, work: Work) -> None:
    async with running(database, clock, job(work)) as scheduler:
        await pass_time(clock, 10)
        await database.write(lambda tx: scheduler.pause(tx, "patrol", "ana", "too loud"))
        await pass_time(clock, 100)
        with pytest.raises(JobError, match="too loud"):
            await run_now(database, scheduler)
    async with running(database, clock, job(work)) as scheduler:
        await pass_time(clock, 100)
        assert await database.write(lambda tx: scheduler.resume(tx, "patrol", "ana"))
        await pass_time(clock, 50)
    assert work.at[0] == 3
    assert 210 <= work.at[1] <= 212
    assert work.at[2:] == [243]


async def test_nothing_runs_while_everything_is_halted(database: Database, clock: SimulatedClock, work: Work) -> None:
    await database.write(lambda tx: halt(tx, "ana", ""))
    async with running(database, clock, job(work)):
        await pass_time(clock, 100)
        assert work.at == []
        await database.write(lambda tx: resume_all(tx, "ana"))
        await pass_time(clock, 5)
        assert len(work.at) == 1


async def test_a_changed_interval_counts_from_the_last_run(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    async with running(database, clock, job(work, interval=86_400)):
        await pass_time(clock, 10)
    async with running(database, clock, job(work, interval=60)):
        await pass_time(clock, 120)
    assert work.at == [3, 63, 123]


async def test_a_clock_that_was_far_ahead_does_not_silence_a_job(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    async with running(database, clock, job(work)):
        await pass_time(clock, 10)
    clock.step(-timedelta(days=365))
    work.at.clear()
    async with running(database, clock, job(work)):
        await pass_time(clock, 400)
    assert len(work.at) >= 3


async def test_unknown_and_repeated_names(database: Database, clock: SimulatedClock, work: Work) -> None:
    with pytest.raises(JobError, match="same name"):
        Scheduler(database, clock, [job(work), job(work)], Retry(30, 100))
    with pytest.raises(JobError, match="There are: patrol"):
        await run_now(database, Scheduler(database, clock, [job(work)], Retry(30, 100)), "nope")
