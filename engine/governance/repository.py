"""Actions in the database: one row each, changed only by compare-and-set along the legal transitions."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final, TypeVar

from ..errors import WatchfloorError
from ..storage import Reader, Transaction, from_us, to_us
from .action import LEGAL, Action, ActionStatus, Risk
from .kinds import Stage, Tier

E = TypeVar("E", bound=StrEnum)

PAGE_LIMIT: Final = 500
"""Most actions that one query returns."""

_LATEST_US: Final = to_us(datetime(9999, 1, 1, tzinfo=UTC))
_COLUMNS: Final = (
    "id, revision, kind, tool, binding, arguments, account_id, stage, tier, rule, why, policy, risk, effect, proposer,"
    " reason, origin, dedupe_key, fingerprint, digest, status, repeats, created_us, expires_us, decided_by, decided_us,"
    " decision_reason, not_before_us, launch_by_us, ended_us, outcome, outcome_data"
)
_CHANGEABLE: Final = (
    _COLUMNS.removeprefix("id, ")
    .replace(" proposer,", "")
    .replace(" origin, dedupe_key,", "")
    .replace(" created_us,", "")
)


class TransitionError(WatchfloorError):
    """An action was to change in a way that its state does not allow, or is no longer as it was read."""


def insert(tx: Transaction, action: Action) -> None:
    """Store a new action."""
    values = _values(action)
    marks = ", ".join(f":{name}" for name in values)
    tx.execute(f"INSERT INTO actions ({', '.join(values)}) VALUES ({marks})", values)  # noqa: S608  # fixed names


def move(tx: Transaction, before: Action, after: Action) -> None:
    """Replace ``before`` by ``after``, provided that the change is legal and the row is still ``before``.

    Raises:
        TransitionError: it is not.
    """
    if after.status not in LEGAL[before.status]:
        raise TransitionError(f"action {before.id} cannot go from {before.status.value} to {after.status.value}")
    assignments = ", ".join(f"{name.strip()} = :{name.strip()}" for name in _CHANGEABLE.split(","))
    guard: dict[str, str | int | None] = {
        "was_status": before.status.value,
        "was_revision": before.revision,
        "was_digest": before.digest,
    }
    changed = tx.execute(
        f"UPDATE actions SET {assignments} WHERE id = :id AND status = :was_status AND revision = :was_revision"  # noqa: S608  # fixed names
        " AND digest = :was_digest",
        _values(after) | guard,
    )
    if changed != 1:
        raise TransitionError(f"action {before.id} changed meanwhile")


def count_repeat(tx: Transaction, action_id: str) -> None:
    """Count one more request for the same."""
    tx.execute("UPDATE actions SET repeats = repeats + 1 WHERE id = ?", (action_id,))


def get(reader: Reader, action_id: str) -> Action | None:
    """The action of that id."""
    row = reader.row(f"SELECT {_COLUMNS} FROM actions WHERE id = ?", (action_id,))  # noqa: S608  # fixed names
    return _action(row) if row else None


def by_dedupe_key(reader: Reader, proposer: str, key: str) -> Action | None:
    """What this proposer asked for under that key, whatever became of it."""
    row = reader.row(
        f"SELECT {_COLUMNS} FROM actions WHERE proposer = ? AND dedupe_key = ?",  # noqa: S608  # fixed names
        (proposer, key),
    )
    return _action(row) if row else None


def pending_like(reader: Reader, fingerprint: str) -> Action | None:
    """The open question with that fingerprint."""
    row = reader.row(
        f"SELECT {_COLUMNS} FROM actions WHERE fingerprint = ? AND status = 'pending'",  # noqa: S608  # fixed names
        (fingerprint,),
    )
    return _action(row) if row else None


def rejected_like(reader: Reader, fingerprint: str, since: datetime) -> Action | None:
    """The newest rejection of the same since that moment."""
    row = reader.row(
        f"SELECT {_COLUMNS} FROM actions WHERE fingerprint = ? AND status = 'rejected' AND decided_us > ?"  # noqa: S608  # fixed names
        " ORDER BY decided_us DESC LIMIT 1",
        (fingerprint, to_us(since)),
    )
    return _action(row) if row else None


def count(reader: Reader, status: ActionStatus) -> int:
    """How many actions are in that state."""
    row = reader.row("SELECT count(*) AS n FROM actions WHERE status = ?", (status.value,))
    return int(row["n"]) if row else 0


def counts(reader: Reader) -> Mapping[ActionStatus, int]:
    """How many actions are in each state that has any."""
    return {
        ActionStatus(row["status"]): row["n"]
        for row in reader.rows("SELECT status, count(*) AS n FROM actions GROUP BY status")
    }


def with_status(reader: Reader, status: ActionStatus, *, limit: int = 100, offset: int = 0) -> tuple[Action, ...]:
    """Actions in that state, the oldest first; pending ones by the time they have left.

    Args:
        reader: where from.
        status: which state.
        limit: most actions to return, 1 to ``PAGE_LIMIT``.
        offset: how many to skip.
    """
    order = "expires_us, id" if status is ActionStatus.PENDING else "created_us, id"
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM actions WHERE status = ? ORDER BY {order} LIMIT ? OFFSET ?",  # noqa: S608  # fixed names
        (status.value, min(limit, PAGE_LIMIT), offset),
    )
    return tuple(_action(row) for row in rows)


def latest(
    reader: Reader, *, proposer: str | None = None, account_id: str | None = None, limit: int = 100
) -> tuple[Action, ...]:
    """The newest actions, newest first, of one proposer or about one account where given."""
    rows = reader.rows(
        f"SELECT {_COLUMNS} FROM actions WHERE (:proposer IS NULL OR proposer = :proposer)"  # noqa: S608  # fixed names
        " AND (:account IS NULL OR account_id = :account) ORDER BY created_us DESC, id DESC LIMIT :limit",
        {"proposer": proposer, "account": account_id, "limit": min(limit, PAGE_LIMIT)},
    )
    return tuple(_action(row) for row in rows)


def due(reader: Reader, now: datetime, *, after: tuple[int, str] = (-1, ""), limit: int = 64) -> list[tuple[int, str]]:
    """Approved actions whose start has come, as (start in µs, id), in order, from behind ``after``."""
    rows = reader.rows(
        "SELECT coalesce(not_before_us, 0) AS start, id FROM actions WHERE status = 'approved'"
        " AND coalesce(not_before_us, 0) <= ? AND (coalesce(not_before_us, 0), id) > (?, ?) ORDER BY start, id LIMIT ?",
        (to_us(now), *after, limit),
    )
    return [(row["start"], row["id"]) for row in rows]


def next_start(reader: Reader, now: datetime) -> datetime | None:
    """When the next approved action may start that may not start yet."""
    row = reader.row(
        "SELECT min(not_before_us) AS start FROM actions WHERE status = 'approved' AND not_before_us > ?", (to_us(now),)
    )
    return from_us(row["start"]) if row and row["start"] is not None else None


def overdue(reader: Reader, now: datetime, limit: int) -> list[str]:
    """Questions that nobody answered in time."""
    rows = reader.rows(
        "SELECT id FROM actions WHERE status = 'pending' AND expires_us <= ? ORDER BY expires_us LIMIT ?",
        (to_us(now), limit),
    )
    return [row["id"] for row in rows]


def _values(action: Action) -> dict[str, str | int | None]:
    return {
        "id": action.id,
        "revision": action.revision,
        "kind": action.kind,
        "tool": action.tool,
        "binding": action.binding,
        "arguments": action.arguments_json,
        "account_id": action.account_id,
        "stage": action.stage.value if action.stage else None,
        "tier": action.tier.value,
        "rule": action.rule,
        "why": action.why,
        "policy": action.policy,
        "risk": action.risk.value,
        "effect": action.effect,
        "proposer": action.proposer,
        "reason": action.reason,
        "origin": action.origin,
        "dedupe_key": action.dedupe_key,
        "fingerprint": action.fingerprint,
        "digest": action.digest,
        "status": action.status.value,
        "repeats": action.repeats,
        "created_us": to_us(action.created),
        "expires_us": to_us(action.expires),
        "decided_by": action.decided_by,
        "decided_us": _us(action.decided_at),
        "decision_reason": action.decision_reason,
        "not_before_us": _us(action.not_before),
        "launch_by_us": _us(action.launch_by),
        "ended_us": _us(action.ended),
        "outcome": action.outcome,
        "outcome_data": action.outcome_json,
    }


def _action(row: sqlite3.Row) -> Action:
    # Reading never fails on a row that somebody changed by hand: a word that means nothing is read as the strictest
    # one, the digest then disagrees, and the gate blocks that action by name instead of every list failing over it.
    return Action(
        id=row["id"],
        revision=row["revision"],
        kind=row["kind"],
        tool=row["tool"],
        binding=row["binding"],
        arguments_json=row["arguments"],
        account_id=row["account_id"],
        stage=_word(Stage, row["stage"], Stage.UNKNOWN) if row["stage"] is not None else None,
        tier=_word(Tier, row["tier"], Tier.HARD_STOP),
        rule=row["rule"],
        why=row["why"],
        policy=row["policy"],
        risk=_word(Risk, row["risk"], Risk.HIGH),
        effect=row["effect"],
        proposer=row["proposer"],
        reason=row["reason"],
        origin=row["origin"],
        dedupe_key=row["dedupe_key"],
        fingerprint=row["fingerprint"],
        digest=row["digest"],
        status=_word(ActionStatus, row["status"], ActionStatus.BLOCKED),
        repeats=row["repeats"],
        created=_instant(row["created_us"]),
        expires=_instant(row["expires_us"]),
        decided_by=row["decided_by"],
        decided_at=_optional_instant(row["decided_us"]),
        decision_reason=row["decision_reason"],
        not_before=_optional_instant(row["not_before_us"]),
        launch_by=_optional_instant(row["launch_by_us"]),
        ended=_optional_instant(row["ended_us"]),
        outcome=row["outcome"],
        outcome_json=row["outcome_data"],
    )


def _word(words: type[E], value: str, strictest: E) -> E:
    return next((word for word in words if word.value == value), strictest)


def _us(moment: datetime | None) -> int | None:
    return None if moment is None else to_us(moment)


def _instant(us: int) -> datetime:
    return from_us(min(max(us, 0), _LATEST_US))


def _optional_instant(us: int | None) -> datetime | None:
    return None if us is None else _instant(us)
