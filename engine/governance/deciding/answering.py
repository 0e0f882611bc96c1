"""An operator's yes or no to exactly the bytes that were shown."""

from __future__ import annotations

from ...operators import Operator
from ...storage import Transaction
from ..action import Action, ActionStatus, changed
from ..attention import release
from ..desk import Desk
from ..trail import APPROVED, GRANTED, Trail, distinct, read_trail
from .question import judged_as_shown, open_question, reading_us
from .refusal import Decided, DecisionRefused, RefusalCode, told


def approve(desk: Desk, tx: Transaction, action_id: str, revision: int, digest: str, operator: Operator) -> Decided:
    """Say yes to exactly this revision and digest; with the last yes that it needs the action may start.

    Nobody approves what they proposed. Whoever edited it may approve it: where several have to say yes, the editor is
    one of them like everybody else, unless they proposed it too. Two names from one seat are one person.

    Returns:
        the action: approved, to start when the grace period is over, or still pending where others have to say yes too.
    """
    trail = read_trail(tx, action_id)
    found = open_question(desk, tx, action_id, revision, digest, operator, trail)
    if isinstance(found, DecisionRefused):
        return told(tx, action_id, operator, found)
    refused = _not_a_yes(found, trail, operator)
    if refused is not None:
        return told(tx, action_id, operator, refused)
    judgement = judged_as_shown(desk, tx, found)
    if isinstance(judgement, DecisionRefused):
        return told(tx, action_id, operator, judgement)
    _keep(desk, tx, found, "approved", operator, "")
    said = {"role": operator.role.title, "seat": operator.seat}
    yes = distinct(trail.grants) + 1
    if yes < found.quorum:
        return desk.move(tx, found, found, GRANTED, actor=operator.actor, yes=yes, needed=found.quorum, **said)
    not_before = tx.now + desk.grace(judgement.verdict)
    after = changed(
        found,
        status=ActionStatus.APPROVED,
        decided_by=operator.name,
        decided_at=tx.now,
        decision_reason=None,
        not_before=not_before,
        launch_by=not_before + desk.expiry(found.kind, judgement.verdict),
    )
    return desk.move(tx, found, after, APPROVED, actor=operator.actor, **said)


def reject(
    desk: Desk, tx: Transaction, action_id: str, revision: int, digest: str, operator: Operator, reason: str
) -> Decided:
    """Say no, with a reason that the proposer gets to see. One no is enough, however many yeses there are."""
    found = open_question(desk, tx, action_id, revision, digest, operator)
    if isinstance(found, DecisionRefused):
        return told(tx, action_id, operator, found)
    _keep(desk, tx, found, "rejected", operator, reason)
    after = changed(
        found,
        status=ActionStatus.REJECTED,
        decided_by=operator.name,
        decided_at=tx.now,
        decision_reason=reason,
        ended=tx.now,
        outcome=f"rejected by {operator.name}",
    )
    return desk.move(tx, found, after, "action.rejected", actor=operator.actor, reason=reason)


def _not_a_yes(action: Action, trail: Trail, operator: Operator) -> DecisionRefused | None:
    if action.proposer.casefold() == operator.actor.casefold():
        why = "nobody approves what they proposed themselves"
        return DecisionRefused(RefusalCode.SELF_APPROVAL, why, "Ask somebody else.", action)
    for grant in trail.grants:
        if grant.by.casefold() == operator.name.casefold():
            why = f"{operator.name} said yes already; it needs {action.quorum} operators"
            return DecisionRefused(RefusalCode.ALREADY_DECIDED, why, "Ask somebody else to look at it.", action)
        if grant.seat == operator.seat:
            why = f"{grant.by} said yes from the same seat ({operator.seat}); it needs {action.quorum} people"
            remedy = "Have somebody else say yes from a login of their own."
            return DecisionRefused(RefusalCode.SAME_PERSON, why, remedy, action)
    return None


def _keep(desk: Desk, tx: Transaction, action: Action, verdict: str, operator: Operator, reason: str) -> None:
    desk.decide(
        tx,
        action,
        verdict,
        operator.name,
        reason,
        operator.role.title,
        seat=operator.seat,
        reading_us=reading_us(tx, action, operator),
    )
    release(tx, action.id, operator.name)
