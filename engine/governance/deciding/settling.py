"""What became of an uncertain action, by the word of an operator who looked."""

from __future__ import annotations

from dataclasses import replace

from ...operators import Operator
from ...storage import Transaction
from ..action import ActionStatus
from ..desk import Desk
from ..trail import SETTLED, disagreement, read_trail
from .question import find
from .refusal import Decided, DecisionRefused, RefusalCode, told


def settle(desk: Desk, tx: Transaction, action_id: str, operator: Operator, *, happened: bool, note: str) -> Decided:
    """Say whether an uncertain action's effect is there. Nothing runs by it, and it is said once.

    Returns:
        the action: executed where it happened, failed where it did not.
    """
    action = find(tx, action_id, operator)
    if isinstance(action, DecisionRefused):
        return told(tx, action_id, operator, action)
    if action.status is not ActionStatus.UNCERTAIN:
        why = f"it is {action.status.value}; only what is uncertain can be settled"
        return told(tx, action_id, operator, DecisionRefused(RefusalCode.TOO_LATE, why, "", action))
    unsound = disagreement(action, read_trail(tx, action.id))
    if unsound is not None:
        remedy = "Run `watchfloor audit verify` and find out who changed the database."
        why = f"its record was changed: {unsound}"
        return told(tx, action_id, operator, DecisionRefused(RefusalCode.BLOCKED, why, remedy, action))
    desk.decide(tx, action, "settled", operator.name, note, operator.role.title, seat=operator.seat)
    said = "it happened" if happened else "it did not happen"
    after = replace(
        action,
        status=ActionStatus.EXECUTED if happened else ActionStatus.FAILED,
        ended=tx.now,
        outcome=f"{said}, says {operator.name}" + (f": {note}" if note else ""),
    )
    return desk.move(tx, action, after, SETTLED, actor=operator.actor, happened=happened, note=note)
