"""Measures the personas of a rollout: what became of their messages since they joined, within the window."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from ...settings.personas import AutonomyMode
from ...settings.rollout import RolloutGates
from ...storage import Reader, to_us
from ..handling import PauseCheck
from .gates import Measured
from .repository import Member

Decided: TypeAlias = Callable[[Reader, str, datetime], tuple[int, int]]
"""Of what a persona (its id) proposed since a moment: how many operators decided, and how many they rejected."""

ROW_LIMIT: Final = 100_000
"""Most messages that one look counts, the newest."""
_BEGAN: Final = "max(arrived_us, coalesce((SELECT max(h.ended_us) FROM holds h WHERE h.message_id = messages.id), 0))"
"""When its persona could begin: what it had to leave to others first is not its own wait."""
_FREE: Final = "id NOT IN (SELECT h.message_id FROM holds h WHERE h.ended_us IS NULL)"
_HANDLED: Final = (
    f"SELECT persona_id, sender_kind, status, {_BEGAN} AS began_us, changed_us, attempts FROM messages INDEXED BY"  # noqa: S608  # constants
    " messages_by_change WHERE changed_us >= ? AND attempts > 0 ORDER BY changed_us DESC LIMIT ?"
)
_WAITING: Final = (
    f"SELECT persona_id, count(*) AS n, min({_BEGAN}) AS oldest_us FROM messages"  # noqa: S608  # constants
    f" WHERE status = ? AND {_FREE} GROUP BY persona_id"
)
_OVERDUE: Final = (
    f"SELECT persona_id, {_BEGAN} AS began_us FROM messages"  # noqa: S608  # constants
    f" WHERE status = ? AND sender_kind = 'human' AND {_BEGAN} < ? AND {_FREE} LIMIT ?"
)
_UNANSWERED: Final = ("pending", "in_progress")


@dataclass(frozen=True, slots=True)
class Watch:
    """What is needed to measure.

    Attributes:
        gates: the window and the limits.
        decided: counts operators' decisions.
        is_paused: tells whom an operator stopped.
    """

    gates: RolloutGates
    decided: Decided
    is_paused: PauseCheck


@dataclass(slots=True)
class _Tally:
    """What one persona's messages amount to, while they are counted."""

    since_us: int
    answers: list[float] = field(default_factory=list)
    depth: int = 0
    attempts: int = 0
    failures: int = 0
    oldest_seconds: float = 0.0


def measure(
    reader: Reader, members: Sequence[Member], modes: Mapping[str, AutonomyMode], watch: Watch, now: datetime
) -> tuple[Measured, ...]:
    """What those who have joined are like now.

    What waited before a persona joined, or while the engine was down, counts from then: that wait was not its own.

    Args:
        reader: where from.
        members: everybody in the rollout.
        modes: how each works now.
        watch: what it takes.
        now: the moment.
    """
    joined = {one.persona_id: one.since for one in members if one.since is not None}
    at_work = [
        persona_id
        for persona_id in joined
        if modes.get(persona_id) is AutonomyMode.AUTONOMOUS and watch.is_paused(reader, persona_id) is None
    ]
    tallies = {persona_id: _Tally(to_us(joined[persona_id])) for persona_id in at_work}
    begins = now - timedelta(seconds=watch.gates.window_seconds)
    _count_handled(reader, tallies, to_us(begins))
    _count_waiting(reader, tallies, watch.gates, now)
    measured = []
    for persona_id, since in joined.items():
        tally = tallies.get(persona_id)
        if tally is None:
            out = modes.get(persona_id) is not AutonomyMode.AUTONOMOUS
            measured.append(Measured(persona_id, resting=not out, out=out))
            continue
        decided, rejected = watch.decided(reader, persona_id, max(since, begins))
        measured.append(
            Measured(
                persona_id,
                tuple(tally.answers),
                tally.depth,
                tally.attempts,
                tally.failures,
                decided,
                rejected,
                tally.oldest_seconds,
            )
        )
    return tuple(measured)


def handled_since(reader: Reader, persona_ids: Collection[str], since: datetime, enough: int) -> int:
    """How many messages these personas have seen through since a moment; counted up to ``enough``."""
    rows = reader.rows(
        "SELECT 1 FROM messages INDEXED BY messages_by_change WHERE changed_us >= ? AND attempts > 0"
        " AND status IN ('done', 'declined', 'dead') AND persona_id IN (SELECT value FROM json_each(?)) LIMIT ?",
        (to_us(since), json.dumps(list(persona_ids)), enough),
    )
    return len(rows)


def _count_handled(reader: Reader, tallies: Mapping[str, _Tally], begins_us: int) -> None:
    earliest = max(begins_us, min((tally.since_us for tally in tallies.values()), default=begins_us))
    for row in reader.rows(_HANDLED, (earliest, ROW_LIMIT)):
        tally = tallies.get(row["persona_id"])
        if tally is None or row["changed_us"] < tally.since_us:
            continue
        ended_well = row["status"] in {"done", "declined"}
        failed = row["attempts"] - (1 if ended_well or row["status"] == "in_progress" else 0)
        tally.attempts += failed + ended_well
        tally.failures += failed
        if row["status"] == "done" and row["sender_kind"] == "human":
            tally.answers.append((row["changed_us"] - max(row["began_us"], tally.since_us)) / 1_000_000)


def _count_waiting(reader: Reader, tallies: Mapping[str, _Tally], gates: RolloutGates, now: datetime) -> None:
    now_us = to_us(now)
    overdue_us = now_us - int(gates.answer_seconds * 1_000_000)
    for status in _UNANSWERED:
        for row in reader.rows(_WAITING, (status,)):
            tally = tallies.get(row["persona_id"])
            if tally is not None:
                tally.depth += row["n"] if status == "pending" else 0
                waited = max(0, now_us - max(row["oldest_us"], tally.since_us)) / 1_000_000
                tally.oldest_seconds = max(tally.oldest_seconds, waited)
        # Whoever still waits longer than the limit will not have been answered within it.
        for row in reader.rows(_OVERDUE, (status, overdue_us, ROW_LIMIT)):
            tally = tallies.get(row["persona_id"])
            if tally is not None and tally.since_us < overdue_us:
                tally.answers.append((now_us - max(row["began_us"], tally.since_us)) / 1_000_000)
