"""Whether a moment lies within active hours."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from ..settings.schedule import ActiveHours


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


def _minutes(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)
