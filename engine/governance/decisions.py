"""The record of decisions: who said what to which exact bytes, kept for good."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..crashpoint import crashpoint
from ..storage import Reader, Transaction, from_us, to_us
from .action import Action
from .action_row import text


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one action.

    Attributes:
        verdict: approved, rejected, undone, withdrawn, expired, edited or settled.
        decider: an operator's name, ``rule:`` and a standing rule's id, a proposer, or ``engine``.
        role: the operator's role.
        reason: why, in their words.
        seat: what is known of the operator besides the name.
        reading_us: at most how long they looked at it before they said so, in µs; nothing where nobody read.
    """

    verdict: str
    decider: str
    role: str | None
    reason: str
    seat: str = ""
    reading_us: int | None = None


def keep(tx: Transaction, decision_id: str, action: Action, answer: Answer, policy: str) -> None:
    """Put an answer to the action as it is now on record."""
    tx.execute(
        "INSERT INTO decisions (id, action_id, revision, digest, verdict, decider, role, reason, policy, at_us, seat,"
        " reading_us) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            decision_id,
            action.id,
            action.revision,
            action.digest,
            answer.verdict,
            answer.decider,
            answer.role,
            answer.reason,
            policy,
            to_us(tx.now),
            answer.seat,
            answer.reading_us,
        ),
    )
    crashpoint("gate.decide:recorded")


def said_yes(reader: Reader, action: Action, decider: str, seat: str) -> bool:
    """Whether somebody's yes to exactly this revision and digest is on record."""
    # By the action: an operator may have said more than all others together.
    row = reader.row(
        "SELECT 1 FROM decisions INDEXED BY decisions_by_action WHERE action_id = ? AND revision = ?"
        " AND digest = ? AND decider = ? AND seat = ? AND verdict = 'approved'",
        (action.id, action.revision, action.digest, decider, seat),
    )
    return row is not None


def standing_yes(reader: Reader, about: Sequence[str] | None = None) -> dict[tuple[str, int], tuple[str, ...]]:
    """Who said yes so far to what needs several and has not started, by id and revision, in order; for display.

    Args:
        reader: where from.
        about: ids of the actions that are asked about; all, however many, where not given.
    """
    # The plus keeps the index of states out of it: who asks about a few has them looked up by their ids.
    only = "a.status" if about is None else "a.id IN (SELECT value FROM json_each(?)) AND +a.status"
    rows = reader.rows(
        "SELECT CAST(d.action_id AS BLOB), d.revision, CAST(d.decider AS BLOB), d.verdict FROM decisions d"  # noqa: S608  # constants
        " JOIN actions a ON a.id = d.action_id AND a.revision = d.revision"
        f" WHERE {only} IN ('pending', 'approved') AND a.quorum > 1 AND d.verdict IN ('approved', 'undone')"
        " ORDER BY d.at_us, d.id",
        () if about is None else (json.dumps(list(about)),),
    )
    found: dict[tuple[str, int], dict[str, None]] = {}
    for row in rows:
        yes = found.setdefault((text(row[0]), row[1]), {})
        name = text(row[2])
        if row[3] == "approved":
            yes[name] = None
        else:
            yes.pop(name, None)
    return {key: tuple(names) for key, names in found.items()}


def last_answer(reader: Reader, decider: str) -> datetime | None:
    """When somebody last answered anything."""
    row = reader.row("SELECT max(at_us) AS at_us FROM decisions WHERE decider = ?", (decider,))
    return from_us(row["at_us"]) if row and row["at_us"] is not None else None
