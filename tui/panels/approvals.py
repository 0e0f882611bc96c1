"""Panel 2: what waits for a yes, and all of what the selected one would do."""

from __future__ import annotations

from datetime import datetime
from math import inf
from typing import Final

from textual.widget import Widget

from engine.view import APPROVAL_LIMIT, ApprovalView, Risk, View

from ..keymap import Scope
from ..widgets.document import Document
from ..widgets.figures import ago, left
from ..widgets.order import Order
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, Run, cell, run
from .base import Panel
from .payload import essence, explain

RISKS: Final = {Risk.HIGH: ("▲ HIGH", "high"), Risk.MEDIUM: ("◆ MED", "medium"), Risk.LOW: ("● LOW", "low")}
_ID: Final = 36
_OUTCOMES: Final = {
    "executed": "good",
    "approved": "accent",
    "executing": "accent",
    "uncertain": "bad",
    "failed": "bad",
}


def identity_of(action: ApprovalView) -> str:
    """All that a decision binds to, in one text."""
    return f"{action.id}:{action.revision}:{action.digest}"


def who(proposer: str) -> str:
    """The proposer's name without its sort; of a task or goal the end of its id, as the other panels show it."""
    sort, _, name = proposer.partition(":")
    return f"…{name[-7:]}" if len(name) == _ID and sort in {"task", "goal"} else name or proposer


def _state(action: ApprovalView, now: datetime) -> Cell:
    """How much time is left, and what it leads to: the answer no, or the start."""
    if action.status == "pending":
        if action.expires_at is None:
            return cell("no limit", "dim")
        short = (action.expires_at - now).total_seconds() < 300
        tone = "bad" if short else "warn" if action.escalated else "dim" if _snoozed(action, now) else "text"
        late = "▲" if action.escalated else ""
        return (run(f"{late}{left(action.expires_at, now)}", tone), run("→no", "dim"))
    if action.status == "approved" and action.launches_at is not None:
        if action.launches_at <= now:
            return cell("starts", "accent")
        return (run(left(action.launches_at, now), "accent"), run("→runs", "dim"))
    return cell(action.status, _OUTCOMES.get(action.status, "dim"))


def _note(action: ApprovalView, now: datetime) -> Cell:
    """What operators have done about it so far."""
    if action.status != "pending":
        return cell("by rule" if action.standing else action.decided_by, "dim")
    runs: list[Run] = []
    if action.repeats:
        runs.append(run(f"×{action.repeats + 1}", "warn"))
    if action.quorum > 1:
        runs.append(run(" ".join((f"{len(action.granted_by)}/{action.quorum}", *action.granted_by)), "accent"))
    if action.claimed_by:
        runs.append(run(f"◉ {action.claimed_by}", "accent"))
    if action.snoozed_until is not None and _snoozed(action, now):
        runs.append(run(f"zz {left(action.snoozed_until, now)}", "dim"))
    return tuple(part for one in runs for part in (run(" "), one))[1:]


def _snoozed(action: ApprovalView, now: datetime) -> bool:
    return action.snoozed_until is not None and action.snoozed_until > now


def _rank(action: ApprovalView) -> int:
    """However they are sorted, what needs somebody comes before what does not."""
    return 0 if action.status in {"pending", "uncertain"} else 1 if action.status == "approved" else 2


def _deadline(action: ApprovalView) -> float:
    return action.expires_at.timestamp() if action.expires_at is not None else inf


def _cells(action: ApprovalView, now: datetime) -> tuple[Cell, ...]:
    word, tone = RISKS[action.risk]
    about = " · ".join(part for part in (action.account, action.stage) if part)
    open_now = action.status in {"pending", "uncertain"} and not _snoozed(action, now)
    return (
        cell(word, tone if open_now else "dim"),
        cell(action.kind, "strong" if open_now else "dim"),
        cell(who(action.proposer), "text" if open_now else "dim"),
        cell(about, "text" if open_now else "dim"),
        _note(action, now),
        cell(ago(action.created_at, now), "dim"),
        _state(action, now),
    )


SHAPE: Final[Shape[ApprovalView]] = Shape(
    columns=(
        Column(6),
        Column(14, most=20, flex=1),
        Column(6, most=9, flex=1),
        Column(8, most=28, flex=2),
        Column(0, most=16),
        Column(4, right=True, wide=84, fleeting=True),
        Column(5, most=10, right=True),
    ),
    key=lambda action: action.id,
    cells=_cells,
    empty="Nothing needs you.  What personas, goals and agents want to do and may not do alone waits here.",
    over=lambda action: action.status not in {"pending", "approved", "uncertain"},
    orders=(
        Order("deadline", lambda action: (_rank(action), _deadline(action))),
        Order("risk", lambda action: (_rank(action), list(RISKS).index(action.risk), _deadline(action))),
        Order("newest", lambda action: (_rank(action), -action.created_at.timestamp())),
    ),
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
        identity = identity_of(action) if action else ""
        self.payload.show(explain(action) if action else (), top=identity != self._shown)
        self._shown = identity

    def read_whole(self) -> str:
        """The selected action, by all that a decision binds to, where its whole payload is in sight; else empty."""
        action = self.table.current
        if action is None or not action.payload_complete or identity_of(action) != self._shown:
            return ""
        return self._shown if self.payload.in_sight(len(essence(action))) else ""

    def heading(self, view: View, now: datetime) -> tuple[str, ...]:
        """How many wait, and how long already."""
        approvals = view.approvals
        parts = [f"{approvals.pending} pending"]
        if approvals.pending > APPROVAL_LIMIT:
            parts.append(f"the {APPROVAL_LIMIT} most urgent")
        if approvals.uncertain:
            parts.append(f"{approvals.uncertain} uncertain")
        if approvals.snoozed:
            parts.append(f"{approvals.snoozed} snoozed")
        if approvals.oldest is not None and approvals.pending:
            parts.append(f"oldest {ago(approvals.oldest, now)}")
        return tuple(parts)

    def summary(self, view: View, now: datetime) -> Cell:
        """How many wait, and the most urgent."""
        approvals = view.approvals
        if not approvals.pending and not approvals.uncertain:
            return cell("nothing waits", "dim")
        if not approvals.pending:
            return cell(f"✕ {approvals.uncertain} uncertain", "bad")
        runs = [run(f"▲ {approvals.pending} pending", "alarm")]
        first = next((action for action in view.approvals.items if action.status == "pending"), None)
        if first is not None:
            word, tone = RISKS[first.risk]
            runs += (run(" · "), run(word, tone), run(f" {first.kind}"), run(f" {who(first.proposer)}", "dim"))
        return tuple(runs)
