"""Panel 2: what waits for a yes, and all of what the selected one would do."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from textual.widget import Widget

from engine.view import ApprovalView, Risk, View

from ..keymap import Scope
from ..widgets.document import Document
from ..widgets.figures import ago, left
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .base import Panel
from .payload import explain

RISKS: Final = {Risk.HIGH: ("▲ HIGH", "high"), Risk.MEDIUM: ("◆ MED", "medium"), Risk.LOW: ("● LOW", "low")}
_OUTCOMES: Final = {
    "executed": "good",
    "approved": "accent",
    "executing": "accent",
    "uncertain": "bad",
    "failed": "bad",
}


def who(proposer: str) -> str:
    """The proposer's name without its sort."""
    return proposer.partition(":")[2] or proposer


def _state(action: ApprovalView, now: datetime) -> Cell:
    if action.status == "pending":
        if action.expires_at is None:
            return cell("no limit", "dim")
        short = (action.expires_at - now).total_seconds() < 300
        return cell(left(action.expires_at, now), "bad" if short else "text")
    if action.status == "approved" and action.launches_at is not None:
        return cell("launches" if action.launches_at <= now else f"in {left(action.launches_at, now)}", "accent")
    return cell(action.status, _OUTCOMES.get(action.status, "dim"))


def _cells(action: ApprovalView, now: datetime) -> tuple[Cell, ...]:
    word, tone = RISKS[action.risk]
    about = " · ".join(part for part in (action.account, action.stage) if part)
    waiting = action.status == "pending"
    repeats = (run(f" ×{action.repeats + 1}", "warn"),) if action.repeats else ()
    return (
        cell(word, tone if waiting else "dim"),
        (run(action.kind, "strong" if waiting else "dim"), *repeats),
        cell(who(action.proposer), "text" if waiting else "dim"),
        cell(about, "text" if waiting else "dim"),
        cell(ago(action.created_at, now), "dim"),
        _state(action, now),
    )


SHAPE: Final = Shape(
    columns=(
        Column(6),
        Column(14, most=32, flex=1),
        Column(6, most=9),
        Column(0, most=24, flex=2),
        Column(4, right=True, wide=84, fleeting=True),
        Column(5, most=9, right=True),
    ),
    key=lambda action: action.id,
    cells=_cells,
    empty="Nothing needs you.  What personas, goals and agents want to do and may not do alone waits here.",
)


class ApprovalsPanel(Panel[ApprovalView]):
    """The approvals, with the whole payload of the selected one."""

    SCOPE = Scope.APPROVALS
    NUMBER = 2
    NAME = "Approvals"

    def __init__(self) -> None:
        super().__init__(SHAPE)
        self.payload = Document(id="payload")
        self._shown = ""

    def below(self) -> list[Widget]:
        """The payload."""
        return [self.payload]

    def items(self, view: View) -> tuple[ApprovalView, ...]:
        """What waits, then what was decided."""
        return view.approvals.items

    def show(self, view: View, now: datetime) -> None:
        """Show the list and the selected one."""
        super().show(view, now)
        action = self.table.current
        identity = f"{action.id}:{action.revision}" if action else ""
        self.payload.show(explain(action) if action else (), top=identity != self._shown)
        self._shown = identity

    def heading(self, view: View, now: datetime) -> tuple[str, ...]:
        """How many wait, and how long already."""
        approvals = view.approvals
        parts = [f"{approvals.pending} pending"]
        if approvals.uncertain:
            parts.append(f"{approvals.uncertain} uncertain")
        if approvals.oldest is not None and approvals.pending:
            parts.append(f"oldest {ago(approvals.oldest, now)}")
        return tuple(parts)

    def summary(self, view: View, now: datetime) -> Cell:
        """How many wait, and the most urgent."""
        if not view.approvals.pending:
            return cell("nothing waits", "dim")
        runs = [run(f"▲ {view.approvals.pending} pending", "alarm")]
        first = next((action for action in view.approvals.items if action.status == "pending"), None)
        if first is not None:
            word, tone = RISKS[first.risk]
            runs += (run(" · "), run(word, tone), run(f" {first.kind}"), run(f" {who(first.proposer)}", "dim"))
        return tuple(runs)
