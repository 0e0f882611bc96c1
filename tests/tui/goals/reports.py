"""Goals for the console's tests: made by hand, the same every time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from engine.queries import GoalGap, GoalMeasurement, GoalPoint, GoalReport
from engine.view import GoalView, View

from ..views import GOALS, HOSTILE_TEXTS, NORMAL, ago, event

TODAY: Final = date(2026, 3, 2)
_BEHIND: Final = replace(
    GOALS[0],
    short=8,
    method="straight line: the average per day since the start, continued to the end",
    suggestions=(
        "Write to the sales owner: follow up on the open deals closest to a close, 97,500.00 are missing.",
        "Go through deals whose close date slipped and agree on the next step for each.",
        "Ask customers who bought before for renewals and additions.",
    ),
    projected_on="2026-04-09",
)


def report(goal: GoalView, *, as_of: date = TODAY) -> GoalReport:
    """All about a goal whose value grew in a wave to where it is."""
    start, end = date.fromisoformat(goal.start), date.fromisoformat(goal.end)
    total, passed = (end - start).days, min((as_of - start).days, (end - start).days)
    points, history = [], []
    for number in range(total + 1):
        day = (start + timedelta(days=number)).isoformat()
        known = number <= passed
        value = goal.value * (number * 4 + number % 7 * 3) // max(1, passed * 4 + passed % 7 * 3) if known else None
        projected = None
        if number >= passed and goal.projected is not None and total > passed:
            projected = goal.value + (goal.projected - goal.value) * (number - passed) // (total - passed)
        pace = goal.target * number // total
        points.append(GoalPoint(day, value, pace, projected, "measured" if known else "ahead"))
        if value is not None:
            history.append(GoalMeasurement(day, value, value >= pace))
    lagged = (event(1203, "the goal “Q4 revenue” fell behind", "warn"),)
    gaps = (GoalGap(1, ago(20 * 86_400), ago(12 * 86_400), "a17"), GoalGap(2, ago(3 * 86_400), None, ""))
    return GoalReport(goal, as_of.isoformat(), 25_416_666, tuple(points), tuple(history), gaps, lagged)


def view_of(goal: GoalView) -> View:
    """A view with that goal first."""
    return replace(NORMAL, goals=(goal, *GOALS[1:]))


BEHIND: Final = report(_BEHIND)
NEW: Final = replace(
    report(replace(_BEHIND, value=0, progress=0, expected=0, on_track=True, short=0, projected=None, suggestions=(),
                   start="2026-03-02", end="2026-06-30", projected_on="", days_left=120,
                   method="none yet: there is no pace before the second day")),
    pace=None, history=(), gaps=(), events=(),
)  # fmt: skip
PAUSED: Final = report(replace(_BEHIND, state="paused"))
COMPLETED: Final = report(
    replace(_BEHIND, state="completed", value=26_000_000, progress=100, on_track=True, short=0, suggestions=())
)
MISSED: Final = report(
    replace(_BEHIND, state="missed", expected=100, short=39, days_left=0, projected=15_250_000, end="2026-02-20",
            projected_on="", suggestions=(), method="none: the window is over, this is what came of it"),
)  # fmt: skip
HUGE: Final = report(
    replace(
        _BEHIND,
        target=10**17,
        value=9 * 10**18,
        progress=100,
        on_track=True,
        short=0,
        projected=9 * 10**18,
        suggestions=(),
    )
)
HOSTILE: Final = report(
    replace(_BEHIND, title=HOSTILE_TEXTS[0] + HOSTILE_TEXTS[1], suggestions=HOSTILE_TEXTS[:3], method=HOSTILE_TEXTS[2])
)

STATES: Final = {
    "normal": report(replace(GOALS[1], method=_BEHIND.method, projected_on="2026-03-04")),
    "empty": NEW,
    "behind": BEHIND,
    "paused": PAUSED,
    "completed": COMPLETED,
    "missed": MISSED,
    "huge": HUGE,
    "hostile": HOSTILE,
}
