"""What was used of each budget: counted from the starts on record, over windows that slide with the time.

A window is known from two rows, its first and its last, because each carries its number and the money spent up to it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ...storage import Reader, Transaction, from_us, to_us
from ..action import Action
from ..ports import PreparedCall
from .limits import EVERYTHING, Allowance, Measure

KEPT: Final = timedelta(days=2)
"""How long starts are remembered: twice the longest window."""


@dataclass(frozen=True, slots=True)
class Spending:
    """What starting an action uses.

    Attributes:
        proposer, kind: whose and which budgets it counts for; the kind normalised.
        recipients: whom it reaches outside; those who are not known by address each under a name of their own.
        cents: what it costs, at least 0.
    """

    proposer: str
    kind: str
    recipients: frozenset[str] = frozenset()
    cents: int = 0

    @property
    def subjects(self) -> tuple[str, ...]:
        """Everybody whose limits it counts for."""
        return (EVERYTHING, self.proposer, f"kind:{self.kind}")


@dataclass(frozen=True, slots=True)
class Use:
    """How much of a limit is used.

    Attributes:
        limit: which.
        used: in its measure.
        oldest: when the oldest use that still counts was made; nothing where none does.
    """

    limit: Allowance
    used: int
    oldest: datetime | None

    @property
    def ends(self) -> datetime | None:
        """When the oldest use falls out of the window."""
        return None if self.oldest is None else self.oldest + self.limit.measure.window


def addresses(recipients: Iterable[str], reach: int, action_id: str) -> frozenset[str]:
    """Whom an action reaches, by address; as many more as are reached without being named count as strangers."""
    named = {address.strip().casefold() for address in recipients}
    return frozenset(named | {f"?{action_id}#{number}" for number in range(reach - len(named))})


def spending_of(action: Action, call: PreparedCall) -> Spending:
    """What starting an action uses, its arguments as its tool understands them now."""
    reached = addresses(call.recipients, call.reach, action.id)
    return Spending(action.proposer, action.kind, reached, max(0, call.cost_cents))


def record(tx: Transaction, action_id: str, spending: Spending) -> None:
    """Put one start on record; what no window reaches any more is forgotten."""
    # A clock that stepped back must not make room: the last row's time is the least that the next one can have.
    for subject in spending.subjects:
        last = tx.row(
            "SELECT number, at_us, cents_total FROM usage_ledger WHERE subject = ? ORDER BY number DESC LIMIT 1",
            (subject,),
        )
        number, at_us, total = (last["number"], last["at_us"], last["cents_total"]) if last else (0, 0, 0)
        at_us = max(at_us, to_us(tx.now))
        tx.execute(
            "INSERT INTO usage_ledger (subject, number, at_us, action_id, cents, cents_total) VALUES (?,?,?,?,?,?)",
            (subject, number + 1, at_us, action_id, spending.cents, total + spending.cents),
        )
        # The newest row stays, so that numbers and sums go on.
        tx.execute("DELETE FROM usage_ledger WHERE subject = ? AND at_us < ?", (subject, at_us - _us(KEPT)))
        if spending.recipients:
            tx.execute_many(
                "INSERT INTO usage_recipients (subject, address, last_us) VALUES (?,?,?) ON CONFLICT (subject, address)"
                " DO UPDATE SET last_us = max(last_us, excluded.last_us)",
                [(subject, address, at_us) for address in sorted(spending.recipients)],
            )
            tx.execute("DELETE FROM usage_recipients WHERE subject = ? AND last_us < ?", (subject, at_us - _us(KEPT)))


def use_of(reader: Reader, limit: Allowance, now: datetime) -> Use:
    """How much of a limit is used at that moment. A use counts up to, and not at, the end of its window."""
    cutoff = _cutoff(limit, now)
    if limit.measure is Measure.RECIPIENTS_PER_DAY:
        row = reader.row(
            "SELECT count(*) AS used, min(last_us) AS at_us FROM usage_recipients WHERE subject = ? AND last_us > ?",
            (limit.subject, cutoff),
        )
        used, oldest = (row["used"], row["at_us"]) if row else (0, None)
        return Use(limit, used, None if oldest is None else from_us(oldest))
    first = reader.row(
        "SELECT number, at_us, cents, cents_total FROM usage_ledger WHERE subject = ? AND at_us > ?"
        " ORDER BY at_us, number LIMIT 1",
        (limit.subject, cutoff),
    )
    last = reader.row(
        "SELECT number, cents_total FROM usage_ledger WHERE subject = ? ORDER BY number DESC LIMIT 1", (limit.subject,)
    )
    if first is None or last is None:
        return Use(limit, 0, None)
    if limit.measure is Measure.CENTS_PER_DAY:
        cents = last["cents_total"] - first["cents_total"] + first["cents"]
        return Use(limit, cents, from_us(first["at_us"]) if cents else None)
    return Use(limit, last["number"] - first["number"] + 1, from_us(first["at_us"]))


def subjects(reader: Reader, limit: int) -> list[str]:
    """Everybody who has starts on record, a number at most, in the order of their names."""
    # Each step looks up the next name, so that the cost follows the names and not the starts.
    rows = reader.rows(
        "WITH RECURSIVE names (subject) AS (SELECT min(subject) FROM usage_ledger UNION ALL"
        " SELECT (SELECT min(subject) FROM usage_ledger WHERE subject > names.subject) FROM names"
        " WHERE names.subject IS NOT NULL) SELECT subject FROM names WHERE subject IS NOT NULL LIMIT ?",
        (limit,),
    )
    return [row["subject"] for row in rows]


def newcomers(reader: Reader, limit: Allowance, recipients: frozenset[str], now: datetime) -> int:
    """How many of the recipients the limit's subject did not reach within its window."""
    row = reader.row(
        "SELECT count(*) AS n FROM usage_recipients WHERE subject = ? AND last_us > ?"
        " AND address IN (SELECT value FROM json_each(?))",
        (limit.subject, _cutoff(limit, now), json.dumps(sorted(recipients))),
    )
    return len(recipients) - (int(row["n"]) if row else 0)


def frees_at(reader: Reader, limit: Allowance, amount: int, now: datetime) -> datetime | None:
    """When so much more fits under a limit that it does not fit under now; nothing where it never will.

    For recipients, who are known one by one, see :func:`frees_for`.
    """
    if amount > limit.most:
        return None
    use = use_of(reader, limit, now)
    # So much of what is used has to leave the window first.
    surplus = use.used + amount - limit.most
    if surplus <= 0:
        return now
    parameters = (limit.subject, _cutoff(limit, now))
    if limit.measure is Measure.CENTS_PER_DAY:
        row = reader.row(
            "SELECT at_us FROM usage_ledger WHERE subject = ? AND at_us > ?"
            " AND cents_total >= (SELECT cents_total - cents FROM usage_ledger WHERE subject = ? AND at_us > ?"
            " ORDER BY at_us, number LIMIT 1) + ? ORDER BY at_us, number LIMIT 1",
            (*parameters, *parameters, surplus),
        )
    else:
        row = reader.row(
            "SELECT at_us FROM usage_ledger WHERE subject = ? AND at_us > ? ORDER BY at_us, number LIMIT 1 OFFSET ?",
            (*parameters, surplus - 1),
        )
    return None if row is None else from_us(row["at_us"]) + limit.measure.window


def frees_for(reader: Reader, limit: Allowance, recipients: frozenset[str], now: datetime) -> datetime | None:
    """When recipients fit under a limit that they do not fit under now; nothing where they never will.

    One of them that was reached before counts again once that is forgotten, so only the others make room.
    """
    if len(recipients) > limit.most:
        return None
    surplus = use_of(reader, limit, now).used + newcomers(reader, limit, recipients, now) - limit.most
    if surplus <= 0:
        return now
    row = reader.row(
        "SELECT last_us FROM usage_recipients WHERE subject = ? AND last_us > ?"
        " AND address NOT IN (SELECT value FROM json_each(?)) ORDER BY last_us LIMIT 1 OFFSET ?",
        (limit.subject, _cutoff(limit, now), json.dumps(sorted(recipients)), surplus - 1),
    )
    return None if row is None else from_us(row["last_us"]) + limit.measure.window


def _cutoff(limit: Allowance, now: datetime) -> int:
    return to_us(now) - _us(limit.measure.window)


def _us(span: timedelta) -> int:
    return span // timedelta(microseconds=1)
