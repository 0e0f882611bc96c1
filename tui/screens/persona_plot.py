"""A persona's past as pictures: a plot of its state or of one emotion, and a little chart in a row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from engine.queries import HistoryPoint, PersonaHistory

from ..safe import display
from ..widgets.chart import Plot, curve
from ..widgets.figures import sparkline

STATE: Final = "state"
"""The plot of energy, attention and budget; every other one is of the emotion that it is named by."""
DAY: Final = 3
"""The place of a day among the times."""
RANGES: Final[tuple[tuple[float, str], ...]] = ((0.25, "15 min"), (1, "1 h"), (6, "6 h"), (24, "24 h"), (168, "7 days"))
MOODS: Final = {"idle": "i", "active": "a", "tired": "t", "overwhelmed": "O"}
GAP: Final = "·"
"""Stands where nobody looked."""
_TOP: Final = 100


def plot_of(history: PersonaHistory, which: str, lines: tuple[int, int] | None = None) -> Plot:
    """A plot.

    Args:
        history: the past.
        which: ``STATE`` or an emotion.
        lines: of an emotion with a trigger: where it fires, and below what it is armed again.
    """
    points = history.points
    if which == STATE:
        curves = [
            curve("energy", _values(points, lambda one: one.energy), "good"),
            curve("attention", _values(points, lambda one: one.attention), "accent", 3, 2),
            curve("budget", _values(points, lambda one: one.budget), "dim", 1, 2),
        ]
        heights = [(0, "0"), (50, "50"), (_TOP, "100")]
    else:
        curves = [curve(which, _values(points, lambda one: dict(one.emotions).get(which)), "accent")]
        heights = [(0, "0"), (_TOP, "100")]
        if lines is not None:
            fires, rearms = lines
            curves.append(curve("fires from", [fires] * len(points), "bad", 3, 3))
            curves.append(curve("armed below", [rearms] * len(points), "dim", 1, 3))
            heights = [(0, "0"), (rearms, str(rearms)), (fires, str(fires)), (_TOP, "100")]
    middle = history.since + (history.until - history.since) / 2
    places = [(0, history.since), (len(points) // 2, middle), (len(points) - 1, history.until)]
    long = (history.until - history.since).total_seconds() > 86_400
    return Plot(
        tuple(curves),
        _TOP,
        tuple((display(text, limit=9, multiline=False), at) for at, text in heights),
        tuple((display(_told(at, long=long), limit=20, multiline=False), place) for place, at in places),
    )


def row(history: PersonaHistory, of: Callable[[HistoryPoint], int | None], width: int, top: int = _TOP) -> str:
    """A little chart of so many characters; each shows the last that is known of its part, ``GAP`` where nothing is."""
    values = [_last(part, of) for part in _parts(history.points, width)]
    drawn = sparkline([-1 if value is None else value for value in values], top)
    return "".join(GAP if value is None else mark for value, mark in zip(values, drawn, strict=True))


def moods(history: PersonaHistory, width: int) -> str:
    """The moods as letters, one for each part: the last that is known in it."""
    found = []
    for part in _parts(history.points, width):
        known = [one.mood for one in part if one.known]
        found.append(MOODS.get(known[-1], "?") if known else GAP)
    return "".join(found)


def deepest(history: PersonaHistory) -> tuple[int, datetime | None]:
    """The most messages that waited, and when."""
    known = [one for one in history.points if one.known]
    most = max(known, key=lambda one: one.waiting, default=None)
    return (most.waiting, most.at) if most is not None else (0, None)


def _last(part: Sequence[HistoryPoint], of: Callable[[HistoryPoint], int | None]) -> int | None:
    known = [of(one) for one in part if one.known]
    return known[-1] if known else None


def _parts(points: Sequence[HistoryPoint], width: int) -> list[Sequence[HistoryPoint]]:
    count = min(width, len(points))
    return [points[number * len(points) // count : (number + 1) * len(points) // count] for number in range(count)]


def _values(points: Sequence[HistoryPoint], of: Callable[[HistoryPoint], int | None]) -> list[int | None]:
    return [of(one) if one.known else None for one in points]


def _told(at: datetime, *, long: bool) -> str:
    return f"{at:%d %b %H:%M}" if long else f"{at:%H:%M}Z"
