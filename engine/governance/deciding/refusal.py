"""A decision that did not take effect: why, and what can be done now."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from ...errors import WatchfloorError
from ...operators import Operator, Role
from ...storage import Transaction
from ..action import Action, ActionStatus
from ..kinds import Tier


class RefusalCode(StrEnum):
    """Why a decision did not take effect."""

    NOT_FOUND = "not_found"
    ROLE = "role"
    SELF_APPROVAL = "self_approval"
    SAME_PERSON = "same_person"
    CHANGED = "changed"
    ALREADY_DECIDED = "already_decided"
    EXPIRED = "expired"
    HARD_STOP = "hard_stop"
    BLOCKED = "blocked"
    NOT_PENDING = "not_pending"
    TOO_LATE = "too_late"
    INVALID = "invalid"
    ANOTHER_KIND = "another_kind"


class DecisionError(WatchfloorError):
    """A refused decision, for callers that raise it once the unit of work is committed.

    Attributes:
        code: the machine's word for the reason.
    """

    def __init__(self, code: RefusalCode, why: str, remedy: str) -> None:
        super().__init__("decision refused", why=why, remedy=remedy)
        self.code = code.value


@dataclass(frozen=True, slots=True)
class DecisionRefused:
    """A decision that did not take effect. It is a value and not an exception, because what it found is recorded.

    Attributes:
        code: the reason.
        why: the reason, as a sentence.
        remedy: what the operator can do now.
        action: the action as it is now, where there is one.
    """

    code: RefusalCode
    why: str
    remedy: str = ""
    action: Action | None = None

    def error(self) -> DecisionError:
        """The refusal as an exception."""
        return DecisionError(self.code, self.why, self.remedy)


Decided: TypeAlias = Action | DecisionRefused

NEW_VERSION = "Read it again and decide on the new version."
PROPOSE_AGAIN = "Have it proposed again."


def told(tx: Transaction, action_id: str, operator: Operator, refused: DecisionRefused) -> DecisionRefused:
    """Put a refusal on record and return it."""
    tx.record("decision.refused", action_id[:200], {"code": refused.code.value, "why": refused.why}, operator.actor)
    return refused


def not_pending(action: Action) -> DecisionRefused:
    """Why an action that is no open question cannot be answered: whose answer came before, and when."""
    if action.tier is Tier.HARD_STOP:
        return DecisionRefused(RefusalCode.HARD_STOP, action.why, "", action)
    if action.status is ActionStatus.EXPIRED:
        return DecisionRefused(RefusalCode.EXPIRED, "it expired before the answer came", PROPOSE_AGAIN, action)
    if action.decided_by is not None and action.decided_at is not None:
        when = action.decided_at.strftime("%H:%M:%S")
        why = f"{action.decided_by} decided at {when} UTC; it is {action.status.value} now"
        return DecisionRefused(RefusalCode.ALREADY_DECIDED, why, "", action)
    if action.status is ActionStatus.BLOCKED:
        return DecisionRefused(RefusalCode.BLOCKED, action.outcome or "it is blocked", "", action)
    return DecisionRefused(RefusalCode.NOT_PENDING, f"it is {action.status.value}", "", action)


def may_not(operator: Operator, action: Action) -> DecisionRefused:
    """Why this operator decides nothing."""
    why = f"{operator.name} has the role {operator.role.title}; deciding needs {Role.OPERATOR.title}"
    remedy = "Ask an admin to change [governance.operators] in the settings."
    return DecisionRefused(RefusalCode.ROLE, why, remedy, action)


def unknown(action_id: str) -> DecisionRefused:
    """There is no such action."""
    return DecisionRefused(RefusalCode.NOT_FOUND, f"there is no action {action_id[:80]}")
