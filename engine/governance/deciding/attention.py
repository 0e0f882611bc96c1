"""Looking at a question: saying so to the others, or putting it out of sight for a while."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...operators import Operator
from ...storage import Transaction
from .. import attention
from ..action import Action, ActionStatus
from .question import find
from .refusal import Decided, DecisionRefused, not_pending, told


@dataclass(frozen=True, slots=True)
class Claimed:
    """An operator looks at a question, or no longer does.

    Attributes:
        action: the question.
        others: who else looks at it.
    """

    action: Action
    others: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Snoozed:
    """A question out of sight, or back in it.

    Attributes:
        action: the question.
        until: until when; nothing where it is in sight.
    """

    action: Action
    until: datetime | None


def claim(tx: Transaction, action_id: str, operator: Operator) -> Claimed | DecisionRefused:
    """Tell the others that an operator looks at a question: a hint that lapses by itself, never a lock."""
    found = _pending(tx, action_id, operator)
    if isinstance(found, DecisionRefused):
        return told(tx, action_id, operator, found)
    return Claimed(found, attention.claim(tx, found, operator))


def release(tx: Transaction, action_id: str, operator: Operator) -> Claimed | DecisionRefused:
    """Tell the others that an operator no longer looks at a question."""
    found = find(tx, action_id, operator)
    if isinstance(found, DecisionRefused):
        return told(tx, action_id, operator, found)
    if attention.release(tx, action_id, operator.name):
        tx.record("action.released", action_id, {}, operator.actor)
    return Claimed(found)


def snooze(tx: Transaction, action_id: str, operator: Operator, seconds: int) -> Snoozed | DecisionRefused:
    """Put a question out of everybody's sight for a while; its deadline stays, and it comes back by itself."""
    found = _pending(tx, action_id, operator)
    if isinstance(found, DecisionRefused):
        return told(tx, action_id, operator, found)
    return Snoozed(found, attention.snooze(tx, found, operator, seconds))


def _pending(tx: Transaction, action_id: str, operator: Operator) -> Decided:
    found = find(tx, action_id, operator)
    if isinstance(found, DecisionRefused) or found.status is ActionStatus.PENDING:
        return found
    return not_pending(found)
