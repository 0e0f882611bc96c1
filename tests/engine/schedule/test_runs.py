"""Runs of jobs: overlap, the watchdog, pauses in the middle, crashes, history, new plans, jobs of others."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from engine.clock import SimulatedClock
from engine.schedule import (
    Cause,
    Job,
    JobContext,
    JobOffer,
    JobResult,
    JobRun,
    Outcome,
    Plan,
    Retry,
    Scheduler,
    load_job,
    load_job_plugins,
    planned,
    runs_of,
    usual,
)
from engine.settings.schedule import ActiveHours, JobSettings, Overlap
from engine.storage import Database

from .passing import pass_time, settled
from .test_scheduler import Work, job, run_now, running, stored


async def runs(database: Database, name: str = "patrol") -> list[JobRun]:
    return list(reversed(await database.read(lambda reader: runs_of(reader, name, None, 100))))


@pytest.fixture
def work(clock: SimulatedClock) -> Work:
    return Work(clock)


async def test_slots_that_come_during_a_run_are_let_go_or_come_to_one_more_run(
    database: Database, clock: SimulatedClock
) -> None:
    for overlap, expected in ((Overlap.SKIP, [3, 33, 63]), (Overlap.QUEUE, [3, 28, 53, 78])):
        work = Work(clock)
        work.seconds = 25
        plan = replace(usual(10, 3, 60), overlap=overlap)
        async with running(database, clock, Job(overlap.value, plan, work)):
            await pass_time(clock, 80)
        assert work.at == expected
        state = await stored(database, overlap.value)
        assert (state.skipped > 0) is (overlap is Overlap.SKIP)
        assert (state.merged > 0) is (overlap is Overlap.QUEUE)


async def test_what_does_not_end_when_told_to_is_stuck_and_harms_no_other_job(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    release = asyncio.Event()

    async def stubborn() -> JobResult:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue
        return JobResult(1)

    async with running(database, clock, job(work), Job("stubborn", usual(30, 1, 5), stubborn)) as scheduler:
        await pass_time(clock, 130)
        assert scheduler.stuck == {"stubborn"}
        assert [run.outcome for run in await runs(database, "stubborn")] == [Outcome.TIMEOUT]
        assert "stuck" in (await stored(database, "stubborn")).last_note
        assert work.at == [3, 63, 123]
        release.set()
        await settled()
        await pass_time(clock, 40)
        assert scheduler.stuck == frozenset()
        assert len(await runs(database, "stubborn")) > 1


async def test_a_run_that_is_cut_off_comes_again_and_is_told(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    work.seconds = 10
    async with running(database, clock, job(work)) as scheduler:
        await pass_time(clock, 5)
        await database.write(lambda tx: scheduler.pause(tx, "patrol", "ana", "stop it"))
        scheduler.cut_off("patrol")
        await pass_time(clock, 20)
        assert work.busy == 0
        await database.write(lambda tx: scheduler.resume(tx, "patrol", "ana"))
        await pass_time(clock, 20)
    assert work.at[0] == 3
    assert len(work.at) == 2
    assert [run.outcome for run in await runs(database)] == [Outcome.CUT_OFF, Outcome.OK]


async def test_what_died_with_the_engine_is_told_and_a_run_by_hand_comes_again(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    work.seconds = 10
    async with running(database, clock, job(work)) as scheduler:
        await pass_time(clock, 30)
        await run_now(database, scheduler)
        await pass_time(clock, 5)
    assert work.at == [3, 30]
    async with running(database, clock, job(work)):
        await pass_time(clock, 15)
    assert [(run.cause, run.outcome) for run in await runs(database)] == [
        (Cause.SLOT, Outcome.OK),
        (Cause.HAND, Outcome.CUT_OFF),
        (Cause.HAND, Outcome.OK),
    ]


async def test_asked_for_without_an_engine_it_runs_when_one_starts(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    quiet = Scheduler(database, clock, [job(work, interval=9_000)], Retry(30, 100))
    await run_now(database, quiet)
    assert (quiet.alive, work.at) == (False, [])
    async with running(database, clock, job(work, interval=9_000)):
        await pass_time(clock, 1)
    assert work.at == [0]


async def test_the_history_is_bounded_and_says_what_was_made_up_for(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    for _ in range(2):
        scheduler = Scheduler(database, clock, [job(work, interval=10)], Retry(30, 100), history=4)
        task = asyncio.create_task(scheduler.run())
        await settled()
        await pass_time(clock, 65)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await clock.advance(100)
    found = await runs(database)
    assert len(found) == 4
    assert all(run.ended is not None and run.count == 1 and run.note == "did it" for run in found)
    state = await stored(database)
    assert state.merged >= 9
    assert state.runs == len(work.at)


async def test_new_plans_hold_at_once(database: Database, clock: SimulatedClock, work: Work) -> None:
    async with running(database, clock, job(work, interval=3_600)) as scheduler:
        await pass_time(clock, 10)
        scheduler.configure([job(work, interval=20)], Retry(30, 100))
        await pass_time(clock, 40)
        assert work.at == [3, 23, 43]
        other = Work(clock)
        off = Job("patrol", replace(usual(20, 3, 20), enabled=False), work)
        scheduler.configure([off, job(other, "late", 30)], Retry(30, 100))
        await pass_time(clock, 70)
        assert work.at == [3, 23, 43]
        assert len(other.at) == 3
        # A job that is switched off can still be run by hand.
        await run_now(database, scheduler)
        await pass_time(clock, 1)
        assert len(work.at) == 4


async def test_closed_hours_hold_a_job_until_they_begin(database: Database, clock: SimulatedClock, work: Work) -> None:
    # The clock stands at 12:00 UTC.
    plan = replace(usual(600, 0, 60), hours=ActiveHours(start="12:30", end="12:45"))
    async with running(database, clock, Job("patrol", plan, work)) as scheduler:
        for _ in range(60):
            await pass_time(clock, 60)
        assert work.at == [1_800, 2_400]
        await run_now(database, scheduler)
        await pass_time(clock, 1)
        assert len(work.at) == 3
    assert (await stored(database)).merged == 3 + 1


async def test_what_is_overdue_when_the_hours_are_over_waits_for_the_next(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    plan = replace(usual(600, 0, 60), hours=ActiveHours(start="11:30", end="12:15"))
    async with running(database, clock, Job("patrol", plan, work)) as scheduler:
        await pass_time(clock, 1)
        await database.write(lambda tx: scheduler.pause(tx, "patrol", "ana", ""))
        await pass_time(clock, 1_000)
        await database.write(lambda tx: scheduler.resume(tx, "patrol", "ana"))
        scheduler.wake()
        await pass_time(clock, 3_600)
    assert work.at == [0]


async def test_a_cron_entry_runs_by_the_clocks_of_its_zone(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    plan = planned(usual(60, 0, 60), JobSettings(cron="30 14 * * *", zone="Europe/Berlin"))
    async with running(database, clock, Job("patrol", plan, work)):
        for _ in range(5):
            await pass_time(clock, 3_600)
    # 14:30 in Berlin is 13:30 UTC in winter.
    assert work.at == [5_400]


async def test_a_job_that_returns_no_result_failed(database: Database, clock: SimulatedClock) -> None:
    async def careless() -> JobResult:
        return None  # type: ignore[return-value]  # as a plug-in without types may

    async with running(database, clock, Job("careless", usual(60, 1, 5), careless)):
        await pass_time(clock, 3)
    (run,) = await runs(database, "careless")
    assert (run.outcome, "JobResult" in run.note) == (Outcome.FAILED, True)


async def test_a_clock_put_back_an_hour_does_not_make_a_cron_slot_come_twice(
    database: Database, clock: SimulatedClock, work: Work
) -> None:
    plan = planned(usual(60, 0, 60), JobSettings(cron="0 13 * * *"))
    async with running(database, clock, Job("patrol", plan, work)):
        await pass_time(clock, 3_700)
        clock.step(-timedelta(minutes=30))
        await pass_time(clock, 3_600)
    assert len(work.at) == 1


OPTIONS = {"threshold": 7}


def context(name: str) -> JobContext:
    async def read(query: object) -> object:
        return query

    async def propose(proposal: object) -> str:
        return f"{name} {proposal}"

    def options() -> Mapping[str, str | int | float | bool]:
        return OPTIONS

    return JobContext(Path("/nowhere"), SimulatedClock(), options, read, propose)


def stock_check(given: JobContext) -> JobOffer:
    async def run() -> JobResult:
        return JobResult(int(given.options()["threshold"]), "counted")

    return JobOffer(run, about="Counts.", every_seconds=60, first_seconds=1)


def broken(given: JobContext) -> JobOffer:
    raise RuntimeError("no such table")


def no_offer(given: JobContext) -> JobOffer:
    return "hello"  # type: ignore[return-value]  # as a plug-in without types may


def hasty(given: JobContext) -> JobOffer:
    return replace(stock_check(given), every_seconds=0.1)


def entry(name: str, target: str = "stock_check") -> EntryPoint:
    return EntryPoint(name, f"{__name__}:{target}", "watchfloor.jobs")


async def test_a_job_of_another_package_runs_like_the_others(database: Database, clock: SimulatedClock) -> None:
    plugins, problems = load_job_plugins([entry("stock_check")], {"heartbeat"}, context)
    assert problems == []
    offer = plugins[0].offer
    plan: Plan = planned(usual(offer.every_seconds, offer.first_seconds, 5), JobSettings(every_seconds=30))
    async with running(database, clock, Job(plugins[0].name, plan, offer.run, offer.about, plugins[0].source)):
        await pass_time(clock, 40)
    assert [run.count for run in await runs(database, "stock_check")] == [7, 7]
    state = await database.read(lambda reader: load_job(reader, "stock_check"))
    assert state is not None
    assert state.last_note == "counted"


def test_one_that_cannot_be_loaded_is_told_and_harms_no_other() -> None:
    found = [
        entry("fine"),
        entry("a_broken", "broken"),
        entry("heartbeat"),
        entry("lost", "nowhere"),
        entry("No Name"),
        entry("wrong", "no_offer"),
        entry("hasty", "hasty"),
    ]
    plugins, problems = load_job_plugins(found, {"heartbeat"}, context)
    assert [plugin.name for plugin in plugins] == ["fine"]
    told = "\n".join(problems)
    for word in ("no such table", "already", "nowhere", "its name", "JobOffer", "shorter than 10 s"):
        assert word in told
