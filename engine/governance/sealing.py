"""What of actions and standing rules outlives the pruning of the journal, and what keeps rows from being pruned."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from ..canonical import canonical
from ..journal.pruning import Alive
from ..journal.seals import SealedState
from ..storage import Reader, to_us
from . import repository
from .trail import STATE_EVENTS, state

ACTION: Final = "action"
"""The sort of a sealed action."""
RULE: Final = "rule"
"""The sort of a sealed standing rule."""
_RULE_EVENTS: Final = ("rule.allowed", "rule.denied", "rule.used", "rule.revoked", "rule.ended")
_RULE_FIELDS: Final = ("digest", "uses", "ended")
_LIVE: Final = ("pending", "approved", "executing", "uncertain")


def live_things(reader: Reader, before: datetime) -> Iterator[Alive]:
    """Every action, standing rule and approval step that had not ended for good then, and every open execution."""
    marks = ", ".join("?" * len(_LIVE))
    rows = reader.rows(
        f"SELECT id, status FROM actions WHERE status IN ({marks}) OR ended_us >= ?",  # noqa: S608  # marks only
        (*_LIVE, to_us(before)),
    )
    for row in rows:
        yield Alive(row["id"], f"{row['status']} action")
    for row in reader.rows("SELECT action_id FROM executions WHERE outcome IS NULL"):
        yield Alive(row["action_id"], "open execution of action")
    for row in reader.rows("SELECT id FROM standing_rules WHERE ended IS NULL OR ended_us >= ?", (to_us(before),)):
        yield Alive(row["id"], "standing rule")
    steps = reader.rows(
        "SELECT g.task_id FROM graph_tasks g JOIN tasks t ON t.id = g.task_id"
        " WHERE g.asks IS NOT NULL AND (t.ended_us IS NULL OR t.ended_us >= ?)",
        (to_us(before),),
    )
    for row in steps:
        # The journal alone knows what it was to ask.
        yield Alive(row["task_id"], "approval step")


def end_states(reader: Reader, first: int, last: int) -> Sequence[SealedState]:
    """The last recorded state of each action and rule whose last row lies between two rows, both included."""
    actions = [
        SealedState(ACTION, subject, seq, _state(reader, subject, data))
        for subject, seq, data in _newest(reader, first, last, STATE_EVENTS)
    ]
    rules = [
        SealedState(RULE, subject, seq, _kept(data, _RULE_FIELDS))
        for subject, seq, data in _newest(reader, first, last, _RULE_EVENTS)
    ]
    return [*actions, *rules]


def _newest(reader: Reader, first: int, last: int, kinds: Sequence[str]) -> Iterator[tuple[str, int, str]]:
    marks = ", ".join("?" * len(kinds))
    within = f"seq BETWEEN ? AND ? AND kind IN ({marks})"
    newest = f"SELECT subject, max(seq) AS seq FROM journal WHERE {within} GROUP BY subject"  # noqa: S608  # marks only
    later = f"SELECT 1 FROM journal l WHERE l.subject = j.subject AND l.seq > ? AND l.kind IN ({marks})"  # noqa: S608  # as above
    rows = reader.rows(
        f"SELECT j.subject, j.seq, j.data FROM journal j JOIN ({newest}) n ON n.seq = j.seq"  # noqa: S608  # as above
        f" WHERE NOT EXISTS ({later}) ORDER BY j.subject",
        (first, last, *kinds, last, *kinds),
    )
    return ((row["subject"], row["seq"], row["data"]) for row in rows)


def _state(reader: Reader, action_id: str, data: str) -> str:
    action = repository.get(reader, action_id)
    # Where the row is gone there is nothing to compare with; the proof then says just that.
    return _kept(data, tuple(state(action)) if action is not None else ("status", "revision", "digest"))


def _kept(data: str, names: Sequence[str]) -> str:
    recorded = json.loads(data)
    return canonical({name: recorded.get(name) for name in names}).decode()
