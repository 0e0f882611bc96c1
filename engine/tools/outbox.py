"""Notifications on their way: written with what asked for them, delivered later, tried again, given up and shown."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from ..storage import Reader, Transaction, from_us, to_us

KEEP: Final = timedelta(days=7)
"""What was delivered is forgotten after this long; what was given up stays four times as long."""
MOST_WAITING: Final = 2_000
"""So many may wait; further ones are refused, so that a target that is away cannot fill the disk."""


class Level(StrEnum):
    """How much it matters."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    FAILURE = "failure"


class Delivery(StrEnum):
    """Where a notification is."""

    WAITING = "waiting"
    """It will be tried, perhaps again."""
    SENT = "sent"
    """The service took it."""
    GIVEN_UP = "given_up"
    """Every try failed, or its target is gone."""


LEGAL: Final[Mapping[Delivery, frozenset[Delivery]]] = {
    Delivery.WAITING: frozenset({Delivery.WAITING, Delivery.SENT, Delivery.GIVEN_UP}),
    Delivery.SENT: frozenset(),
    Delivery.GIVEN_UP: frozenset({Delivery.WAITING}),
}
"""Every legal change: a failed try waits again, an operator may give what was given up another round."""


@dataclass(frozen=True, slots=True)
class Notification:
    """One notification for one target.

    Attributes:
        source: what asked for it: an action's id, ``digest:2026-03-01``.
        attempts: how often it was tried.
        not_before: the next try.
        ended: when it was sent or given up.
        last_error: why the last try failed.
    """

    id: str
    source: str
    target: str
    level: Level
    title: str
    body: str
    status: Delivery
    attempts: int
    not_before: datetime
    created: datetime
    ended: datetime | None
    last_error: str


def enqueue(tx: Transaction, source: str, targets: Iterable[str], title: str, body: str, level: Level) -> int:
    """Put a notification up for each target; the same source is told to a target once.

    Returns:
        how many were new.

    Raises:
        OverflowError: too many wait already.
    """
    row = tx.row("SELECT count(*) AS n FROM notifications WHERE status = ?", (Delivery.WAITING,))
    if row is not None and row["n"] >= MOST_WAITING:
        raise OverflowError(f"{MOST_WAITING} notifications wait already")
    new = 0
    for target in targets:
        new += tx.execute(
            "INSERT INTO notifications (id, source, target, level, title, body, status, not_before_us, created_us)"
            " VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT (source, target) DO NOTHING",
            (f"{source}:{target}", source, target, level, title, body, Delivery.WAITING, to_us(tx.now), to_us(tx.now)),
        )
    if new:
        tx.record("notification.queued", source, {"title": title, "level": level.value, "targets": new})
    return new


def due(reader: Reader, now: datetime, limit: int) -> tuple[Notification, ...]:
    """What is to be tried now, the longest waiting first."""
    rows = reader.rows(
        "SELECT * FROM notifications WHERE status = ? AND not_before_us <= ? ORDER BY not_before_us, id LIMIT ?",
        (Delivery.WAITING, to_us(now), limit),
    )
    return tuple(_read(row) for row in rows)


def next_try(reader: Reader) -> datetime | None:
    """When the next one is due; nothing while none waits."""
    row = reader.row("SELECT min(not_before_us) AS us FROM notifications WHERE status = ?", (Delivery.WAITING,))
    return from_us(row["us"]) if row is not None and row["us"] is not None else None


def settle_sent(tx: Transaction, one: Notification) -> None:
    """The service took it."""
    if _move(tx, one, Delivery.SENT, tx.now, ""):
        tx.record("notification.sent", one.source, {"target": one.target, "attempts": one.attempts + 1})


def settle_failed(tx: Transaction, one: Notification, why: str, again: datetime | None) -> None:
    """A try failed; with ``again`` it waits until then, without it is given up."""
    status = Delivery.WAITING if again is not None else Delivery.GIVEN_UP
    if _move(tx, one, status, again or tx.now, why):
        kind = "notification.delayed" if again is not None else "notification.given_up"
        tx.record(kind, one.source, {"target": one.target, "attempts": one.attempts + 1, "why": why})


def retry(tx: Transaction, notification_id: str, actor: str) -> bool:
    """Give what was given up another round of tries; whether there was such a one."""
    changed = tx.execute(
        "UPDATE notifications SET status = ?, attempts = 0, not_before_us = ?, ended_us = NULL"
        " WHERE id = ? AND status = ?",
        (Delivery.WAITING, to_us(tx.now), notification_id, Delivery.GIVEN_UP),
    )
    if changed:
        tx.record("notification.queued", notification_id, {"again": True}, actor)
    return bool(changed)


def page(reader: Reader, start: int, limit: int) -> tuple[Notification, ...]:
    """What waits or was given up first, then what was sent; newest first."""
    rows = reader.rows(
        "SELECT * FROM notifications ORDER BY status = 'sent', created_us DESC, id LIMIT ? OFFSET ?", (limit, start)
    )
    return tuple(_read(row) for row in rows)


def troubles(reader: Reader, since: datetime) -> tuple[int, int]:
    """How many were given up since then, and how many wait for another try after a failure."""
    row = reader.row(
        "SELECT count(*) FILTER (WHERE status = 'given_up' AND ended_us >= ?) AS lost,"
        " count(*) FILTER (WHERE status = 'waiting' AND attempts > 0) AS late FROM notifications",
        (to_us(since),),
    )
    return (row["lost"], row["late"]) if row is not None else (0, 0)


def forget_old(tx: Transaction) -> int:
    """Delete what ended long ago; returns how many."""
    return tx.execute(
        "DELETE FROM notifications WHERE (status = 'sent' AND ended_us < ?) OR (status = 'given_up' AND ended_us < ?)",
        (to_us(tx.now - KEEP), to_us(tx.now - 4 * KEEP)),
    )


def _move(tx: Transaction, one: Notification, status: Delivery, at: datetime, why: str) -> bool:
    assert status in LEGAL[one.status]  # noqa: S101  # only waiting ones are handed out
    ended = to_us(tx.now) if status is not Delivery.WAITING else None
    return bool(
        tx.execute(
            "UPDATE notifications SET status = ?, attempts = attempts + 1, not_before_us = ?, ended_us = ?,"
            " last_error = ? WHERE id = ? AND status = ? AND attempts = ?",
            (status, to_us(at), ended, why, one.id, one.status, one.attempts),
        )
    )


def _read(row: sqlite3.Row) -> Notification:
    return Notification(
        id=row["id"],
        source=row["source"],
        target=row["target"],
        level=Level(row["level"]),
        title=row["title"],
        body=row["body"],
        status=Delivery(row["status"]),
        attempts=row["attempts"],
        not_before=from_us(row["not_before_us"]),
        created=from_us(row["created_us"]),
        ended=from_us(row["ended_us"]) if row["ended_us"] is not None else None,
        last_error=row["last_error"],
    )
