"""What tasks wrote, kept for whoever follows or looks later: of each task the newest part, of all the newest days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..storage import Reader, Transaction, from_us, to_us

TEXT_CHARACTERS: Final = 262_144
"""Most characters that are kept of what one task writes while it runs."""
DIFF_CHARACTERS: Final = 4_194_304
"""Most characters that are kept of one task's diff."""
DIFF: Final = "diff"
WORKTREE: Final = "worktree"
_STREAMS: Final = frozenset({"stdout", "stderr", "note"})
_NAME: Final = "output"
_START: Final = "0-0"


@dataclass(frozen=True, slots=True)
class Written:
    """A piece of what a task wrote.

    Attributes:
        source: stdout, stderr, note, worktree or diff.
        token: of the claim under which it was written.
        position: its place in the stream that it came through.
    """

    task_id: str
    token: int
    source: str
    text: str
    position: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """The same with its place among what is kept of its task."""

    seq: int
    source: str
    text: str
    at: datetime


def output_position(reader: Reader) -> str:
    """The last place of the stream that was kept; ``0-0`` before the first."""
    row = reader.row("SELECT position FROM task_projection WHERE name = ?", (_NAME,))
    return str(row["position"]) if row else _START


def keep(tx: Transaction, pieces: Sequence[Written]) -> int:
    """Keep pieces; what comes under an old claim, or about a task that is not there, is left out.

    Returns:
        how many were kept.
    """
    kept = 0
    touched: set[str] = set()
    for piece in pieces:
        task = tx.row("SELECT token FROM tasks WHERE id = ?", (piece.task_id,))
        known = piece.source in _STREAMS or piece.source in {DIFF, WORKTREE}
        if task is None or piece.token < task["token"] or not known:
            continue
        tx.execute(
            "INSERT INTO task_output (task_id, seq, token, source, text, at_us)"
            " SELECT ?, coalesce(max(seq), 0) + 1, ?, ?, ?, ? FROM task_output WHERE task_id = ?",
            (piece.task_id, piece.token, piece.source, piece.text, to_us(tx.now), piece.task_id),
        )
        touched.add(piece.task_id)
        kept += 1
    for task_id in touched:
        _shorten(tx, task_id)
    if pieces:
        tx.execute(
            "INSERT INTO task_projection (name, position) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET position = excluded.position",
            (_NAME, pieces[-1].position or _START),
        )
    return kept


def read_output(reader: Reader, task_id: str, after: int, limit: int) -> list[Kept]:
    """What a task wrote while it ran, after a place, oldest first."""
    rows = reader.rows(
        "SELECT seq, source, text, at_us FROM task_output WHERE task_id = ? AND seq > ?"
        " AND source IN ('stdout', 'stderr', 'note') ORDER BY seq LIMIT ?",
        (task_id, after, limit),
    )
    return [Kept(row["seq"], row["source"], row["text"], from_us(row["at_us"])) for row in rows]


def read_whole(reader: Reader, task_id: str, source: str) -> str:
    """All of one source of a task, of its newest attempt that has any: its diff, or where its work tree was."""
    rows = reader.rows(
        "SELECT text FROM task_output WHERE task_id = ? AND source = ? AND token ="
        " (SELECT max(token) FROM task_output WHERE task_id = ? AND source = ?) ORDER BY seq",
        (task_id, source, task_id, source),
    )
    return "".join(row["text"] for row in rows)[:DIFF_CHARACTERS]


def forget_output(tx: Transaction, keep_days: int) -> int:
    """Forget what tasks wrote that ended before so many days, or that are gone.

    Returns:
        how many pieces.
    """
    oldest = to_us(tx.now - timedelta(days=keep_days))
    return tx.execute(
        "DELETE FROM task_output WHERE at_us < ? AND NOT EXISTS"
        " (SELECT 1 FROM tasks t WHERE t.id = task_output.task_id AND (t.ended_us IS NULL OR t.ended_us >= ?))",
        (oldest, oldest),
    )


def _shorten(tx: Transaction, task_id: str) -> None:
    streams = "('stdout', 'stderr', 'note')"
    for where, most in ((f"source IN {streams}", TEXT_CHARACTERS), (f"source NOT IN {streams}", 2 * DIFF_CHARACTERS)):
        tx.execute(
            "DELETE FROM task_output WHERE task_id = ? AND seq <= (SELECT max(seq) FROM"  # noqa: S608  # constant conditions
            " (SELECT seq, sum(length(text)) OVER (ORDER BY seq DESC) AS above FROM task_output"
            f"  WHERE task_id = ? AND {where}) WHERE above > ?) AND {where}",
            (task_id, task_id, most),
        )
