"""While nothing changes the panels rest; what soon ends, what is new and what is old still shows at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from engine.view import Health
from tui.screens.calm import CALM_SECONDS, calm, unchanged

from .views import NORMAL, NOW

LATER = NOW + timedelta(seconds=1)
QUIET = replace(NORMAL, approvals=replace(NORMAL.approvals, items=()))


def test_the_moment_and_the_latency_are_no_news() -> None:
    view = NORMAL
    redis = replace(view.engine.redis, latency_ms=77.0)
    assert unchanged(replace(view, at=LATER, engine=replace(view.engine, redis=redis)), view)
    lost = replace(view.engine.redis, health=Health.LOST)
    assert not unchanged(replace(view, engine=replace(view.engine, redis=lost)), view)
    assert not unchanged(replace(view, needs=view.needs + 1), view)


def test_panels_rest_for_some_seconds_only() -> None:
    view = QUIET
    assert calm(replace(view, at=LATER), view, NOW, LATER)
    assert not calm(view, view, NOW, NOW + timedelta(seconds=CALM_SECONDS))
    assert not calm(view, None, NOW, LATER)
    assert not calm(None, view, NOW, LATER)
    assert not calm(replace(view, at=NOW - timedelta(seconds=9)), view, NOW, LATER)
    # The clock was set back.
    assert not calm(view, view, LATER, NOW)


def test_seconds_that_somebody_counts_are_painted() -> None:
    first = NORMAL.approvals.items[0]
    far = replace(NORMAL, approvals=replace(NORMAL.approvals, items=(first,)))
    assert calm(far, far, NOW, LATER)
    soon = replace(first, expires_at=NOW + timedelta(seconds=90))
    near = replace(NORMAL, approvals=replace(NORMAL.approvals, items=(soon,)))
    assert not calm(near, near, NOW, LATER)
