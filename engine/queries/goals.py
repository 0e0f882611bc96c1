"""Questions about one goal: its days, its measurements, its gaps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Final

from pydantic import Field

from ..view import ActivityView, GoalView
from .base import Ask, Query


class AskGoal(Ask):
    """One goal."""

    id: Annotated[str, Field(min_length=1, max_length=200)]
    """Its id, or a part that only one has."""
    as_of: date | None = None
    """As it stood at the end of this day; none is today."""


@dataclass(frozen=True, slots=True)
class GoalPoint:
    """One day of a goal, values in its unit, rounded down.

    Attributes:
        day: an ISO day.
        actual: what the CRM tables say about the end of that day; nothing for days ahead.
        pace: what is needed by that day to be on track.
        projected: where the projection puts it, from the present day on; nothing where there is none.
        origin: ``measured`` where the daily job kept a measurement of that day, ``computed`` from the tables alone,
            ``ahead`` where the day is still to come.
    """

    day: str
    actual: int | None
    pace: int
    projected: int | None
    origin: str


@dataclass(frozen=True, slots=True)
class GoalMeasurement:
    """What the daily job measured on a day, kept as it was then."""

    day: str
    value: int
    on_track: bool


@dataclass(frozen=True, slots=True)
class GoalGap:
    """A time in which the goal lagged.

    Attributes:
        closed: nothing while it lags.
        action_id: the action that was proposed about it; empty where none was yet.
    """

    number: int
    opened: datetime
    closed: datetime | None
    action_id: str


@dataclass(frozen=True, slots=True)
class GoalReport:
    """All about one goal.

    Attributes:
        as_of: the ISO day that it is told for.
        pace: value gained per day on average, in hundredths of the goal's unit, rounded down; nothing for a level and
            before the second day.
        points: the days of its window, at most 400 of them.
        history: the latest measurements, oldest first.
        gaps: the latest times in which it lagged, oldest first.
        events: what the journal says about it, newest first.
    """

    goal: GoalView
    as_of: str
    pace: int | None
    points: tuple[GoalPoint, ...]
    history: tuple[GoalMeasurement, ...]
    gaps: tuple[GoalGap, ...]
    events: tuple[ActivityView, ...] = ()


GOAL: Final = Query("goal", AskGoal, GoalReport)
