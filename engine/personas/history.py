"""How a persona was over time: samples of its state, and what lies between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..settings.emotions import Emotion
from .mood import Mood


@dataclass(frozen=True, slots=True)
class Figures:
    """How a persona is, in what its history keeps.

    Attributes:
        energy, attention, budget: whole points, 0 to 100.
        mood: its mood.
        waiting: messages in its inbox.
        emotions: whole points.
    """

    energy: int
    attention: int
    budget: int
    mood: Mood
    waiting: int
    emotions: Mapping[Emotion, int]


@dataclass(frozen=True, slots=True)
class Sample:
    """How a persona was from a moment on, until the next sample says otherwise."""

    at: datetime
    figures: Figures


@dataclass(frozen=True, slots=True)
class Watch:
    """A time in which somebody looked; what changed in it was written down."""

    began: datetime
    ended: datetime


@dataclass(frozen=True, slots=True)
class Stretch:
    """One of the equal parts of a time.

    Attributes:
        at: its end.
        figures: how the persona was at its end; nothing in a gap.
        most_waiting: the deepest that its inbox was seen in it.
    """

    at: datetime
    figures: Figures | None
    most_waiting: int = 0


def stretches(
    samples: Sequence[Sample],
    watches: Sequence[Watch],
    since: datetime,
    until: datetime,
    count: int,
    grace: timedelta,
) -> tuple[Stretch, ...]:
    """A time in equal parts, each with how the persona was then.

    Args:
        samples: oldest first; those from before ``since`` tell how it began.
        watches: oldest first, not overlapping.
        since: where the time begins.
        until: where it ends, later.
        count: how many parts, from 1.
        grace: a gap shorter than this is none: the next sample was only not due yet.
    """
    moments = [sample.at for sample in samples]
    whole = until - since
    parts = []
    for number in range(count):
        # Rounded once from the whole, so that the last part ends where the time does.
        start, end = since + whole * number / count, since + whole * (number + 1) / count
        watch = _latest(watches, start, end, grace)
        last = bisect_right(moments, end) - 1
        if watch is None or last < 0 or moments[last] < watch.began:
            parts.append(Stretch(end, None))
            continue
        # What held as the part began counts too, where nobody had stopped looking before.
        first = max(0, bisect_right(moments, max(start, watch.began)) - 1)
        within = samples[first : last + 1]
        known = [one.figures.waiting for one in within if one.at >= watch.began]
        parts.append(Stretch(end, samples[last].figures, max(known)))
    return tuple(parts)


def _latest(watches: Sequence[Watch], start: datetime, end: datetime, grace: timedelta) -> Watch | None:
    """The last watch that covers some of a part."""
    return next((one for one in reversed(watches) if one.began <= end and one.ended + grace > start), None)
