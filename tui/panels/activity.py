"""Panel 6: the journal as it grows, newest first."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from textual.widget import Widget

from engine.view import ActivityView, View

from ..keymap import Scope
from ..widgets.figures import clock
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .base import Panel

_GLYPHS: Final = {"good": "✓", "bad": "✕", "warn": "▲"}


def _cells(event: ActivityView, now: datetime) -> tuple[Cell, ...]:
    tone = event.tone if event.tone in _GLYPHS else "text"
    return (
        cell(clock(event.at), "dim"),
        cell(_GLYPHS.get(event.tone, "·"), tone if tone != "text" else "dim"),
        cell(event.text, tone if tone == "bad" else "text"),
        cell(event.kind, "dim"),
        cell(event.actor, "dim"),
    )


SHAPE: Final = Shape(
    columns=(Column(8, fleeting=True), Column(1), Column(10, flex=1), Column(22, wide=92), Column(16, wide=70)),
    key=lambda event: str(event.seq),
    cells=_cells,
    empty="Nothing has happened yet. Every command, proposal, decision and run will be told here.",
)


class ActivityPanel(Panel[ActivityView]):
    """The newest journal rows; follows them until the cursor is moved."""

    SCOPE = Scope.ACTIVITY
    NUMBER = 6
    NAME = "Activity"
    FOLLOW = True

    def __init__(self) -> None:
        super().__init__(SHAPE)

    def items(self, view: View) -> tuple[ActivityView, ...]:
        """Newest first."""
        return tuple(sorted(view.activity, key=lambda event: -event.seq))

    def below(self) -> list[Widget]:
        """Nothing."""
        return []

    def summary(self, view: View, now: datetime) -> Cell:
        """The newest."""
        if not view.activity:
            return cell("nothing yet", "dim")
        newest = max(view.activity, key=lambda event: event.seq)
        return (run(f"{clock(newest.at)} ", "dim"), run(newest.text))
