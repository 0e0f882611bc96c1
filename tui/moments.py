"""Moments as people type them: a day, a day and a time, or how long ago."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

_AGO: Final = re.compile(r"(\d{1,6})([smhdw])")
_UNITS: Final = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
FORMS: Final = "2026-03-01, 2026-03-01T14:00, or 2h for two hours ago"
"""How a moment may be written, for messages."""


def read_moment(text: str, now: datetime) -> datetime | None:
    """The moment that a text names; nothing where it names none.

    Args:
        text: ``2026-03-01``, ``2026-03-01T14:00`` (UTC where no zone is named), or ``90s``, ``15m``, ``2h``, ``3d``.
        now: the present.
    """
    ago = _AGO.fullmatch(text)
    try:
        if ago:
            return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
        moment = datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
