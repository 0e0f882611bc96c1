"""Proves that the stored actions are what the journal says of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, cast

from ..canonical import JSON
from ..journal import Breach
from ..journal.seals import sealed_state
from ..storage import Reader
from . import repository, standing
from .action import Action, ActionStatus
from .sealing import ACTION
from .trail import Trail, disagreement, read_trail

_PAGE: Final = 500
_ALLOWED: Final = frozenset({
    ActionStatus.APPROVED,
    ActionStatus.EXECUTING,
    ActionStatus.EXECUTED,
    ActionStatus.FAILED,
    ActionStatus.UNCERTAIN,
})  # fmt: skip
"""Where an action has a yes behind it."""


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
            reason = _wrong(reader, action) if action is not None else "its row is gone"
            if reason is not None:
                yield Breach(_proposed_at(reader, action_id), f"action {action_id}: {reason}")
    gone = "NOT EXISTS (SELECT 1 FROM actions a WHERE a.id = subject)"
    for found in (
        f"SELECT seq, subject FROM journal WHERE kind = 'action.proposed' AND {gone} ORDER BY seq LIMIT 1",  # noqa: S608  # constant
        f"SELECT seq, subject FROM journal_sealed_states WHERE sort = 'action' AND {gone} ORDER BY seq LIMIT 1",  # noqa: S608  # as above
    ):
        missing = reader.row(found)
        if missing is not None:
            yield Breach(missing["seq"], f"action {missing['subject']}: its row is gone")


def _wrong(reader: Reader, action: Action) -> str | None:
    trail = _trail(reader, action.id)
    unsound = disagreement(action, trail)
    if unsound is not None or not trail.by_rule or action.status not in _ALLOWED:
        return unsound
    first = reader.row("SELECT min(seq) AS seq FROM journal")
    if isinstance(trail.use, int) and first is not None and trail.use < first["seq"]:
        # Pruned: the seal vouches for it.
        return None
    return standing.unused(reader, action, str(trail.granted_by).removeprefix(standing.RULE_ACTOR), trail.use)


def _trail(reader: Reader, action_id: str) -> Trail:
    """The journal's account; where its rows were pruned, the last state under the seal. No decision rests on that."""
    trail = read_trail(reader, action_id)
    if trail.last is not None or trail.broken:
        return trail
    return replace(trail, last=cast("Mapping[str, JSON] | None", sealed_state(reader, ACTION, action_id)))


def _proposed_at(reader: Reader, action_id: str) -> int:
    row = reader.row("SELECT min(seq) AS seq FROM journal WHERE subject = ?", (action_id,))
    return int(row["seq"]) if row and row["seq"] is not None else 0
