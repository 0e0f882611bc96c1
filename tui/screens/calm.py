"""When there is nothing new to paint but passing time, of which most is read by the minute."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from engine.view import View

from ..widgets.header import age

CALM_SECONDS: Final = 5.0
"""While nothing changes, the panels' times are painted so often; those that soon end, each second."""
CLOSE_SECONDS: Final = 120.0
"""From here on somebody may count the seconds of what is left."""


def unchanged(view: View, last: View) -> bool:
    """A view says what the last one said, but for its moment and the server's latency, which only the header tells."""
    if view is last:
        return True
    redis = replace(view.engine.redis, latency_ms=last.engine.redis.latency_ms)
    return replace(view, at=last.at, engine=replace(view.engine, redis=redis)) == last


def calm(view: View | None, last: View | None, shown_at: datetime, now: datetime) -> bool:
    """Panels that show the last view may stay as they are.

    Args:
        view: the newest.
        last: what they show.
        shown_at: since when.
        now: the present.
    """
    if view is None or last is None or not 0 <= (now - shown_at).total_seconds() < CALM_SECONDS:
        return False
    # How old the data is, is counted by the second.
    return (
        not age(view, now)
        and unchanged(view, last)
        and not any(0 <= left <= CLOSE_SECONDS for left in _deadlines(view, now))
    )


def _deadlines(view: View, now: datetime) -> Iterator[float]:
    """In how many seconds what the approvals count down comes to its end."""
    for action in view.approvals.items:
        for moment in (action.expires_at, action.launches_at, action.snoozed_until):
            if moment is not None:
                yield (moment - now).total_seconds()
