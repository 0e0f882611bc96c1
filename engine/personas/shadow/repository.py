"""Shadow runs in the database: one row for each message that a persona in shadow mode took in."""

from __future__ import annotations

from datetime import datetime
from sqlite3 import Row
from typing import Final

from ...storage import Reader, Transaction, from_us, to_us
from ..inbox import Entry
from ..model import SenderKind
from .compare import Comparison, Side, compare, made_from, made_text

_WAITS: Final = "s.persona_id = ? AND s.auto_us IS NULL AND s.verdict = 'open'"


def begin(tx: Transaction, message_id: str, persona_id: str) -> None:
    """A persona in shadow mode took a message in: autonomy is to show what it would do."""
    tx.execute(
        "INSERT INTO shadow_runs (message_id, persona_id, arrived_us) VALUES (?,?,?)"
        " ON CONFLICT (message_id) DO NOTHING",
        (message_id, persona_id, to_us(tx.now)),
    )


def is_run(reader: Reader, message_id: str) -> bool:
    """Autonomy is to show what it would do with this message."""
    return reader.row("SELECT 1 FROM shadow_runs WHERE message_id = ?", (message_id,)) is not None


def waiting(reader: Reader, persona_id: str) -> list[Entry]:
    """The messages that autonomy has not come to yet, as choosing among them needs it."""
    rows = reader.rows(
        "SELECT s.message_id AS id, m.sender_kind, m.mentioned, m.priority, m.boost, m.pinned_us, s.arrived_us"  # noqa: S608  # fixed words
        f" FROM shadow_runs s JOIN messages m ON m.id = s.message_id WHERE {_WAITS}",  # fixed words
        (persona_id,),
    )
    return [
        Entry(
            row["id"],
            SenderKind(row["sender_kind"]),
            bool(row["mentioned"]),
            row["priority"],
            row["boost"],
            None if row["pinned_us"] is None else from_us(row["pinned_us"]),
            from_us(row["arrived_us"]),
        )
        for row in rows
    ]


def depth(reader: Reader, persona_id: str) -> int:
    """How many messages autonomy has not come to yet."""
    row = reader.row(f"SELECT count(*) AS n FROM shadow_runs s WHERE {_WAITS}", (persona_id,))  # noqa: S608  # as above
    return 0 if row is None else int(row["n"])


def answered_at(reader: Reader, persona_id: str) -> datetime | None:
    """When autonomy last came to an end with a message."""
    row = reader.row("SELECT max(auto_us) AS at_us FROM shadow_runs WHERE persona_id = ?", (persona_id,))
    return None if row is None or row["at_us"] is None else from_us(row["at_us"])


def attempt(tx: Transaction, message_id: str) -> int:
    """Count one more attempt at a message that still waits.

    Returns:
        how many there were with this one; 0 where nothing waits any more.
    """
    row = tx.row(
        "UPDATE shadow_runs SET attempts = attempts + 1 WHERE message_id = ? AND auto_us IS NULL AND verdict = 'open'"
        " RETURNING attempts",
        (message_id,),
    )
    return 0 if row is None else int(row["attempts"])


def finish_auto(tx: Transaction, message_id: str, side: Side) -> Comparison | None:
    """Keep what autonomy would have done.

    Returns:
        how it compares, where the answer at once is there too.
    """
    changed = tx.execute(
        "UPDATE shadow_runs SET auto_us = ?, auto_outcome = ?, auto_reason = ?, auto_proposals = ?"
        " WHERE message_id = ? AND auto_us IS NULL AND verdict = 'open'",
        (to_us(side.at), side.outcome, side.reason, made_text(side.made), message_id),
    )
    return _judge(tx, message_id) if changed else None


def finish_sync(tx: Transaction, message_id: str, side: Side) -> Comparison | None:
    """Keep what was done at once about a message; nothing happens where it has no shadow run.

    Returns:
        how it compares, where autonomy has come to it too.
    """
    changed = tx.execute(
        "UPDATE shadow_runs SET sync_us = ?, sync_outcome = ?, sync_reason = ?, sync_proposals = ?"
        " WHERE message_id = ?",
        (to_us(side.at), side.outcome, side.reason, made_text(side.made), message_id),
    )
    return _judge(tx, message_id) if changed else None


def leave(tx: Transaction, persona_id: str) -> int:
    """The persona leaves shadow mode: what autonomy has not come to is not compared any more.

    Returns:
        how many runs that ends.
    """
    return tx.execute(
        "UPDATE shadow_runs SET verdict = 'unfinished' WHERE persona_id = ? AND verdict = 'open'", (persona_id,)
    )


def prune(tx: Transaction, keep: int) -> int:
    """Forget all but the newest ``keep`` runs of each persona.

    Returns:
        how many went.
    """
    return tx.execute(
        "DELETE FROM shadow_runs WHERE message_id IN (SELECT message_id FROM (SELECT message_id, row_number() OVER"
        " (PARTITION BY persona_id ORDER BY arrived_us DESC, message_id DESC) AS place FROM shadow_runs)"
        " WHERE place > ?)",
        (keep,),
    )


def beyond(reader: Reader, keep: int) -> bool:
    """There is something to prune."""
    return reader.row("SELECT 1 FROM shadow_runs GROUP BY persona_id HAVING count(*) > ? LIMIT 1", (keep,)) is not None


def side_of(row: Row, name: str) -> Side | None:
    """One side of a run, ``sync`` or ``auto``; nothing while it is not done."""
    at = row[f"{name}_us"]
    if at is None:
        return None
    return Side(from_us(at), row[f"{name}_outcome"], row[f"{name}_reason"], made_from(row[f"{name}_proposals"]))


def _judge(tx: Transaction, message_id: str) -> Comparison | None:
    row = tx.row("SELECT * FROM shadow_runs WHERE message_id = ?", (message_id,))
    if row is None:
        return None
    sync, auto = side_of(row, "sync"), side_of(row, "auto")
    if sync is None or auto is None:
        return None
    found = compare(sync, auto)
    tx.execute(
        "UPDATE shadow_runs SET verdict = ?, differs = ? WHERE message_id = ?",
        (found.verdict.value, found.differs, message_id),
    )
    return found
