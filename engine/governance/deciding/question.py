"""The question that a decision answers: found, believed only where the journal agrees, and judged by this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ...canonical import JsonError
from ...operators import Operator, Role
from ...storage import Transaction
from .. import repository
from ..action import Action, ActionStatus
from ..attention import claimed_since
from ..decisions import last_answer
from ..desk import Desk
from ..drift import what_changed
from ..judgement import Judgement
from ..ports import ArgumentsError
from ..trail import Trail, disagreement, read_trail, unrecorded
from .refusal import (
    NEW_VERSION,
    PROPOSE_AGAIN,
    Decided,
    DecisionRefused,
    RefusalCode,
    may_not,
    not_pending,
    unknown,
)


@dataclass(frozen=True, slots=True)
class Shown:
    """One question as it was on the screen."""

    id: str
    revision: int
    digest: str


def open_question(
    desk: Desk,
    tx: Transaction,
    action_id: str,
    revision: int,
    digest: str,
    operator: Operator,
    trail: Trail | None = None,
) -> Decided:
    """The pending action that an operator answers, provided that it is the one that was shown and still open."""
    action = find(tx, action_id, operator)
    if isinstance(action, DecisionRefused):
        return action
    refused = block_unsound(desk, tx, action, trail) if action.status is ActionStatus.PENDING else not_pending(action)
    if refused is not None:
        return refused
    if (action.revision, action.digest) != (revision, digest):
        by = f" by {action.edited_by}" if action.edited_by is not None else ""
        why = f"it changed{by} since it was shown; it is at revision {action.revision} now"
        return DecisionRefused(RefusalCode.CHANGED, why, NEW_VERSION, action)
    if tx.now >= action.expires:
        late = expire(desk, tx, action, "nobody answered in time")
        return DecisionRefused(RefusalCode.EXPIRED, "it expired before the answer came", PROPOSE_AGAIN, late)
    return action


def find(tx: Transaction, action_id: str, operator: Operator) -> Decided:
    """An action that this operator may decide about."""
    action = repository.get(tx, action_id)
    if action is None:
        return unknown(action_id)
    return action if operator.role >= Role.OPERATOR else may_not(operator, action)


def expire(desk: Desk, tx: Transaction, action: Action, reason: str) -> Action:
    """Turn one action into a no by the passing of time."""
    desk.decide(tx, action, "expired", "engine", reason)
    return desk.close(tx, action, ActionStatus.EXPIRED, reason)


def judged(desk: Desk, tx: Transaction, action: Action) -> Judgement | DecisionRefused:
    """The action judged by this moment; where its tool does not take it any more, it is blocked."""
    try:
        return desk.judge_again(tx, action)
    except (ArgumentsError, JsonError) as error:
        blocked = desk.close(tx, action, ActionStatus.BLOCKED, error.sentence())
        return DecisionRefused(RefusalCode.BLOCKED, error.sentence(), PROPOSE_AGAIN, blocked)


def judged_as_shown(desk: Desk, tx: Transaction, action: Action) -> Judgement | DecisionRefused:
    """The judgement of this moment, provided that it is the one that was shown; else a new revision replaces it."""
    judgement = judged(desk, tx, action)
    if isinstance(judgement, DecisionRefused) or judgement.agrees_with(action):
        return judgement
    changed = what_changed(tx, action, judgement)
    revised = desk.revise(tx, action, judgement, ask_again=True, cause=changed)
    if revised.status is ActionStatus.BLOCKED:
        return DecisionRefused(RefusalCode.HARD_STOP, revised.why, "", revised)
    why = f"{changed} since it was asked; revision {revised.revision} replaces it"
    return DecisionRefused(RefusalCode.CHANGED, why, NEW_VERSION, revised)


def block_unsound(desk: Desk, tx: Transaction, action: Action, trail: Trail | None = None) -> DecisionRefused | None:
    """Put an action out of reach whose record, or whose decisions so far, are not what the journal says."""
    trail = trail or read_trail(tx, action.id)
    unsound = disagreement(action, trail)
    if unsound is None and action.status is ActionStatus.PENDING:
        unsound = unrecorded(tx, action, trail)
    if unsound is None:
        return None
    blocked = desk.close(tx, action, ActionStatus.BLOCKED, f"record changed: {unsound}")
    remedy = "Run `watchfloor audit verify` and find out who changed the database."
    return DecisionRefused(RefusalCode.BLOCKED, f"its record was changed: {unsound}", remedy, blocked)


def reading_us(tx: Transaction, action: Action, operator: Operator) -> int:
    """At most how long an operator looked at a question, in µs.

    They cannot have begun before it was asked, nor before they answered the one before; a claim says when they did.
    """
    began = [action.asked_at, last_answer(tx, operator.name), claimed_since(tx, action.id, operator.name)]
    latest: datetime = max(moment for moment in began if moment is not None)
    return max((tx.now - latest) // timedelta(microseconds=1), 0)
