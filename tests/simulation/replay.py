"""Replays the CRM data set day by day: what the CRM knew on each evening is written as an import would write it.

:func:`replay` is the whole of it. For each day it moves a simulated clock to that evening, writes what came that day
(accounts, opportunities engaged or closed, interactions) and hands the day to the caller, who looks at the database or
runs a job, such as ``update_goals``. What it takes from the future is only the value of an opportunity: the data set
names it when a deal is closed, and a CRM carries the expected amount from the first day.

The data set has no interactions, so each engagement and each close of an opportunity with an account is one: a call on
the engage date and a meeting on the close date, both at noon.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pytest

from engine.clock import SimulatedClock
from engine.crm import Account, Interaction, Opportunity, Provenance, parse_crm, settle_accounts, write_rows
from engine.crm.importing import read_files
from engine.crm.rows import CLOSED
from engine.governance.kinds import Stage
from engine.settings.goals import CrmSettings
from engine.storage import Database, Transaction

DATA: Final = Path(__file__).resolve().parents[3] / "shared" / "data" / "crm"
"""Where the data set is: beside the repository, not part of it."""
FIRST: Final = date(2017, 1, 1)
LAST: Final = date(2017, 12, 31)
needs_data: Final = pytest.mark.skipif(not DATA.is_dir(), reason="the CRM data set is not beside the repository")
"""For tests that replay it."""

_EVENING: Final = time(23, 0)
_ENGAGED: Final = Stage.QUALIFICATION


@dataclass(frozen=True, slots=True)
class Day:
    """What a CRM learned on one day.

    Attributes:
        day: the day.
        opportunities: those that are new or changed, as they stand that evening.
        interactions: what happened that day.
    """

    day: date
    opportunities: tuple[Opportunity, ...]
    interactions: tuple[Interaction, ...]


async def replay(
    database: Database, clock: SimulatedClock, *, first: date = FIRST, last: date = LAST, data: Path = DATA
) -> AsyncIterator[Day]:
    """Live through the days from ``first`` to ``last``; everything before them is there on the first evening.

    Args:
        database: an empty one; its clock is ``clock``.
        clock: stands before ``first``; it is moved to 23:00 UTC of each day.
        first, last: both included.
        data: the data set.

    Yields:
        each day after its rows were written.
    """
    accounts, days = learned(data, first)
    await database.write(lambda tx: write_rows(tx, accounts))
    for day in days:
        if day.day > last:
            return
        await clock.advance((datetime.combine(day.day, _EVENING, UTC) - clock.now()).total_seconds())
        await database.write(lambda tx, day=day: _write(tx, day))  # type: ignore[misc]  # mypy cannot infer a lambda with a bound default
        yield day


def learned(data: Path, first: date) -> tuple[tuple[Account, ...], Iterator[Day]]:
    """The accounts, and day by day without end what was learned; what is older counts as learned on ``first``."""
    settings = CrmSettings()
    rows = parse_crm(read_files(data, settings), settings)
    assert not rows.problems
    news: dict[date, dict[str, Opportunity]] = defaultdict(dict)
    contacts: dict[date, list[Interaction]] = defaultdict(list)
    for final in rows.opportunities:
        for day, row in _lives(final):
            # What was engaged and closed before the first day is known only as it ended.
            news[max(day, first)][final.id] = row
        for interaction in _contacts(final):
            contacts[max(interaction.at.date(), first)].append(interaction)

    def days() -> Iterator[Day]:
        day = first
        while True:
            yield Day(day, tuple(news[day].values()), tuple(contacts[day]))
            day += timedelta(days=1)

    return rows.accounts, days()


def _lives(final: Opportunity) -> Iterator[tuple[date, Opportunity]]:
    """An opportunity as it stood from each day on, oldest first."""
    if final.stage not in CLOSED or final.engage_date is None:
        yield final.engage_date or date.min, final
        return
    assert final.close_date is not None
    yield final.engage_date, replace(final, stage=_ENGAGED, source_stage="Engaging", close_date=None)
    yield final.close_date, final


def _contacts(final: Opportunity) -> Iterator[Interaction]:
    for kind, day in (("call", final.engage_date), ("meeting", final.close_date)):
        if day is not None and final.account_id is not None:
            at = datetime.combine(day, time(12), UTC)
            yield Interaction(f"{final.id}-{kind}", final.account_id, kind, "", at, final.agent)


def _write(tx: Transaction, day: Day) -> None:
    write_rows(tx, day.opportunities, Provenance())
    write_rows(tx, day.interactions)
    settle_accounts(tx, source="import", actor="engine")
