"""Standing rules at work: which one answers a proposal, and its answer put on record like an operator's."""

from __future__ import annotations

from dataclasses import replace

from ...operators import Role
from ...storage import Reader, Transaction
from ..action import Action, ActionStatus
from ..desk import Desk
from ..facts import ActionFacts, Verdict
from ..kinds import Tier
from . import repository
from .making import BUDGET, MUST_ASK, conclude
from .proof import USED, doubt, state_of
from .rule import Likeness, RuleEffect, RuleState, StandingRule


def find(desk: Desk, tx: Transaction, action: Action, verdict: Verdict, *, must_ask: bool) -> StandingRule | None:
    """The standing rule that answers a proposal: a denial before any permission; nothing where an operator has to.

    Args:
        desk: knows the operators' roles.
        tx: the unit of work.
        action: as it would be recorded.
        verdict: the guardrails'.
        must_ask: its proposer always has to ask.
    """
    if action.tier is Tier.HARD_STOP:
        return None
    likeness = Likeness.of_action(action, verdict)
    rules = repository.live(tx, likeness, tx.now)
    answering = [rule for rule in rules if rule.answers(likeness, tx.now)]
    # A denial needs no proof: believing a forged one keeps something from running, no more.
    denial = next((rule for rule in answering if rule.effect is RuleEffect.DENY), None)
    if denial is not None or not _may_be_allowed(action, verdict, must_ask=must_ask):
        return denial
    return next((rule for rule in answering if _holds(desk, tx, rule)), None)


def apply(desk: Desk, tx: Transaction, action: Action, verdict: Verdict, rule: StandingRule) -> Action:
    """Answer a question that was just recorded; where the rule is spent meanwhile, it stays a question.

    Args:
        desk: moves the action on.
        tx: the unit of work that recorded it.
        action: a pending action.
        verdict: the guardrails', for the time in which the answer can be undone.
        rule: what :func:`find` found.
    """
    if not repository.count_use(tx, rule):
        return action
    used = replace(rule, uses=rule.uses + 1, last_used=tx.now)
    use = tx.record(
        USED,
        rule.id,
        {**state_of(used), "action": action.id, "revision": action.revision, "answers": action.digest,
         "made_by": rule.made_by},
        rule.actor,
    )  # fmt: skip
    if used.uses >= used.most:
        conclude(tx, used, RuleState.USED_UP)
    if rule.effect is RuleEffect.DENY:
        return _reject(desk, tx, action, rule)
    not_before = tx.now + desk.grace(verdict)
    desk.decide(tx, action, "approved", rule.actor, f"standing rule made by {rule.made_by}", rule.role)
    after = replace(
        action,
        status=ActionStatus.APPROVED,
        decided_by=rule.actor,
        decided_at=tx.now,
        decision_reason=None,
        not_before=not_before,
        launch_by=not_before + desk.expiry(action.kind, verdict),
    )
    return desk.move(
        tx, action, after, "action.approved", actor=rule.actor, rule=rule.id, use=use, made_by=rule.made_by
    )


def stands_behind(reader: Reader, rejected: Action) -> bool:
    """Whether a rejection still holds: an operator's does, a standing rule's as long as the rule."""
    if rejected.decided_by is None or not rejected.decided_by.startswith("rule:"):
        return True
    rule = repository.get(reader, rejected.decided_by.removeprefix("rule:"))
    return rule is not None and rule.ended not in {RuleState.REVOKED, RuleState.EXPIRED}


def notes(reader: Reader, facts: ActionFacts, verdict: Verdict) -> tuple[str, ...]:
    """Which standing rules would answer such an action, were it proposed at ``facts.now`` with that verdict."""
    if facts.now is None or verdict.tier is Tier.HARD_STOP:
        return ()
    likeness = Likeness.of_facts(facts, verdict)
    moment = facts.now
    rules = repository.live(reader, likeness, moment)
    answering = [rule for rule in rules if rule.answers(likeness, moment)]
    return tuple(_note(rule) for rule in answering if rule.effect is RuleEffect.DENY or verdict.quorum == 1)


def _may_be_allowed(action: Action, verdict: Verdict, *, must_ask: bool) -> bool:
    asks = must_ask or action.rule == MUST_ASK or action.rule.startswith(BUDGET)
    return action.tier is Tier.APPROVAL and max(action.quorum, verdict.quorum) == 1 and not asks


def _holds(desk: Desk, tx: Transaction, rule: StandingRule) -> bool:
    may = desk.settings.role_of(rule.made_by) >= Role.OPERATOR
    return rule.effect is RuleEffect.ALLOW and may and doubt(tx, rule) is None


def _reject(desk: Desk, tx: Transaction, action: Action, rule: StandingRule) -> Action:
    desk.decide(tx, action, "rejected", rule.actor, rule.reason, rule.role)
    after = replace(
        action,
        status=ActionStatus.REJECTED,
        decided_by=rule.actor,
        decided_at=tx.now,
        decision_reason=rule.reason,
        ended=tx.now,
        outcome=f"denied by {rule.made_by}'s standing rule",
    )
    return desk.move(
        tx, action, after, "action.rejected", actor=rule.actor, reason=rule.reason, rule=rule.id, made_by=rule.made_by
    )


def _note(rule: StandingRule) -> str:
    answer = "would reject" if rule.effect is RuleEffect.DENY else "would approve"
    return (
        f"standing rule {rule.id} of {rule.made_by} {answer} it ({rule.uses} of {rule.most} used,"
        f" until {rule.expires:%Y-%m-%d %H:%M}Z)"
    )
