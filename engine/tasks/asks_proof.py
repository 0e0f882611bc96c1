"""Whether an approval step still asks what was planned: the journal holds a digest of that since it was planned.

A row can be changed by whoever reaches the database file. What it asks is therefore compared with the journal before
anybody is asked, and in every proof of the journal.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Final

from ..journal import Breach, row_hash
from ..storage import Reader, Transaction

PLANNED: Final = "graph_step.planned"
"""The event that holds the digest."""
_PAGE: Final = 500


def note_planned(tx: Transaction, task_id: str, asks: str, actor: str) -> None:
    """Have the journal remember what an approval step asks; what it holds already is not told again."""
    if unplanned(tx, task_id, asks) is not None:
        tx.record(PLANNED, task_id, {"digest": _digest(asks)}, actor)


def unplanned(reader: Reader, task_id: str, asks: str) -> str | None:
    """Why an approval step does not ask what was planned, as a sentence without a full stop; nothing where it does."""
    row = reader.row(
        "SELECT * FROM journal WHERE subject = ? AND kind = ? ORDER BY seq DESC LIMIT 1", (task_id, PLANNED)
    )
    if row is None:
        return "the journal does not know what it was to ask"
    columns = (row["seq"], row["at_us"], row["kind"], row["subject"], row["actor"], row["data"])
    if row["hash"] != row_hash(row["prev_hash"], *columns):
        return f"journal event {row['seq']} was changed"
    if json.loads(row["data"]).get("digest") != _digest(asks):
        return "what it asks was changed in the database after it had been planned"
    return None


def step_breaches(reader: Reader) -> Iterator[Breach]:
    """Every approval step whose row and journal disagree, in the order of their tasks.

    What ended before the journal was pruned has nothing left to be compared with, and cannot be asked again either.
    """
    after = ""
    while rows := reader.rows(
        "SELECT g.task_id, g.asks, t.ended_us, (SELECT max(j.seq) FROM journal j WHERE j.subject = g.task_id"
        " AND j.kind = ?) AS seq FROM graph_tasks g JOIN tasks t ON t.id = g.task_id"
        " WHERE g.asks IS NOT NULL AND g.task_id > ? ORDER BY g.task_id LIMIT ?",
        (PLANNED, after, _PAGE),
    ):
        after = rows[-1]["task_id"]
        for row in rows:
            if row["seq"] is None and row["ended_us"] is not None:
                continue
            reason = unplanned(reader, row["task_id"], row["asks"])
            if reason is not None:
                yield Breach(row["seq"] or 0, f"approval step {row['task_id']}: {reason}")
    yield from _emptied(reader)


def _emptied(reader: Reader) -> Iterator[Breach]:
    row = reader.row(
        "SELECT j.seq, j.subject FROM journal j JOIN graph_tasks g ON g.task_id = j.subject WHERE j.kind = ?"
        " AND g.asks IS NULL ORDER BY j.seq LIMIT 1",
        (PLANNED,),
    )
    if row is not None:
        yield Breach(row["seq"], f"approval step {row['subject']}: what it asks is gone")


def _digest(asks: str) -> str:
    return hashlib.sha256(asks.encode("utf-8", "surrogatepass")).hexdigest()
