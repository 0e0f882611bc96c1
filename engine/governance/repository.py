"""Actions in the database: one row each, changed only by compare-and-set along the legal transitions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from ..errors import WatchfloorError
from ..storage import Reader, Transaction, from_us, to_us
from .action import LEGAL, Action, ActionStatus
from .action_row import CHANGEABLE, COLUMNS, SELECTED, action_of, as_bytes, text, values_of, word

_CONTENT: Final = frozenset({
    "revision", "kind", "tool", "binding", "arguments", "account_id", "stage", "tier", "rule", "why", "policy", "risk",
    "effect", "reason", "fingerprint", "digest",
})  # fmt: skip
"""What the digest covers, and what follows from it."""
PAGE_LIMIT: Final = 500
"""Most actions that one query returns."""


class TransitionError(WatchfloorError):
    """An action was to change in a way that its state does not allow, or is no longer as it was read."""


_INSERT: Final = f"INSERT INTO actions ({', '.join(COLUMNS)}) VALUES ({', '.join(f':{name}' for name in COLUMNS)})"  # noqa: S608  # fixed names


def _update(columns: Iterable[str]) -> str:
    assignments = ", ".join(f"{name} = :{name}" for name in columns)
    return (
        f"UPDATE actions SET {assignments} WHERE id = :id AND status = :was_status AND revision = :was_revision"  # noqa: S608  # fixed names
        # A damaged digest must not keep the row from being put out of action.
        " AND (digest = :was_digest OR :status IN ('blocked', 'uncertain'))"
    )


_UPDATE_WHOLE: Final = _update(CHANGEABLE)
_UPDATE_STATE: Final = _update(name for name in CHANGEABLE if name not in _CONTENT)


def insert(tx: Transaction, action: Action) -> None:
    """Store a new action."""
    tx.execute(_INSERT, values_of(action))


def move(tx: Transaction, before: Action, after: Action) -> None:
    """Replace ``before`` by ``after``, provided that the change is legal and the row is still ``before``.

    Raises:
        TransitionError: it is not.
    """
    if after.status not in LEGAL[before.status]:
        raise TransitionError(f"action {before.id} cannot go from {before.status.value} to {after.status.value}")
    # Naming a column costs its indexes, and the same digest means the same content. A row that is put out of action is
    # written whole, because it may be damaged.
    same = (after.revision, after.digest) == (before.revision, before.digest)
    same = same and after.status not in {ActionStatus.BLOCKED, ActionStatus.UNCERTAIN}
    guard: dict[str, str | int | None] = {
        "was_status": before.status.value,
        "was_revision": before.revision,
        "was_digest": before.digest,
    }
    changed = tx.execute(_UPDATE_STATE if same else _UPDATE_WHOLE, values_of(after) | guard)
    if changed != 1:
        raise TransitionError(f"action {before.id} changed meanwhile")


def count_repeat(tx: Transaction, action_id: str) -> None:
    """Count one more request for the same."""
    tx.execute("UPDATE actions SET repeats = repeats + 1 WHERE id = ?", (action_id,))


def get(reader: Reader, action_id: str) -> Action | None:
    """The action of that id."""
    row = reader.row(f"SELECT {SELECTED} FROM actions WHERE id = ?", (action_id,))  # noqa: S608  # fixed names
    return action_of(row) if row else None


def by_dedupe_key(reader: Reader, proposer: str, key: str) -> Action | None:
    """What this proposer asked for under that key, whatever became of it."""
    row = reader.row(
        f"SELECT {SELECTED} FROM actions WHERE proposer = ? AND dedupe_key = ?",  # noqa: S608  # fixed names
        (proposer, key),
    )
    return action_of(row) if row else None


def pending_like(reader: Reader, fingerprint: str) -> Action | None:
    """The open question with that fingerprint."""
    row = reader.row(
        f"SELECT {SELECTED} FROM actions WHERE fingerprint = ? AND status = 'pending'",  # noqa: S608  # fixed names
        (fingerprint,),
    )
    return action_of(row) if row else None


def asking(reader: Reader, like: Action, arguments_json: str) -> Action | None:
    """The open question of the same proposer that asks for this content, whatever it asked for at first.

    Args:
        reader: where from.
        like: names proposer, kind, tool and account.
        arguments_json: the arguments, as canonical JSON.
    """
    return _content_like(reader, "actions_pending_by_proposer", "1", like, arguments_json)


def edited_to(reader: Reader, like: Action, arguments_json: str) -> Action | None:
    """The open question of the same proposer that an operator edited into this content."""
    return _content_like(reader, "actions_edited", "edited_by IS NOT NULL", like, arguments_json)


def _content_like(reader: Reader, index: str, only: str, like: Action, arguments_json: str) -> Action | None:
    row = reader.row(
        f"SELECT {SELECTED} FROM actions INDEXED BY {index} WHERE proposer = ? AND status = 'pending' AND {only}"  # noqa: S608  # fixed names
        " AND kind = ? AND tool = ? AND arguments = ? AND account_id IS ? LIMIT 1",
        (like.proposer, like.kind, like.tool, arguments_json, like.account_id),
    )
    return action_of(row) if row else None


def rejected_like(reader: Reader, fingerprint: str, since: datetime) -> Action | None:
    """The newest rejection of the same since that moment."""
    row = reader.row(
        f"SELECT {SELECTED} FROM actions WHERE fingerprint = ? AND status = 'rejected' AND decided_us > ?"  # noqa: S608  # fixed names
        " ORDER BY decided_us DESC LIMIT 1",
        (fingerprint, to_us(since)),
    )
    return action_of(row) if row else None


def count(reader: Reader, status: ActionStatus) -> int:
    """How many actions are in that state."""
    row = reader.row("SELECT count(*) AS n FROM actions WHERE status = ?", (status.value,))
    return int(row["n"]) if row else 0


def counts(reader: Reader) -> Mapping[ActionStatus, int]:
    """How many actions are in each state that has any."""
    return {
        word(ActionStatus, row["status"], ActionStatus.BLOCKED): row["n"]
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
    # Of the questions, of which there can be thousands, only those that are returned are read.
    chosen = (
        "INDEXED BY actions_pending_by_expiry WHERE status = 'pending' ORDER BY expires_us"
        if status is ActionStatus.PENDING
        else "WHERE status = :status ORDER BY created_us"
    )
    rows = reader.rows(
        f"SELECT {SELECTED} FROM actions {chosen}, actions.id LIMIT :limit OFFSET :offset",  # noqa: S608  # fixed names
        {"status": status.value, "limit": min(limit, PAGE_LIMIT), "offset": offset},
    )
    return tuple(action_of(row) for row in rows)


def latest(
    reader: Reader, *, proposer: str | None = None, account_id: str | None = None, limit: int = 100
) -> tuple[Action, ...]:
    """The newest actions, newest first, of one proposer or about one account where given."""
    wanted = {"proposer": proposer, "account_id": account_id}
    # Only what is asked for stands in the query, so that each form has its index.
    given = {name: value for name, value in wanted.items() if value is not None}
    conditions = " AND ".join(f"{name} = :{name}" for name in given) or "1"
    rows = reader.rows(
        f"SELECT {SELECTED} FROM actions WHERE {conditions} ORDER BY created_us DESC, actions.id DESC LIMIT :limit",  # noqa: S608  # fixed names
        {**given, "limit": min(limit, PAGE_LIMIT)},
    )
    return tuple(action_of(row) for row in rows)


def due(reader: Reader, now: datetime, *, after: tuple[int, str] = (-1, ""), limit: int = 64) -> list[tuple[int, str]]:
    """Approved actions whose start has come, as (start in µs, id), in order, from behind ``after``."""
    rows = reader.rows(
        f"SELECT coalesce(not_before_us, 0) AS start, {as_bytes('id')} FROM actions WHERE status = 'approved'"  # noqa: S608  # fixed names
        " AND coalesce(not_before_us, 0) <= ? AND (coalesce(not_before_us, 0), id) > (?, ?)"
        " ORDER BY start, actions.id LIMIT ?",
        (to_us(now), *after, limit),
    )
    return [(row["start"], text(row["id"])) for row in rows]


def next_start(reader: Reader, now: datetime) -> datetime | None:
    """When the next approved action may start that may not start yet."""
    row = reader.row(
        "SELECT min(not_before_us) AS start FROM actions WHERE status = 'approved' AND not_before_us > ?", (to_us(now),)
    )
    return from_us(row["start"]) if row and row["start"] is not None else None


def overdue(reader: Reader, now: datetime, limit: int) -> list[str]:
    """Questions that nobody answered in time."""
    rows = reader.rows(
        f"SELECT {as_bytes('id')} FROM actions WHERE status = 'pending' AND expires_us <= ?"  # noqa: S608  # fixed names
        " ORDER BY expires_us LIMIT ?",
        (to_us(now), limit),
    )
    return [text(row["id"]) for row in rows]


def half_over(reader: Reader, now: datetime, limit: int) -> list[tuple[str, int]]:
    """Open questions that waited half of their time and of which that was not told, with their revisions."""
    rows = reader.rows(
        f"SELECT {as_bytes('id')}, revision FROM actions"  # noqa: S608  # fixed names
        " WHERE status = 'pending' AND escalated_revision < revision"
        " AND (coalesce(asked_us, created_us) + expires_us) / 2 <= ? LIMIT ?",
        (to_us(now), limit),
    )
    return [(text(row["id"]), row["revision"]) for row in rows]


def executing(reader: Reader, limit: int) -> list[str]:
    """Actions whose tool was started and whose end is not on record."""
    rows = reader.rows(f"SELECT {as_bytes('id')} FROM actions WHERE status = 'executing' LIMIT ?", (limit,))  # noqa: S608  # fixed names
    return [text(row["id"]) for row in rows]
