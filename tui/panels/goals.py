"""Panel 4: what is to be reached, and whether the pace is enough."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from textual.widget import Widget

from engine.view import GoalView, View

from ..keymap import Scope
from ..widgets.figures import amount, bar, day
from ..widgets.order import Order
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .base import Panel


def standing(goal: GoalView) -> Cell:
    """How a goal stands, by word and glyph."""
    if goal.state == "completed":
        return cell("✓ reached", "good")
    if goal.state == "missed":
        return cell("✕ missed", "bad")
    if goal.state == "paused":
        return cell("■ paused", "dim")
    if goal.on_track:
        return cell("● on track", "good")
    return cell(f"▼ behind {max(1, goal.short or goal.expected - goal.progress)}%", "warn")


def _outlook(goal: GoalView) -> Cell:
    if goal.projected is None or goal.state != "active" or goal.target <= 0:
        return ()
    share = min(999, goal.projected * 100 // goal.target)
    return (run("→ ", "dim"), run(f"{share}%", "good" if share >= 100 else "warn"))


def _when(text: str, now: datetime) -> str:
    """A day of this year as ``31 Dec``, one of another year as ``2027-12``."""
    return day(text) if text[:4] == f"{now.year:04}" else text[:7]


def _cells(goal: GoalView, now: datetime) -> tuple[Cell, ...]:
    filled, rest = bar(goal.progress, 6)
    return (
        cell(goal.title, "strong"),
        (run(filled, "good" if goal.on_track else "warn"), run(rest, "dim")),
        cell(f"{goal.progress}%"),
        standing(goal),
        _outlook(goal),
        cell(f"by {_when(goal.end, now)}", "dim"),
        cell(f"{amount(goal.value, goal.unit)} of {amount(goal.target, goal.unit)}", "dim"),
        cell(f"{max(0, goal.days_left)}d left", "dim"),
        cell(f"target {_when(goal.projected_on, now)}" if goal.projected_on else "", "dim"),
    )


SHAPE: Final[Shape[GoalView]] = Shape(
    columns=(
        Column(16, flex=1),
        Column(6),
        Column(2, most=4, right=True),
        Column(8, most=12),
        Column(0, most=6),
        Column(9, most=10, wide=58),
        Column(15, right=True, wide=78),
        Column(9, right=True, wide=92),
        Column(0, most=16, wide=112),
    ),
    key=lambda goal: goal.id,
    cells=_cells,
    empty="No goals yet. N adds one; `watchfloor import crm DIR` brings in what measures it.",
    orders=(
        Order("furthest behind", lambda goal: (goal.progress - goal.expected,)),
        Order("soonest over", lambda goal: (goal.days_left,)),
        Order("name", lambda goal: (goal.title.casefold(),)),
    ),
)


class GoalsPanel(Panel[GoalView]):
    """The goals."""

    SCOPE = Scope.GOALS
    NUMBER = 4
    NAME = "Goals"

    def __init__(self) -> None:
        super().__init__(SHAPE)

    def items(self, view: View) -> tuple[GoalView, ...]:
        """All of them."""
        return view.goals

    def heading(self, view: View, now: datetime) -> tuple[str, ...]:
        """How many fall behind."""
        behind = _behind(view)
        return (f"{behind} of {len(view.goals)} behind",) if view.goals else ()

    def below(self) -> list[Widget]:
        """Nothing: a goal's news is in its row."""
        return []

    def summary(self, view: View, now: datetime) -> Cell:
        """How many fall behind, and which first."""
        if not view.goals:
            return cell("none yet", "dim")
        behind = [goal for goal in view.goals if goal.state == "active" and not goal.on_track]
        if not behind:
            return cell(f"{len(view.goals)} · all on track", "good")
        return (
            run(f"{len(view.goals)} · "),
            run(f"▼ {len(behind)} behind", "warn"),
            run(f" · {behind[0].title}", "dim"),
        )


def _behind(view: View) -> int:
    return sum(goal.state == "active" and not goal.on_track for goal in view.goals)
