"""Ten years of slots, runs, failures, crashes and restarts: every slot is accounted for once, and none runs closed."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter  # type: ignore[import-untyped]  # it has no types

from engine.schedule import Job, JobResult, JobState, Outcome, Plan, Retry, due_at
from engine.schedule.jobs import adopt, failed, succeeded
from engine.settings.cron import parse_cron
from engine.settings.schedule import ActiveHours, Overlap

START = datetime(2024, 2, 27, 21, 7, 3, tzinfo=UTC)
YEARS = 10
SEEDS = int(os.environ.get("WATCHFLOOR_SCHEDULE_SEEDS", "1"))
"""So many histories of each plan and zone; the whole budget is 30."""
ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe")
RETRY = Retry(30, 3_600)
DAY = timedelta(days=1)


async def nothing() -> JobResult:
    return JobResult()


def plan(zone: str, **more: object) -> Plan:
    usual = Plan(timedelta(hours=6), 300, first=timedelta(minutes=5))
    return replace(usual, **more)  # type: ignore[arg-type]  # names of its own fields


def cron(zone: str, entry: str) -> dict[str, object]:
    return {"every": None, "cron": parse_cron(entry, zone)}


def plans(zone: str) -> dict[str, Plan]:
    office = ActiveHours(start="08:30", end="17:00", zone=zone)
    night = ActiveHours(start="22:00", end="02:30", zone=zone)
    return {
        "interval": plan(zone),
        "interval-in-hours": plan(zone, hours=office, jitter=timedelta(minutes=20)),
        "interval-at-night": plan(zone, every=timedelta(hours=25), hours=night, overlap=Overlap.QUEUE),
        "daily-in-gap-and-fold": plan(zone, **cron(zone, "30 2 * * *"), jitter=timedelta(minutes=40)),
        "workdays-in-hours": plan(zone, **cron(zone, "45 6,23 * * mon,wed,fri"), hours=office),
        "leap-days": plan(zone, **cron(zone, "0 1,2,3 29 2 *"), hours=night, overlap=Overlap.QUEUE),
    }


def all_slots(plan: Plan, until: datetime) -> list[datetime]:
    """Every slot, computed without the scheduler: by multiplication, or by croniter's own iteration."""
    if plan.cron is None:
        first = START + plan.first
        return [first + number * plan.interval for number in range((until - first) // plan.interval + 2)]
    zone = ZoneInfo(plan.cron.zone)
    theirs: Iterator[datetime] = croniter(plan.cron.text, START.astimezone(zone)).all_next(datetime)
    fixed = not any(field.startswith("*") for field in plan.cron.text.split()[:2])
    found: dict[datetime, None] = {}
    # The next slot lies beyond the end; that of a leap day by years.
    beyond = 40 * DAY if plan.cron.text.split()[3] == "*" else 4_000 * DAY
    for moment in takewhile(lambda at: at.astimezone(UTC) <= until + beyond, theirs):
        if not (fixed and moment.fold):
            found[moment.astimezone(UTC)] = None
    return list(found)


def is_open(plan: Plan, at: datetime) -> bool:
    """Whether the clocks on the wall show a time within the hours; on its own arithmetic."""
    if plan.hours is None:
        return True
    shown = f"{at.astimezone(ZoneInfo(plan.hours.zone)):%H:%M}"
    start, end = plan.hours.start, plan.hours.end
    return start <= shown < end if start < end else shown >= start or shown < end


class History:
    """One job's life."""

    def __init__(self, plan: Plan, rng: random.Random) -> None:
        self.plan, self.rng = plan, rng
        self.job = Job("job", plan, nothing)
        self.now = START
        self.state = self.restart(None)
        self.seen: Counter[str] = Counter()
        self.began: list[datetime] = []

    def restart(self, state: JobState | None) -> JobState:
        return adopt(state, self.job, self.now, 4711, RETRY)

    def live(self, until: datetime) -> None:
        rng, plan = self.rng, self.plan
        while True:
            due = due_at(self.state, plan, self.now)
            if self.now > until or due > until:
                return
            if rng.random() < 0.03:
                # The engine is away, for seconds or for days, and finds its state as it left it.
                self.now += timedelta(seconds=rng.choice((5, 3_000, 40_000, 500_000)) * rng.random())
                self.state = self.restart(self.state)
                self.seen["restart"] += 1
                continue
            assert due >= self.now
            self.run(due)

    def run(self, began: datetime) -> None:
        rng, plan = self.rng, self.plan
        assert is_open(plan, began)
        assert began >= min(self.state.slot, self.state.retry_at or self.state.slot)
        self.began.append(began)
        ended = began + timedelta(seconds=rng.choice((0.2, 20, 280)))
        if rng.random() < 0.01:
            ended = began + timedelta(hours=rng.choice((7, 30)))
        self.now = ended
        dice = rng.random()
        if dice < 0.02:
            self.now += timedelta(seconds=rng.random() * 4_000)
            self.state = self.restart(self.state)
            self.seen["crash"] += 1
        elif dice < 0.06:
            self.state = failed(self.state, began, ended, "no luck", RETRY, Outcome.FAILED)
            self.seen["failure"] += 1
        else:
            before = self.state
            self.state = succeeded(before, plan, began, ended, 1, "")
            if before.slot <= began:
                self.seen["served"] += 1
            if before.retry_at is not None:
                self.seen["retried"] += 1


@pytest.mark.parametrize("name", plans("UTC"))
@pytest.mark.parametrize("zone", ZONES)
def test_every_slot_is_served_merged_or_let_go_and_counted_so(zone: str, name: str) -> None:
    plan = plans(zone)[name]
    until = START + YEARS * 365.25 * DAY
    slots = all_slots(plan, until)
    for seed in range(SEEDS):
        history = History(plan, random.Random(f"{zone} {name} {seed}"))
        history.live(until)
        state, seen = history.state, history.seen
        # The next slot is a real one, and each of those before it went one way.
        behind = slots.index(state.slot)
        assert behind == seen["served"] + state.merged + state.skipped
        assert state.slot > until - 60 * DAY or name == "leap-days"
        assert seen["restart"] + seen["crash"] + seen["failure"] > 0 or name == "leap-days"
        if plan.overlap is Overlap.QUEUE:
            assert state.skipped == 0
        assert all(later > earlier for earlier, later in zip(history.began, history.began[1:], strict=False))
        if plan.hours is None:
            # Always open: apart from what chance put in the way, slots are served one by one.
            assert state.merged + state.skipped < behind * 0.25


@pytest.mark.parametrize("zone", ZONES)
def test_undisturbed_every_slot_that_is_open_runs_at_its_moment_and_closed_ones_at_the_begin(zone: str) -> None:
    office = ActiveHours(start="08:30", end="17:00", zone=zone)
    for given in (plan(zone, hours=office), plan(zone, **cron(zone, "15 2,9,16 * * *"), hours=office)):
        state = adopt(None, Job("job", given, nothing), START, 1, RETRY)
        until = START + 2 * 365 * DAY
        ran: list[datetime] = []
        while (due := due_at(state, given, START)) <= until:
            ran.append(due)
            state = succeeded(state, given, due, due, 0, "")
        slots = [slot for slot in all_slots(given, until) if slot <= until]
        on_time = {slot for slot in slots if is_open(given, slot)}
        assert on_time <= set(ran)
        for at in set(ran) - on_time:
            # The others run at the first minute of the hours.
            assert is_open(given, at)
            assert not is_open(given, at - timedelta(seconds=1))
        assert state.merged == sum(slot < state.slot for slot in slots) - len(ran)


@pytest.mark.parametrize("zone", ZONES)
def test_chance_delays_each_slot_always_alike_within_its_bound_and_not_all_alike(zone: str) -> None:
    given = plan(zone, **cron(zone, "*/30 * * * *"), jitter=timedelta(minutes=40))
    slots = [slot for slot in all_slots(given, START + 3 * DAY) if slot < START + 3 * DAY]
    late = [(given.due(slot, 7) - slot).total_seconds() for slot in slots]
    assert late == [(given.due(slot, 7) - slot).total_seconds() for slot in slots]
    # At most half way to the next slot, however large the jitter.
    assert all(0 <= seconds <= 900 and seconds == int(seconds) for seconds in late)
    assert len(set(late)) > len(late) * 0.8
    assert late != [(given.due(slot, 8) - slot).total_seconds() for slot in slots]
