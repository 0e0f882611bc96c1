"""Everything that waits, in all inboxes or in one, in the order of its urgency; a page costs what is on it."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from sqlite3 import Row
from typing import Final

from ..settings.persona_rules import PriorityRules
from ..storage import Reader, from_us, to_us
from .priority import effective_priority

_RANK: Final = "min(10000, max(0, priority + boost))"
_WAITS: Final = "status = 'pending' AND pinned_us IS NULL"
_CHUNK: Final = 50
_LATEST: Final = 2**62
"""Later than any moment, in microseconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands in the order; a page continues behind one.

    Attributes:
        pinned_us: when it was put to the top; 0 where it was not.
        effective: its priority at the moment that the order is of, in hundredths of a point.
        arrived_us: when it came.
        id: which one.
    """

    pinned_us: int
    effective: int
    arrived_us: int
    id: str

    @property
    def order(self) -> tuple[int, int, int, str]:
        """The first comes first."""
        return (-self.pinned_us, -self.effective, self.arrived_us, self.id)


def most_urgent(
    reader: Reader, now: datetime, rules: PriorityRules, limit: int, *, after: Place | None = None, persona_id: str = ""
) -> list[Place]:
    """The messages that come up first, in their order.

    Within a rank (the priority before aging) the oldest always comes first, so the heads of the ranks are merged and
    nothing behind a page is looked at.

    Args:
        reader: one consistent state.
        now: the moment whose order it is; the same for all pages of a list.
        rules: how waiting lifts.
        limit: most of them.
        after: only what comes behind this place.
        persona_id: of one inbox only; empty for all.
    """
    found: list[Place] = []
    if after is None or after.pinned_us:
        found = _pinned(reader, now, rules, limit, after, persona_id)
    behind = None if after is not None and after.pinned_us else after
    if len(found) < limit:
        ranks = _ranks(reader, persona_id)
        streams = [_of_rank(reader, rank, now, rules, behind, persona_id) for rank in ranks]
        merged = heapq.merge(*streams, key=lambda place: place.order)
        found += [place for place, _ in zip(merged, range(limit - len(found)), strict=False)]
    return found


def _pinned(
    reader: Reader, now: datetime, rules: PriorityRules, limit: int, after: Place | None, persona_id: str
) -> list[Place]:
    rows = reader.rows(
        "SELECT id, priority, boost, pinned_us, arrived_us FROM messages"  # noqa: S608  # constants
        f" WHERE status = 'pending' AND pinned_us IS NOT NULL{_narrowed(persona_id)} AND pinned_us <= ?"  # constants
        " ORDER BY pinned_us DESC, arrived_us, id LIMIT ?",
        (*_wanted(persona_id), after.pinned_us if after is not None else _LATEST, limit + 1),
    )
    places = [
        Place(
            row["pinned_us"], _effective(row["priority"] + row["boost"], row, now, rules), row["arrived_us"], row["id"]
        )
        for row in rows
    ]
    places.sort(key=lambda place: place.order)
    return [place for place in places if after is None or place.order > after.order][:limit]


def _ranks(reader: Reader, persona_id: str) -> list[int]:
    """The ranks that there are: one step into the index for each."""
    if persona_id:
        rows = reader.rows(
            f"SELECT DISTINCT {_RANK} AS rank FROM messages WHERE {_WAITS} AND persona_id = ?",  # noqa: S608  # constants
            (persona_id,),
        )
        return [row["rank"] for row in rows]
    ranks: list[int] = []
    rank = -1
    while True:
        row = reader.row(
            f"SELECT {_RANK} AS rank FROM messages INDEXED BY messages_ranked WHERE {_WAITS} AND {_RANK} > ?"  # noqa: S608  # as above
            f" ORDER BY {_RANK} LIMIT 1",
            (rank,),
        )
        if row is None:
            return ranks
        rank = row["rank"]
        ranks.append(rank)


def _of_rank(
    reader: Reader, rank: int, now: datetime, rules: PriorityRules, after: Place | None, persona_id: str
) -> Iterator[Place]:
    """The messages of one rank, oldest first, from the first that can come behind a place; read as they are needed."""
    least, last = (_earliest(rank, now, rules, after), "") if after is not None else (0, "")
    while True:
        rows = reader.rows(
            f"SELECT id, arrived_us FROM messages WHERE {_WAITS} AND {_RANK} = ?{_narrowed(persona_id)}"  # noqa: S608  # constants
            " AND (arrived_us, id) > (?, ?) ORDER BY arrived_us, id LIMIT ?",
            (rank, *_wanted(persona_id), least, last, _CHUNK),
        )
        for row in rows:
            place = Place(0, _effective(rank, row, now, rules), row["arrived_us"], row["id"])
            if after is None or place.order > after.order:
                yield place
        if len(rows) < _CHUNK:
            return
        least, last = rows[-1]["arrived_us"], rows[-1]["id"]


def _earliest(rank: int, now: datetime, rules: PriorityRules, after: Place) -> int:
    """The earliest arrival at which a message of a rank comes behind a place; who came later counts for less."""
    low, high = 0, to_us(now) + 1
    while low < high:
        middle = (low + high) // 2
        waited = timedelta(microseconds=max(0, to_us(now) - middle))
        if (-effective_priority(rank, 0, waited, rules), middle) >= (-after.effective, after.arrived_us):
            high = middle
        else:
            low = middle + 1
    return low


def _effective(rank: int, row: Row, now: datetime, rules: PriorityRules) -> int:
    return effective_priority(rank, 0, max(timedelta(), now - from_us(row["arrived_us"])), rules)


def _narrowed(persona_id: str) -> str:
    return " AND persona_id = ?" if persona_id else ""


def _wanted(persona_id: str) -> tuple[str, ...]:
    return (persona_id,) if persona_id else ()
