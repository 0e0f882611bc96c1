"""Proves that the stored actions are what the journal says of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from ..journal import Breach
from ..storage import Reader
from . import repository
from .trail import disagreement, read_trail

_PAGE: Final = 500


def action_breaches(reader: Reader) -> Iterator[Breach]:
    """Every action whose row and journal disagree, in the order of their ids.

    A breach names the action, and the journal row with which it was proposed (0 where there is none).
    """
    after = ""
    while ids := [
        row["id"] for row in reader.rows("SELECT id FROM actions WHERE id > ? ORDER BY id LIMIT ?", (after, _PAGE))
    ]:
        after = ids[-1]
        for action_id in ids:
            action = repository.get(reader, action_id)
            reason = disagreement(action, read_trail(reader, action_id)) if action is not None else "its row is gone"
            if reason is not None:
                yield Breach(_proposed_at(reader, action_id), f"action {action_id}: {reason}")
    missing = reader.row(
        "SELECT j.seq, j.subject FROM journal j WHERE j.kind = 'action.proposed'"
        " AND NOT EXISTS (SELECT 1 FROM actions a WHERE a.id = j.subject) ORDER BY j.seq LIMIT 1"
    )
    if missing is not None:
        yield Breach(missing["seq"], f"action {missing['subject']}: its row is gone")


def _proposed_at(reader: Reader, action_id: str) -> int:
    row = reader.row("SELECT min(seq) AS seq FROM journal WHERE subject = ?", (action_id,))
    return int(row["seq"]) if row and row["seq"] is not None else 0
