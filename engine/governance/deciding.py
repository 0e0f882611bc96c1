"""Decisions: an operator's yes or no to exactly the bytes that were shown, or the passing of time instead of one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from typing import Final, TypeAlias

from ..canonical import JsonError
from ..errors import WatchfloorError
from ..operators import Operator, Role
from ..storage import Transaction
from . import repository
from .action import Action, ActionStatus
from .desk import Desk, Judgement
from .kinds import Tier
from .ports import ArgumentsError
from .trail import disagreement, read_trail

EXPIRY_BATCH: Final = 200
"""Most questions that one sweep expires."""


class RefusalCode(StrEnum):
    """Why a decision did not take effect."""

    NOT_FOUND = "not_found"
    ROLE = "role"
    SELF_APPROVAL = "self_approval"
    CHANGED = "changed"
    ALREADY_DECIDED = "already_decided"
    EXPIRED = "expired"
    HARD_STOP = "hard_stop"
    BLOCKED = "blocked"
    NOT_PENDING = "not_pending"
    TOO_LATE = "too_late"


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
    remedy: str
    action: Action | None = None

    def error(self) -> DecisionError:
        """The refusal as an exception."""
        return DecisionError(self.code, self.why, self.remedy)


Decided: TypeAlias = Action | DecisionRefused


def approve(desk: Desk, tx: Transaction, action_id: str, revision: int, digest: str, operator: Operator) -> Decided:
    """Say yes to exactly this revision and digest; the action may start once the grace period is over."""
    found = _open_question(desk, tx, action_id, revision, digest, operator)
    if isinstance(found, DecisionRefused):
        return _told(tx, action_id, operator, found)
    if found.proposer == operator.actor:
        why = "nobody approves what they proposed themselves"
        return _told(tx, action_id, operator, _refusal(RefusalCode.SELF_APPROVAL, why, "Ask somebody else.", found))
    moved = _moved_on(desk, tx, found)
    if moved is not None:
        return _told(tx, action_id, operator, moved)
    desk.decide(tx, found, "approved", operator.name, "", operator.role.title)
    not_before = tx.now + timedelta(seconds=desk.settings.grace_seconds)
    after = replace(
        found,
        status=ActionStatus.APPROVED,
        decided_by=operator.name,
        decided_at=tx.now,
        decision_reason=None,
        not_before=not_before,
        launch_by=not_before + desk.expiry(found.kind),
    )
    return desk.move(tx, found, after, "action.approved", actor=operator.actor, role=operator.role.title)


def reject(
    desk: Desk, tx: Transaction, action_id: str, revision: int, digest: str, operator: Operator, reason: str
) -> Decided:
    """Say no, with a reason that the proposer gets to see."""
    found = _open_question(desk, tx, action_id, revision, digest, operator)
    if isinstance(found, DecisionRefused):
        return _told(tx, action_id, operator, found)
    desk.decide(tx, found, "rejected", operator.name, reason, operator.role.title)
    after = replace(
        found,
        status=ActionStatus.REJECTED,
        decided_by=operator.name,
        decided_at=tx.now,
        decision_reason=reason,
        ended=tx.now,
        outcome=f"rejected by {operator.name}",
    )
    return desk.move(tx, found, after, "action.rejected", actor=operator.actor, reason=reason)


def undo(desk: Desk, tx: Transaction, action_id: str, operator: Operator) -> Decided:
    """Take a yes back before its action starts; the question is open again, as a new revision."""
    action = _find(tx, action_id, operator)
    if isinstance(action, DecisionRefused):
        return _told(tx, action_id, operator, action)
    if action.status is not ActionStatus.APPROVED or action.decided_by is None:
        why = f"it is {action.status.value}"
        return _told(tx, action_id, operator, _refusal(RefusalCode.TOO_LATE, why, "", action))
    unsound = _block_unsound(desk, tx, action)
    if unsound is not None:
        return _told(tx, action_id, operator, unsound)
    judgement = _judge(desk, tx, action)
    if isinstance(judgement, DecisionRefused):
        return _told(tx, action_id, operator, judgement)
    desk.decide(tx, action, "undone", operator.name, "", operator.role.title)
    return desk.revise(
        tx, action, judgement, event="action.undone", actor=operator.actor, ask_again=True, undone_by=operator.name
    )


def withdraw(desk: Desk, tx: Transaction, action_id: str, proposer: str, reason: str) -> Decided:
    """Take a proposal back, by its own proposer, before it starts."""
    action = repository.get(tx, action_id)
    if action is None or action.proposer != proposer:
        return _unknown(action_id)
    if action.status not in {ActionStatus.PENDING, ActionStatus.APPROVED}:
        return _refusal(RefusalCode.TOO_LATE, f"it is {action.status.value}", "", action)
    unsound = _block_unsound(desk, tx, action)
    if unsound is not None:
        return unsound
    desk.decide(tx, action, "withdrawn", proposer, reason)
    return desk.close(tx, action, ActionStatus.WITHDRAWN, reason, actor=proposer)


def expire_due(desk: Desk, tx: Transaction) -> int:
    """Turn questions that nobody answered in time into a no.

    Returns:
        how many are settled now, at most ``EXPIRY_BATCH``.
    """
    overdue = (repository.get(tx, action_id) for action_id in repository.overdue(tx, tx.now, EXPIRY_BATCH))
    settled = 0
    for action in overdue:
        if action is not None and _block_unsound(desk, tx, action) is None:
            expire(desk, tx, action, "nobody answered in time")
        settled += action is not None
    return settled


def expire(desk: Desk, tx: Transaction, action: Action, reason: str) -> Action:
    """Turn one action into a no by the passing of time."""
    desk.decide(tx, action, "expired", "engine", reason)
    return desk.close(tx, action, ActionStatus.EXPIRED, reason)


def _open_question(
    desk: Desk, tx: Transaction, action_id: str, revision: int, digest: str, operator: Operator
) -> Decided:
    action = _find(tx, action_id, operator)
    if isinstance(action, DecisionRefused):
        return action
    refused = _block_unsound(desk, tx, action) if action.status is ActionStatus.PENDING else _not_pending(action)
    if refused is not None:
        return refused
    if (action.revision, action.digest) != (revision, digest):
        why = f"it changed since it was shown; it is at revision {action.revision} now"
        return _refusal(RefusalCode.CHANGED, why, "Read it again and decide on the new version.", action)
    if tx.now >= action.expires:
        late = expire(desk, tx, action, "nobody answered in time")
        return _refusal(RefusalCode.EXPIRED, "it expired before the answer came", "Have it proposed again.", late)
    return action


def _find(tx: Transaction, action_id: str, operator: Operator) -> Decided:
    action = repository.get(tx, action_id)
    if action is None:
        return _unknown(action_id)
    return action if operator.role >= Role.OPERATOR else _role_refusal(operator, action)


def _moved_on(desk: Desk, tx: Transaction, action: Action) -> DecisionRefused | None:
    judgement = _judge(desk, tx, action)
    if isinstance(judgement, DecisionRefused):
        return judgement
    if judgement.agrees_with(action):
        return None
    revised = desk.revise(tx, action, judgement, ask_again=True, cause="stage, policy or tool changed")
    if revised.status is ActionStatus.BLOCKED:
        return _refusal(RefusalCode.HARD_STOP, revised.why, "", revised)
    why = f"stage, policy or tool changed since it was proposed; revision {revised.revision} replaces it"
    return _refusal(RefusalCode.CHANGED, why, "Read it again and decide on the new version.", revised)


def _judge(desk: Desk, tx: Transaction, action: Action) -> Judgement | DecisionRefused:
    try:
        return desk.judge_again(tx, action)
    except (ArgumentsError, JsonError) as error:
        blocked = desk.close(tx, action, ActionStatus.BLOCKED, error.sentence())
        return _refusal(RefusalCode.BLOCKED, error.sentence(), "Have it proposed again.", blocked)


def _block_unsound(desk: Desk, tx: Transaction, action: Action) -> DecisionRefused | None:
    unsound = disagreement(action, read_trail(tx, action.id))
    if unsound is None:
        return None
    blocked = desk.close(tx, action, ActionStatus.BLOCKED, f"record changed: {unsound}")
    remedy = "Run `watchfloor audit verify` and find out who changed the database."
    return _refusal(RefusalCode.BLOCKED, f"its record was changed: {unsound}", remedy, blocked)


def _not_pending(action: Action) -> DecisionRefused:
    if action.tier is Tier.HARD_STOP:
        return _refusal(RefusalCode.HARD_STOP, action.why, "", action)
    if action.status is ActionStatus.EXPIRED:
        return _refusal(RefusalCode.EXPIRED, "it expired before the answer came", "Have it proposed again.", action)
    if action.decided_by is not None and action.decided_at is not None:
        when = action.decided_at.strftime("%H:%M:%S")
        why = f"{action.decided_by} decided at {when} UTC; it is {action.status.value} now"
        return _refusal(RefusalCode.ALREADY_DECIDED, why, "", action)
    if action.status is ActionStatus.BLOCKED:
        return _refusal(RefusalCode.BLOCKED, action.outcome or "it is blocked", "", action)
    return _refusal(RefusalCode.NOT_PENDING, f"it is {action.status.value}", "", action)


def _role_refusal(operator: Operator, action: Action) -> DecisionRefused:
    why = f"{operator.name} has the role {operator.role.title}; deciding needs {Role.OPERATOR.title}"
    return _refusal(RefusalCode.ROLE, why, "Ask an admin to change [governance.operators] in the settings.", action)


def _unknown(action_id: str) -> DecisionRefused:
    return _refusal(RefusalCode.NOT_FOUND, f"there is no action {action_id[:80]}", "", None)


def _refusal(code: RefusalCode, why: str, remedy: str, action: Action | None) -> DecisionRefused:
    return DecisionRefused(code, why, remedy, action)


def _told(tx: Transaction, action_id: str, operator: Operator, refused: DecisionRefused) -> DecisionRefused:
    tx.record("decision.refused", action_id[:200], {"code": refused.code.value, "why": refused.why}, operator.actor)
    return refused
