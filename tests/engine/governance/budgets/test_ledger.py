"""What is used of a budget, against a list of everything that was started."""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.clock import SimulatedClock
from engine.governance.budgets import Allowance, Limits, Measure, Spending, excess, record, use_of
from engine.storage import Database, Reader, Transaction

START = datetime(2026, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
TICK = timedelta(microseconds=1)
PERSONAS = ("persona:ann", "persona:ben")
KINDS = ("mail", "meet")
PEOPLE = ("a@x", "b@x", "c@x", "d@x")


@dataclass(frozen=True)
class Start:
    """One start, as the oracle remembers it."""

    at: datetime
    spending: Spending


starts = st.builds(
    Spending,
    st.sampled_from(PERSONAS),
    st.sampled_from(KINDS),
    st.frozensets(st.sampled_from(PEOPLE), max_size=3),
    st.integers(0, 50),
)
# Gaps around the ends of both windows, to the microsecond.
gaps = st.one_of(
    st.timedeltas(timedelta(0), timedelta(hours=30)),
    st.sampled_from([timedelta(0), TICK, HOUR - TICK, HOUR, HOUR + TICK, DAY - TICK, DAY, DAY + TICK]),
)
limits = st.builds(
    Allowance,
    st.sampled_from(("*", *PERSONAS, *(f"kind:{kind}" for kind in KINDS))),
    st.sampled_from(Measure),
    st.integers(0, 12),
)


def counted(past: list[Start], limit: Allowance, now: datetime) -> int:
    """The naive count: look at everything."""
    inside = [
        one.spending for one in past if now - limit.measure.window < one.at and limit.subject in one.spending.subjects
    ]
    match limit.measure:
        case Measure.CENTS_PER_DAY:
            return sum(one.cents for one in inside)
        case Measure.RECIPIENTS_PER_DAY:
            return len({address for one in inside for address in one.recipients})
        case _:
            return len(inside)


def would_add(past: list[Start], limit: Allowance, wish: Spending, now: datetime) -> int:
    """How much the wish adds to a limit."""
    known = {
        address
        for one in past
        if now - limit.measure.window < one.at and limit.subject in one.spending.subjects
        for address in one.spending.recipients
    }
    match limit.measure:
        case Measure.CENTS_PER_DAY:
            return wish.cents
        case Measure.RECIPIENTS_PER_DAY:
            return len(wish.recipients - known)
        case _:
            return 1


def test_windows_count_what_a_list_of_all_starts_counts(tmp_path: Path) -> None:
    clock = SimulatedClock(START)
    with asyncio.Runner() as runner:
        database = runner.run(Database.open(tmp_path / "engine.db", clock, inline=True))

        async def tell(
            story: list[tuple[timedelta, Spending]], bound: list[Allowance], wish: Spending, rest: timedelta
        ) -> None:
            await database.write(forget)
            past: list[Start] = []
            for number, (gap, spending) in enumerate(story):
                clock.step(gap)
                past.append(Start(clock.now(), spending))
                await database.write(lambda tx, n=number, s=spending: record(tx, f"a{n}", s))  # type: ignore[misc]  # bound default
            clock.step(rest)
            await database.read(lambda reader: compare(reader, past, bound, wish, clock.now()))

        @settings(deadline=None, max_examples=60)
        @given(
            story=st.lists(st.tuples(gaps, starts), max_size=20),
            bound=st.lists(limits, min_size=1, max_size=4),
            wish=starts,
            rest=gaps,
        )
        def told(
            story: list[tuple[timedelta, Spending]], bound: list[Allowance], wish: Spending, rest: timedelta
        ) -> None:
            runner.run(tell(story, bound, wish, rest))

        told()
        runner.run(database.close())


def forget(tx: Transaction) -> None:
    tx.execute("DELETE FROM usage_ledger")
    tx.execute("DELETE FROM usage_recipients")


def compare(reader: Reader, past: list[Start], bound: list[Allowance], wish: Spending, now: datetime) -> None:
    in_force = Limits(bound)
    for limit in in_force.of(wish.proposer, wish.kind):
        assert use_of(reader, limit, now).used == counted(past, limit, now), limit
    over = {
        limit
        for limit in in_force.of(wish.proposer, wish.kind)
        if (amount := would_add(past, limit, wish, now)) and counted(past, limit, now) + amount > limit.most
    }
    found = excess(reader, in_force, wish, now)
    assert (found is not None) == bool(over)
    if found is None:
        return
    assert found.limit in over
    if found.frees is None:
        assert max(found.amount, _together(found.limit, wish)) > found.limit.most
        return
    # At that moment there is room, and the microsecond before there was none.
    limit = found.limit
    assert counted(past, limit, found.frees) + would_add(past, limit, wish, found.frees) <= limit.most
    before = found.frees - TICK
    assert counted(past, limit, before) + would_add(past, limit, wish, before) > limit.most


def _together(limit: Allowance, wish: Spending) -> int:
    """How much of a limit the wish is by itself, once nothing else counts."""
    return would_add([], limit, wish, START)


async def test_what_is_remembered_is_bounded_and_survives_a_restart(tmp_path: Path) -> None:
    clock = SimulatedClock(START)
    database = await Database.open(tmp_path / "engine.db", clock, inline=True)
    recent: deque[int] = deque(maxlen=48)
    for number in range(200):
        clock.step(HOUR)
        spending = Spending("persona:ann", "mail", frozenset({f"p{number}@x"}), 1)
        await database.write(lambda tx, n=number, s=spending: record(tx, f"a{n}", s))  # type: ignore[misc]  # bound default
        recent.append(number)
    await database.close()
    database = await Database.open(tmp_path / "engine.db", clock, inline=True)
    rows = await database.read(lambda reader: reader.rows("SELECT * FROM usage_ledger WHERE subject = '*'"))
    people = await database.read(lambda reader: reader.rows("SELECT * FROM usage_recipients WHERE subject = '*'"))
    assert len(rows) == len(people) == 49
    for measure, used in (
        (Measure.ACTIONS_PER_HOUR, 1),
        (Measure.ACTIONS_PER_DAY, 24),
        (Measure.RECIPIENTS_PER_DAY, 24),
        (Measure.CENTS_PER_DAY, 24),
    ):
        use = await database.read(lambda reader, m=measure: use_of(reader, Allowance("*", m, 9), clock.now()))  # type: ignore[misc]  # bound default
        assert use.used == used, measure
    await database.close()


async def test_a_clock_that_steps_back_makes_no_room(tmp_path: Path) -> None:
    clock = SimulatedClock(START)
    database = await Database.open(tmp_path / "engine.db", clock, inline=True)
    limit = Allowance("persona:ann", Measure.ACTIONS_PER_HOUR, 9)

    def start(tx: Transaction) -> None:
        record(tx, "a", Spending("persona:ann", "mail"))

    for _ in range(5):
        await database.write(start)
    clock.step(-timedelta(minutes=10))
    await database.write(start)
    assert (await database.read(lambda reader: use_of(reader, limit, clock.now()))).used == 6
    clock.step(timedelta(minutes=70) - TICK)
    assert (await database.read(lambda reader: use_of(reader, limit, clock.now()))).used == 6
    clock.step(TICK)
    assert (await database.read(lambda reader: use_of(reader, limit, clock.now()))).used == 0
    await database.close()


def test_the_policy_replaces_a_default_and_the_smaller_allowance_counts() -> None:
    hourly, daily = Measure.ACTIONS_PER_HOUR, Measure.ACTIONS_PER_DAY
    limits = Limits(
        policy=[Allowance("kind:send_follow_up_email", hourly, 50), Allowance("persona:ann", daily, 30)],
        own=[Allowance("persona:ann", daily, 40), Allowance("persona:ben", daily, 10)],
    )
    assert Allowance("kind:send_follow_up_email", hourly, 50) in limits.on("kind:send_follow_up_email")
    assert Allowance("persona:ann", daily, 30) in limits.on("persona:ann")
    assert Allowance("persona:ben", daily, 10) in limits.on("persona:ben")
    # By the wildcard, where a persona has no limit of its own in that measure.
    assert Allowance("persona:ann", hourly, 1_000) in limits.on("persona:ann")
    assert all(limit.measure is not hourly for limit in limits.on("heartbeat"))
