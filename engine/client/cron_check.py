"""What a cron entry means, without an engine."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from ..queries import CronCheck


def check_cron(entry: str, zone: str, now: datetime, count: int = 5) -> CronCheck:
    """Read a cron entry as the settings would, and tell its next runs.

    Args:
        entry: five fields, or an alias as ``@daily``.
        zone: IANA time zone.
        now: the moment from which on.
        count: how many runs are told.
    """
    # The console imports this package before its first screen; whoever checks nothing does not wait for this.
    from ..settings.cron import CronError, next_runs, parse_cron

    try:
        known = ZoneInfo(zone)
    except (ValueError, OSError, LookupError):
        return CronCheck(entry, zone, "no such time zone; name one of the IANA database, for example Europe/Berlin")
    try:
        parsed = parse_cron(entry, zone)
        moments = next_runs(entry, zone, now, count)
    except CronError as error:
        return CronCheck(entry, zone, str(error))
    return CronCheck(parsed.text, zone, "", moments, tuple(moment.astimezone(known) for moment in moments))
