"""Taking back: a yes before its action starts, a proposal by whoever made it, a question by the passing of time."""

from __future__ import annotations

from typing import Final

from ...operators import Operator
from ...storage import Transaction
from .. import repository
from ..action import Action, ActionStatus
from ..desk import Desk
from ..trail import RETRACTED, read_trail
from .question import block_unsound, expire, find, judged
from .refusal import Decided, DecisionRefused, RefusalCode, told, unknown

EXPIRY_BATCH: Final = 200
"""Most questions that one sweep expires."""


def undo(desk: Desk, tx: Transaction, action_id: str, operator: Operator) -> Decided:
    """Take a yes back before its action starts.

    While others still have to say yes, an operator takes back their own and the others' stand. Once it is approved,
    any operator may stop it: the question is open again, as a new revision, and every yes is void.
    """
    action = find(tx, action_id, operator)
    if isinstance(action, DecisionRefused):
        return told(tx, action_id, operator, action)
    if action.status is ActionStatus.PENDING:
        return _retract(desk, tx, action, operator)
    if action.status is not ActionStatus.APPROVED or action.decided_by is None:
        why = f"it is {action.status.value}"
        return told(tx, action_id, operator, DecisionRefused(RefusalCode.TOO_LATE, why, "", action))
    unsound = block_unsound(desk, tx, action)
    if unsound is not None:
        return told(tx, action_id, operator, unsound)
    judgement = judged(desk, tx, action)
    if isinstance(judgement, DecisionRefused):
        return told(tx, action_id, operator, judgement)
    desk.decide(tx, action, "undone", operator.name, "", operator.role.title, seat=operator.seat)
    return desk.revise(
        tx, action, judgement, event="action.undone", actor=operator.actor, ask_again=True, undone_by=operator.name
    )


def withdraw(desk: Desk, tx: Transaction, action_id: str, proposer: str, reason: str) -> Decided:
    """Take a proposal back, by its own proposer, before it starts."""
    action = repository.get(tx, action_id)
    if action is None:
        return unknown(action_id)
    if action.proposer != proposer:
        why = f"{action.proposer} proposed it; only they can take it back"
        return DecisionRefused(RefusalCode.ROLE, why, "Reject it instead.", action)
    if action.status not in {ActionStatus.PENDING, ActionStatus.APPROVED}:
        return DecisionRefused(RefusalCode.TOO_LATE, f"it is {action.status.value}", "", action)
    unsound = block_unsound(desk, tx, action)
    if unsound is not None:
        return unsound
    desk.decide(tx, action, "withdrawn", proposer, reason)
    return desk.close(tx, action, ActionStatus.WITHDRAWN, reason or "its proposer took it back", actor=proposer)


def expire_due(desk: Desk, tx: Transaction) -> int:
    """Turn questions that nobody answered in time into a no.

    Returns:
        how many are settled now, at most ``EXPIRY_BATCH``.
    """
    overdue = (repository.get(tx, action_id) for action_id in repository.overdue(tx, tx.now, EXPIRY_BATCH))
    settled = 0
    for action in overdue:
        if action is not None and block_unsound(desk, tx, action) is None:
            expire(desk, tx, action, "nobody answered in time")
        settled += action is not None
    return settled


def _retract(desk: Desk, tx: Transaction, action: Action, operator: Operator) -> Decided:
    trail = read_trail(tx, action.id)
    unsound = block_unsound(desk, tx, action, trail)
    if unsound is not None:
        return told(tx, action.id, operator, unsound)
    if all(grant.by != operator.name for grant in trail.grants):
        why = f"{operator.name} has not said yes to it"
        return told(tx, action.id, operator, DecisionRefused(RefusalCode.TOO_LATE, why, "", action))
    desk.decide(tx, action, "undone", operator.name, "", operator.role.title, seat=operator.seat)
    return desk.move(tx, action, action, RETRACTED, actor=operator.actor, role=operator.role.title)
