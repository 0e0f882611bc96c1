"""Active hours: whether a moment lies within them, and when they begin next."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from ..settings.schedule import ActiveHours

_HOUR: Final = timedelta(hours=1)
_AHEAD: Final = 4
"""Days looked ahead: a span may be left out where clocks are put forward, and a zone once left out a whole day."""


def is_active(hours: ActiveHours, instant: datetime) -> bool:
    """Whether the wall clock of the hours' zone shows a time from start (included) to end (excluded).

    Args:
        hours: the daily span; it may run over midnight.
        instant: an aware moment.
    """
    local = instant.astimezone(ZoneInfo(hours.zone))
    minute = local.hour * 60 + local.minute
    start, end = _minutes(hours.start), _minutes(hours.end)
    if start < end:
        return start <= minute < end
    return minute >= start or minute < end


def opening(hours: ActiveHours, instant: datetime) -> datetime:
    """The first active moment that is not before ``instant``: itself, or the next begin, in UTC.

    Where clocks are put forward over the begin, that is the first moment after; where they are put back into the
    hours, these begin a second time.
    """
    if is_active(hours, instant):
        return instant
    zone = ZoneInfo(hours.zone)
    first = min(at for at in _starts(hours, zone, instant) if at > instant and is_active(hours, at))
    return next((at for at in _changes(zone, instant, first) if is_active(hours, at)), first)


def _starts(hours: ActiveHours, zone: ZoneInfo, instant: datetime) -> Iterator[datetime]:
    minute = _minutes(hours.start)
    day = instant.astimezone(zone).replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)
    for ahead in range(_AHEAD + 1):
        for fold in (0, 1):
            yield (day + timedelta(days=ahead)).replace(fold=fold).astimezone(UTC)


def _changes(zone: ZoneInfo, instant: datetime, until: datetime) -> Iterator[datetime]:
    """The moments between two others when the zone's clocks are changed, to the second."""
    early = instant.astimezone(UTC).replace(microsecond=0)
    while early < until:
        late = early + _HOUR
        offset = early.astimezone(zone).utcoffset()
        if late.astimezone(zone).utcoffset() != offset:
            low, high = early, late
            while high - low > timedelta(seconds=1):
                middle = low + timedelta(seconds=(high - low) // timedelta(seconds=2))
                low, high = (middle, high) if middle.astimezone(zone).utcoffset() == offset else (low, middle)
            if high < until:
                yield high
        early = late


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
