"""When a job runs: its slots, and the moment at which a slot comes due; pure.

Slots are fixed moments: every multiple of an interval from the first one, or what a cron entry says. A slot outside
the active hours comes due when they begin, and all that wait then are made up for by one run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ..settings.cron import Cron
from ..settings.schedule import ActiveHours, Overlap
from .active_hours import is_active, opening

COUNT_LIMIT: Final = 1_000
"""Missed slots of a cron entry are counted up to here."""
CLOCK_TOLERANCE: Final = timedelta(hours=1)
"""A wall clock that is put back by so much does not make a cron entry's slots come twice."""
_SECOND: Final = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Plan:
    """When and how a job runs.

    Attributes:
        every: from one slot to the next, more than nothing; or nothing where ``cron`` says it.
        cron: the entry, where there is one.
        first: from the very first start to the first slot of an interval.
        timeout_seconds: most time of one run.
        hours: the active hours; nothing means always.
        jitter: most time by which chance delays a run.
        overlap: what becomes of slots that come during a run.
        enabled: it runs by itself.
    """

    every: timedelta | None
    timeout_seconds: float
    cron: Cron | None = None
    first: timedelta = timedelta()
    hours: ActiveHours | None = None
    jitter: timedelta = timedelta()
    overlap: Overlap = Overlap.SKIP
    enabled: bool = True

    @property
    def key(self) -> str:
        """What the slots depend on, as text; another key means other slots."""
        if self.cron is not None:
            return f"cron {self.cron.text} {self.cron.zone}"
        return f"every {self.interval // timedelta(microseconds=1)}"

    @property
    def interval(self) -> timedelta:
        """From one slot to the next, of a plan without a cron entry."""
        if self.every is None or self.every <= timedelta():
            raise ValueError("a plan has either an interval or a cron entry")
        return self.every

    @property
    def text(self) -> str:
        """When it runs, in words."""
        if self.cron is not None:
            return f"{self.cron.text} ({self.cron.zone})"
        return f"every {spell(self.interval)}"

    def first_slot(self, now: datetime) -> datetime:
        """The first slot of a job that never ran."""
        return self.cron.next_after(now) if self.cron is not None else now + self.first

    def next_slot(self, after: datetime, slot: datetime) -> datetime:
        """The first slot after a moment; ``slot`` is any slot, and the earliest there is where it is still ahead."""
        if slot > after:
            return slot
        if self.cron is not None:
            return self.cron.next_after(after)
        return slot + ((after - slot) // self.interval + 1) * self.interval

    def count(self, slot: datetime, until: datetime) -> int:
        """How many slots there are from ``slot``, which is one, to ``until``, both included.

        Of a cron entry at most :data:`COUNT_LIMIT` are counted.
        """
        if slot > until:
            return 0
        if self.cron is None:
            return (until - slot) // self.interval + 1
        number = 1
        for moment in self.cron.after(slot):
            if moment > until or number == COUNT_LIMIT:
                break
            number += 1
        return number

    def due(self, slot: datetime, seed: int) -> datetime:
        """When a slot comes due: at its moment or when the active hours begin, and later by its jitter.

        Args:
            slot: the slot.
            seed: makes the jitter of this job another than that of others.
        """
        begin = self.opens(slot)
        if not self.jitter:
            return begin
        room = min(self.jitter, (self.next_slot(begin, slot) - begin) / 2)
        late = begin + (room * _chance(seed, slot)) // _SECOND * _SECOND
        return late if self.hours is None or is_active(self.hours, late) else begin

    def opens(self, at: datetime) -> datetime:
        """The first moment of the active hours from ``at`` on."""
        return at if self.hours is None else opening(self.hours, at)

    def sane(self, slot: datetime, now: datetime) -> datetime:
        """The next slot, put right where it is so far ahead that the clock must have been wrong."""
        if self.cron is not None:
            if slot <= now + CLOCK_TOLERANCE:
                return slot
            return min(slot, self.cron.next_after(now + CLOCK_TOLERANCE))
        ahead = slot - now
        if ahead <= max(self.interval, self.first):
            return slot
        return slot - (ahead // self.interval) * self.interval

    def upcoming(self, at: datetime, slot: datetime, seed: int) -> Iterator[datetime]:
        """The moments when it runs if every run goes well and takes no time, without end.

        Args:
            at: the first of them.
            slot: the first slot that no run was for yet.
            seed: of the job's jitter.
        """
        while True:
            yield at
            slot = self.next_slot(at, slot)
            at = self.due(slot, seed)


def spell(span: timedelta) -> str:
    """A span of time in words, as short as it is exact."""
    seconds = span.total_seconds()
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g} {unit}"
    return f"{seconds:g} s"


def _chance(seed: int, slot: datetime) -> float:
    """A number from 0 up to 1, always the same for the same slot."""
    digest = hashlib.sha256(f"{seed} {slot.timestamp():.6f}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48
