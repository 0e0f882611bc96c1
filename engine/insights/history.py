"""What is known about an account on a day: its deals and contacts, as far as that day could know them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from typing import Final

from ..storage import Reader, from_us, to_us

LOOK_BACK_DAYS: Final = 365
"""How far back a look at an account reaches."""
_CONTACTS: Final = 500


@dataclass(frozen=True, slots=True)
class Deal:
    """One opportunity as it stood on the day.

    Attributes:
        engaged: its first day, where that is known.
        closed: the day it was won or lost; nothing while it was open.
        won: how it ended; nothing while it was open.
        cents: its value, where there is one.
    """

    engaged: date | None
    closed: date | None
    won: bool | None
    cents: int | None


@dataclass(frozen=True, slots=True)
class History:
    """An account as one day could know it.

    Attributes:
        account_id: the account.
        day: the day.
        deals: deals of the last year and all that were open, by the day they closed; the open ones last.
        contacts: days of the newest interactions of the last year, oldest first.
    """

    account_id: str
    day: date
    deals: tuple[Deal, ...]
    contacts: tuple[date, ...] = ()

    @property
    def open(self) -> tuple[Deal, ...]:
        """Deals that were open."""
        return tuple(deal for deal in self.deals if deal.closed is None)

    def closed_within(self, first: int, last: int) -> tuple[Deal, ...]:
        """Deals closed between ``last`` days and ``first`` days ago, both included."""
        begin, end = self.day - timedelta(days=last), self.day - timedelta(days=first)
        return tuple(deal for deal in self.deals if deal.closed is not None and begin <= deal.closed <= end)

    def engaged_within(self, first: int, last: int) -> int:
        """How many deals began between ``last`` days and ``first`` days ago, both included."""
        begin, end = self.day - timedelta(days=last), self.day - timedelta(days=first)
        return sum(deal.engaged is not None and begin <= deal.engaged <= end for deal in self.deals)

    def contacts_within(self, first: int, last: int) -> int:
        """How many interactions there were between ``last`` days and ``first`` days ago, both included."""
        begin, end = self.day - timedelta(days=last), self.day - timedelta(days=first)
        return sum(begin <= contact <= end for contact in self.contacts)

    @property
    def last_sign(self) -> date | None:
        """The last day on which anything happened."""
        days = [*self.contacts]
        days += [day for deal in self.deals for day in (deal.engaged, deal.closed) if day is not None]
        return max(days, default=None)

    def typical_cycle(self, least: int) -> int | None:
        """The median days from beginning to close; nothing with fewer than ``least`` closed deals to judge by."""
        cycles = [(deal.closed - deal.engaged).days for deal in self.deals if deal.closed and deal.engaged]
        return round(median(cycles)) if len(cycles) >= least else None


def read_histories(reader: Reader, account_ids: Sequence[str], day: date) -> list[History]:
    """What was known about accounts at the end of a day.

    A deal that closed later was open then; one that began later did not exist.
    """
    deals = _deals(reader, account_ids, day)
    contacts = _contacts(reader, account_ids, day)
    return [History(name, day, tuple(deals[name]), tuple(contacts[name])) for name in account_ids]


def _deals(reader: Reader, account_ids: Sequence[str], day: date) -> defaultdict[str, list[Deal]]:
    marks = ", ".join("?" * len(account_ids))
    floor = (day - timedelta(days=LOOK_BACK_DAYS)).isoformat()
    rows = reader.rows(
        "SELECT account_id, engage_date, close_date, stage, value_cents FROM opportunities"  # noqa: S608  # only marks
        f" WHERE account_id IN ({marks}) AND (engage_date IS NULL OR engage_date <= ?)"
        " AND (close_date IS NULL OR close_date >= ?) ORDER BY close_date IS NULL, close_date, id",
        (*account_ids, day.isoformat(), floor),
    )
    found: defaultdict[str, list[Deal]] = defaultdict(list)
    still_open: defaultdict[str, list[Deal]] = defaultdict(list)
    for row in rows:
        engaged = date.fromisoformat(row["engage_date"]) if row["engage_date"] else None
        closed = date.fromisoformat(row["close_date"]) if row["close_date"] else None
        if closed is None or closed > day:
            still_open[row["account_id"]].append(Deal(engaged, None, None, row["value_cents"]))
        else:
            found[row["account_id"]].append(Deal(engaged, closed, row["stage"] == "closed_won", row["value_cents"]))
    for name, rest in still_open.items():
        found[name] += rest
    return found


def _contacts(reader: Reader, account_ids: Sequence[str], day: date) -> defaultdict[str, list[date]]:
    end = datetime.combine(day + timedelta(days=1), time(), UTC)
    begin = end - timedelta(days=LOOK_BACK_DAYS)
    found: defaultdict[str, list[date]] = defaultdict(list)
    for name in account_ids:
        rows = reader.rows(
            "SELECT at_us FROM interactions WHERE account_id = ? AND at_us >= ? AND at_us < ?"
            " ORDER BY at_us DESC LIMIT ?",
            (name, to_us(begin), to_us(end), _CONTACTS),
        )
        found[name] = [from_us(row["at_us"]).date() for row in reversed(rows)]
    return found
