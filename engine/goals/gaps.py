"""The gaps of goals, and that each is answered once.

A gap is one time in which a goal lags. A relapse within ``gap_rest_days`` of the recovery belongs to the same gap, so
that a goal that wavers around its line does not ask each time. A gap has a depth: how many whole ``gap_step_points`` of
progress it is behind. It is answered by one proposed action, and by another only when it has become deeper by a step.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..storage import Reader, Transaction, from_us, to_us

_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Gap:
    """One gap of a goal.

    Attributes:
        number: from 1.
        opened, closed: since when and until when it lagged; not closed while it does.
        depth: the deepest step that was answered; -1 before the first answer.
        action_id: the latest action that answered it; empty before.
    """

    number: int
    opened: datetime
    closed: datetime | None
    depth: int
    action_id: str


def open_gap(tx: Transaction, goal_id: str, rest_days: int) -> int:
    """The number of the goal's open gap; the last one opens again within ``rest_days``, else a new one begins."""
    last = tx.row("SELECT number, closed_us FROM goal_gaps WHERE goal_id = ? ORDER BY number DESC LIMIT 1", (goal_id,))
    if last is not None:
        number, closed = int(last["number"]), last["closed_us"]
        if closed is None:
            return number
        if to_us(tx.now) - int(closed) < rest_days * _DAY_US:
            tx.execute("UPDATE goal_gaps SET closed_us = NULL WHERE goal_id = ? AND number = ?", (goal_id, number))
            tx.record("goal.lagged", goal_id, {"gap": number, "again": True})
            return number
    number = int(last["number"]) + 1 if last else 1
    tx.execute("INSERT INTO goal_gaps (goal_id, number, opened_us) VALUES (?,?,?)", (goal_id, number, to_us(tx.now)))
    tx.record("goal.lagged", goal_id, {"gap": number})
    return number


def close_gap(tx: Transaction, goal_id: str) -> None:
    """The goal does not lag any more, if it did."""
    if tx.execute(
        "UPDATE goal_gaps SET closed_us = ? WHERE goal_id = ? AND closed_us IS NULL", (to_us(tx.now), goal_id)
    ):
        tx.record("goal.recovered", goal_id, {})


def answered(reader: Reader, goal_id: str, gap: int, depth: int) -> bool:
    """An action was already proposed for that gap, as deep or deeper."""
    row = reader.row("SELECT depth FROM goal_gaps WHERE goal_id = ? AND number = ?", (goal_id, gap))
    return row is not None and row["depth"] >= depth


def answer_gap(tx: Transaction, goal_id: str, gap: int, depth: int, action_id: str) -> None:
    """Note the action that was proposed for a gap, so that none follows until it is deeper."""
    tx.execute(
        "UPDATE goal_gaps SET action_id = ?, depth = max(depth, ?) WHERE goal_id = ? AND number = ?",
        (action_id, depth, goal_id, gap),
    )
    tx.record("goal.answered", goal_id, {"gap": gap, "depth": depth, "action": action_id})


def gaps_of(reader: Reader, goal_id: str, limit: int = 20) -> tuple[Gap, ...]:
    """The latest gaps of a goal, oldest first."""
    rows = reader.rows(
        "SELECT number, opened_us, closed_us, depth, action_id FROM goal_gaps WHERE goal_id = ?"
        " ORDER BY number DESC LIMIT ?",
        (goal_id, limit),
    )
    return tuple(
        Gap(
            row["number"],
            from_us(row["opened_us"]),
            from_us(row["closed_us"]) if row["closed_us"] is not None else None,
            row["depth"],
            row["action_id"] or "",
        )
        for row in reversed(rows)
    )
