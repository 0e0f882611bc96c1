"""Where operators look: who is at a question, what is out of sight for a while, and what waits too long.

These are hints for people. No decision rests on them, and none of them changes an action.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from ..operators import Operator
from ..storage import Reader, Transaction, from_us, to_us
from . import repository
from .action import Action
from .action_row import as_bytes, text

CLAIM_SECONDS: Final = 120
"""How long a claim holds that nobody renews."""
ESCALATION_BATCH: Final = 200
"""Most questions that one sweep escalates."""


@dataclass(frozen=True, slots=True)
class Attention:
    """Where operators look at one moment.

    Attributes:
        claims: for each action somebody looks at: who, by name.
        snoozed: for each open question that is out of sight: until when.
        escalated: open questions that waited more than half of their time, as far as they were asked about.
    """

    claims: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    snoozed: Mapping[str, datetime] = field(default_factory=dict)
    escalated: frozenset[str] = frozenset()


def attention(reader: Reader, now: datetime, about: Sequence[str] | None = None) -> Attention:
    """Where operators look now.

    Args:
        reader: where from.
        now: the moment.
        about: ids of the questions whose escalation is asked for; where not given, all open ones, however many.
    """
    claims: dict[str, list[str]] = {}
    for row in reader.rows(
        f"SELECT {as_bytes('action_id')}, {as_bytes('operator')} FROM claims WHERE until_us > ? ORDER BY since_us",  # noqa: S608  # fixed names
        (to_us(now),),
    ):
        claims.setdefault(text(row[0]), []).append(text(row[1]))
    snoozed = reader.rows(
        f"SELECT {as_bytes('action_id')}, until_us FROM snoozes WHERE until_us > ?"  # noqa: S608  # fixed names
        " AND EXISTS (SELECT 1 FROM actions a WHERE a.id = action_id AND a.status = 'pending')",
        (to_us(now),),
    )
    # The plus keeps the index of states out of it: who asks about a few has them looked up by their ids.
    only = "status = 'pending'" if about is None else "+status = 'pending' AND id IN (SELECT value FROM json_each(?))"
    escalated = reader.rows(
        f"SELECT {as_bytes('id')} FROM actions WHERE {only} AND escalated_revision = revision",  # noqa: S608  # fixed names
        () if about is None else (json.dumps(list(about)),),
    )
    return Attention(
        {action_id: tuple(names) for action_id, names in claims.items()},
        {text(row[0]): from_us(row[1]) for row in snoozed},
        frozenset(text(row[0]) for row in escalated),
    )


def claim(tx: Transaction, action: Action, operator: Operator) -> tuple[str, ...]:
    """Note that an operator looks at a question.

    Returns:
        who else does.
    """
    tx.execute("DELETE FROM claims WHERE until_us <= ?", (to_us(tx.now),))
    until = tx.now + timedelta(seconds=CLAIM_SECONDS)
    tx.execute(
        "INSERT INTO claims (action_id, operator, since_us, until_us) VALUES (?,?,?,?)"
        " ON CONFLICT (action_id, operator) DO UPDATE SET until_us = excluded.until_us",
        (action.id, operator.name, to_us(tx.now), to_us(until)),
    )
    tx.record("action.claimed", action.id, {"until": until.isoformat()}, operator.actor)
    rows = tx.rows(
        "SELECT operator FROM claims WHERE action_id = ? AND operator <> ? ORDER BY since_us",
        (action.id, operator.name),
    )
    return tuple(row["operator"] for row in rows)


def release(tx: Transaction, action_id: str, operator: str) -> bool:
    """Note that an operator no longer looks at a question; returns whether they were said to."""
    found = tx.execute("DELETE FROM claims WHERE action_id = ? AND operator = ?", (action_id, operator))
    return found == 1


def claimed_since(reader: Reader, action_id: str, operator: str) -> datetime | None:
    """Since when an operator looks at a question, if they said so."""
    row = reader.row("SELECT since_us FROM claims WHERE action_id = ? AND operator = ?", (action_id, operator))
    return from_us(row["since_us"]) if row else None


def snooze(tx: Transaction, action: Action, operator: Operator, seconds: int) -> datetime | None:
    """Put an open question out of sight; its deadline stays.

    Args:
        tx: the unit of work.
        action: a pending action.
        operator: who does not want to see it.
        seconds: how long; 0 brings it back.

    Returns:
        until when, its deadline at the latest; nothing where it is in sight.
    """
    tx.execute("DELETE FROM snoozes WHERE until_us <= ? OR action_id = ?", (to_us(tx.now), action.id))
    until = min(tx.now + timedelta(seconds=seconds), action.expires)
    if until <= tx.now:
        tx.record("action.woken", action.id, {}, operator.actor)
        return None
    tx.execute(
        "INSERT INTO snoozes (action_id, operator, until_us) VALUES (?,?,?)", (action.id, operator.name, to_us(until))
    )
    tx.record("action.snoozed", action.id, {"until": until.isoformat()}, operator.actor)
    return until


def wake(tx: Transaction, action_id: str) -> None:
    """Bring a question back into sight, because it is another one now."""
    tx.execute("DELETE FROM snoozes WHERE action_id = ?", (action_id,))


def anything_to_escalate(reader: Reader, now: datetime) -> bool:
    """Whether :func:`escalate_due` has something to do."""
    return bool(repository.half_over(reader, now, 1))


def escalate_due(tx: Transaction) -> int:
    """Tell once of each open question that waited half of its time; returns how many, at most a batch."""
    told = 0
    for action_id, revision in repository.half_over(tx, tx.now, ESCALATION_BATCH):
        # A row whose id was damaged answers to no name; it is not counted, so that nobody tries for ever.
        if tx.execute("UPDATE actions SET escalated_revision = ? WHERE id = ?", (revision, action_id)):
            wake(tx, action_id)
            tx.record("action.escalated", action_id, {"revision": revision})
            told += 1
    return told
