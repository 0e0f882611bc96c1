"""What a goal is, which states it goes through, and which definitions are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ..errors import WatchfloorError

MAX_TITLE: Final = 200
"""Most characters of a title."""
MAX_TARGET: Final = 10**17
"""The largest target, in the goal's unit."""

_NUMBER: Final = re.compile(r"([0-9]{1,15})(?:\.([0-9]{1,2}))?")


class GoalError(WatchfloorError):
    """A goal is not what a goal must be, does not exist, or cannot change that way."""


class GoalType(StrEnum):
    """What a goal counts."""

    PIPELINE = "pipeline"
    """Value of open opportunities, in cents; a level."""
    ACTIVITY = "activity"
    """Interactions in the window, a count; it adds up."""
    QUALITY = "quality"
    """Won among closed opportunities in the window, in hundredths of a percent; a level."""
    REVENUE = "revenue"
    """Value of opportunities won in the window, in cents; it adds up."""

    @property
    def unit(self) -> str:
        """``money`` (cents), ``count`` or ``percent`` (hundredths of a percent)."""
        return {"activity": "count", "quality": "percent"}.get(self.value, "money")

    @property
    def adds_up(self) -> bool:
        """The value only grows within the window; otherwise it is a level that may fall again."""
        return self in {GoalType.ACTIVITY, GoalType.REVENUE}


class GoalState(StrEnum):
    """Where a goal is in its life."""

    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    MISSED = "missed"


TRANSITIONS: Final[Mapping[GoalState, frozenset[GoalState]]] = MappingProxyType({
    GoalState.ACTIVE: frozenset({GoalState.PAUSED, GoalState.COMPLETED, GoalState.MISSED}),
    GoalState.PAUSED: frozenset({GoalState.ACTIVE}),
    GoalState.COMPLETED: frozenset(),
    GoalState.MISSED: frozenset(),
})  # fmt: skip
"""Every legal change of state."""


@dataclass(frozen=True, slots=True)
class Goal:
    """Something to reach in a window of time.

    Attributes:
        id: its id.
        title: its name, 1 to 200 characters.
        type: what it counts.
        target: what to reach, in the type's unit; more than 0.
        start: first day, included.
        end: last day, included; after ``start``.
        state: where it is in its life.
    """

    id: str
    title: str
    type: GoalType
    target: int
    start: date
    end: date
    state: GoalState = GoalState.ACTIVE

    def __post_init__(self) -> None:
        if not self.title.strip() or len(self.title) > MAX_TITLE:
            raise GoalError("goal refused", why=f"its title must have 1 to {MAX_TITLE} characters")
        if not 0 < self.target <= MAX_TARGET:
            raise GoalError("goal refused", why="its target must be more than 0", remedy="Name what is to be reached.")
        if self.type is GoalType.QUALITY and self.target > 100_00:
            raise GoalError("goal refused", why="a quality target is a percentage, at most 100")
        if self.end <= self.start:
            raise GoalError(
                "goal refused", why=f"its end {self.end} is not after its start {self.start}", remedy="Swap the dates."
            )


def check_transition(before: GoalState, after: GoalState) -> None:
    """Refuse a change of state that the table does not know.

    Raises:
        GoalError: it is not legal.
    """
    if after not in TRANSITIONS[before]:
        raise GoalError(f"goal cannot become {after.value}", why=f"it is {before.value}")


def parse_target(goal_type: GoalType, text: str) -> int:
    """A target as an operator writes it, in the type's unit.

    Args:
        goal_type: decides the unit: money in currency units, a whole count, or a percentage.
        text: digits with at most two decimals ("2500000", "62.5").

    Raises:
        GoalError: it is not such a number.
    """
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise GoalError("goal refused", why=f"its target {text[:40]!r} is not a number with at most two decimals")
    hundredths = int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))
    if goal_type.unit != "count":
        return hundredths
    if hundredths % 100:
        raise GoalError("goal refused", why="an activity target is a whole count")
    return hundredths // 100


def format_value(goal_type: GoalType, value: int) -> str:
    """A value in the goal's unit as people write it: money with cents, a count, or a percentage."""
    if goal_type.unit == "count":
        return f"{value:,}"
    text = f"{value // 100:,}.{value % 100:02d}"
    return f"{text} %" if goal_type.unit == "percent" else text
