"""Commands that decide actions."""

from __future__ import annotations

from collections.abc import Mapping

from ...client.protocol import CommandRefused, Reply
from ...commands import ApproveAction, RejectAction, UndoApproval
from ...governance.action import Action, ActionStatus
from ...governance.deciding import Decided, DecisionRefused
from ...governance.gate import Gate
from ...operators import Operator
from ...storage import Transaction
from ..dispatch import UnitHandler, as_refusal
from ..find import find_id


def action_units(gate: Gate) -> Mapping[str, UnitHandler]:
    """The commands about actions; each is one unit of work."""

    def approve(tx: Transaction, arguments: ApproveAction, operator: Operator) -> Reply | CommandRefused:
        decided = gate.approve(tx, _id(tx, arguments.id), arguments.revision, arguments.digest, operator)
        return _answer(decided, "approved")

    def reject(tx: Transaction, arguments: RejectAction, operator: Operator) -> Reply | CommandRefused:
        action_id = _id(tx, arguments.id)
        decided = gate.reject(tx, action_id, arguments.revision, arguments.digest, operator, arguments.reason)
        return _answer(decided, "rejected")

    def undo(tx: Transaction, arguments: UndoApproval, operator: Operator) -> Reply | CommandRefused:
        return _answer(gate.undo(tx, _id(tx, arguments.id), operator), "waits again")

    return {"action.approve": approve, "action.reject": reject, "action.undo": undo}


def _id(tx: Transaction, part: str) -> str:
    return find_id(tx, "actions", part)


def _answer(decided: Decided, verb: str) -> Reply | CommandRefused:
    if isinstance(decided, DecisionRefused):
        return as_refusal(decided.error())
    return Reply(f"{decided.kind} {verb}{_when(decided)}.", {"id": decided.id, "status": decided.status.value})


def _when(action: Action) -> str:
    if action.status is ActionStatus.APPROVED and action.not_before and action.decided_at:
        seconds = (action.not_before - action.decided_at).total_seconds()
        return f"; it starts in {seconds:g} s unless undone" if seconds > 0 else ""
    return ""
