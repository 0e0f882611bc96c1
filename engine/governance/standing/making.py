"""Making and revoking standing rules: always from an example that was on the screen, never wider than it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from enum import StrEnum
from typing import Final

from ...canonical import JSON, JsonError, canonical
from ...commands import AllowLike, DenyLike
from ...errors import WatchfloorError
from ...operators import Operator, Role
from ...storage import Reader, Transaction
from .. import repository as actions
from ..action import Action, ActionStatus
from ..desk import Desk
from ..kinds import Tier
from ..pointer import Absent, value_at
from ..ports import ArgumentsError
from ..trail import disagreement, read_trail
from . import repository
from .proof import ENDED, MADE, REVOKED, state_of
from .rule import RULE_ACTOR, RuleEffect, RuleState, Scope, StandingRule

MAX_LIVE: Final = 200
"""Most standing rules at once."""
MAX_SCOPE: Final = 16_384
"""Most bytes of the arguments that a rule compares."""
BUDGET: Final = "budget."
"""How the names of rules begin that say that a budget is used up."""
MUST_ASK: Final = "must_ask"
"""The rule, and in the journal the mark, of a proposer that always asks."""
_REVOKE_PAGE: Final = 500


class StandingCode(StrEnum):
    """Why a standing rule was not made or not revoked."""

    NOT_FOUND = "unknown"
    ROLE = "role"
    SELF_APPROVAL = "self_approval"
    CHANGED = "changed"
    BLOCKED = "blocked"
    HARD_STOP = "hard_stop"
    NEVER = "never"
    INVALID = "invalid"
    FULL = "full"
    ENDED = "decided"


class StandingError(WatchfloorError):
    """A standing rule cannot be made or revoked.

    Attributes:
        code: the machine's word for the reason.
    """

    def __init__(self, code: StandingCode, why: str, remedy: str = "") -> None:
        super().__init__("standing rule refused", why=why, remedy=remedy)
        self.code = code.value


def scope_of(example: Action, ask: AllowLike, guardrails: tuple[str, ...] = ()) -> Scope:
    """What a rule made from this example would cover.

    Args:
        example: the action.
        ask: how much of it has to be the same.
        guardrails: who asks an operator about it by now, from :func:`check`; else who decided then.

    Raises:
        StandingError: an argument that has to be equal is not there, or they are too long together.
    """
    arguments = example.arguments
    same: dict[str, JSON] = {}
    for pointer in ask.same:
        value = value_at(arguments, pointer)
        if isinstance(value, Absent):
            there = ", ".join(f"/{name}" for name in arguments)
            raise StandingError(
                StandingCode.INVALID, f"the example has no argument {pointer[:80]}", f"There are: {there}."
            )
        same[pointer] = value
    if len(canonical(same)) > MAX_SCOPE:
        raise StandingError(StandingCode.INVALID, f"the arguments to compare are longer than {MAX_SCOPE} bytes")
    denies = isinstance(ask, DenyLike)
    return Scope(
        kind=example.kind,
        tool=example.tool,
        proposer=example.proposer if ask.same_proposer else None,
        same_account=ask.same_account,
        account_id=example.account_id if ask.same_account else None,
        stage=None if denies else example.stage,
        arguments=same,
        guardrails=() if denies else guardrails or (example.rule,),
        binding=None if denies else example.binding,
    )


def check(
    desk: Desk, reader: Reader, example: Action, ask: AllowLike, operator: Operator | None = None
) -> tuple[str, ...]:
    """Make sure that a rule can be made from this example.

    Returns:
        for a permission: the guardrails that ask an operator about the example, and that it would answer.

    Raises:
        StandingError: it cannot, and why.
    """
    unsound = disagreement(example, read_trail(reader, example.id))
    if unsound is not None:
        raise StandingError(StandingCode.BLOCKED, f"the example's record was changed: {unsound}")
    if (example.revision, example.digest) != (ask.revision, ask.digest):
        why = f"the example changed since it was shown; it is at revision {example.revision} now"
        raise StandingError(StandingCode.CHANGED, why, "Read it again.")
    if operator is not None and operator.role < Role.OPERATOR:
        raise StandingError(StandingCode.ROLE, f"{operator.name} has the role {operator.role.title}")
    if repository.count_live(reader, desk.clock.now()) >= MAX_LIVE:
        raise StandingError(StandingCode.FULL, f"{MAX_LIVE} standing rules hold already", "Revoke some of them.")
    return () if isinstance(ask, DenyLike) else _check_allow(desk, reader, example, operator)


def make(desk: Desk, tx: Transaction, action_id: str, ask: AllowLike, operator: Operator) -> StandingRule:
    """Make a rule: a denial from a :class:`DenyLike`, else a permission. The example itself is not decided by it.

    Raises:
        StandingError: it cannot be made, and why.
    """
    example = actions.get(tx, action_id)
    if example is None:
        raise StandingError(StandingCode.NOT_FOUND, f"there is no action {action_id[:80]}")
    guardrails = check(desk, tx, example, ask, operator)
    rule = StandingRule(
        id=desk.clock.new_id(),
        effect=RuleEffect.DENY if isinstance(ask, DenyLike) else RuleEffect.ALLOW,
        scope=scope_of(example, ask, guardrails),
        made_by=operator.name,
        role=operator.role.title,
        made=tx.now,
        example=example.id,
        example_digest=example.digest,
        expires=tx.now + timedelta(seconds=ask.lasts_seconds),
        most=ask.uses,
        reason=ask.reason if isinstance(ask, DenyLike) else "",
    )
    rule = replace(rule, digest=rule.computed_digest())
    repository.insert(tx, rule)
    tx.record(MADE[rule.effect], rule.id, {**state_of(rule), **_told(rule)}, operator.actor)
    return rule


def revoke(desk: Desk, tx: Transaction, rule_id: str, operator: Operator, reason: str) -> tuple[StandingRule, int]:
    """End a rule. What it allowed and has not started is asked again.

    Returns:
        the rule, and how many actions are asked again.

    Raises:
        StandingError: there is no such rule, or it has ended.
    """
    rule = repository.get(tx, rule_id)
    if rule is None:
        raise StandingError(StandingCode.NOT_FOUND, f"there is no standing rule {rule_id[:80]}")
    if rule.state(tx.now) is not RuleState.ACTIVE:
        raise StandingError(StandingCode.ENDED, f"it is {rule.state(tx.now).value} already")
    if not repository.end(tx, rule, RuleState.REVOKED):
        raise StandingError(StandingCode.ENDED, "it ended meanwhile")
    rule = replace(rule, ended=RuleState.REVOKED, ended_at=tx.now)
    tx.record(REVOKED, rule.id, {**state_of(rule), "reason": reason}, operator.actor)
    return rule, _ask_again(desk, tx, rule)


def end_lapsed(tx: Transaction, limit: int) -> int:
    """Put the end of rules on record whose time ran out.

    Returns:
        how many, at most ``limit``.
    """
    lapsed = repository.lapsed(tx, tx.now, limit)
    for rule in lapsed:
        conclude(tx, rule, RuleState.EXPIRED)
    return len(lapsed)


def conclude(tx: Transaction, rule: StandingRule, how: RuleState) -> StandingRule:
    """End a rule by itself: its time ran out, or its uses are used up."""
    repository.end(tx, rule, how)
    ended = replace(rule, ended=how, ended_at=tx.now)
    tx.record(ENDED, rule.id, state_of(ended))
    return ended


def _check_allow(desk: Desk, reader: Reader, example: Action, operator: Operator | None) -> tuple[str, ...]:
    if operator is not None and example.proposer == operator.actor:
        why = "nobody allows for good what they proposed themselves"
        raise StandingError(StandingCode.SELF_APPROVAL, why, "Ask somebody else.")
    if example.tier is Tier.HARD_STOP or example.status is ActionStatus.BLOCKED:
        raise StandingError(StandingCode.HARD_STOP, example.outcome or example.why)
    if example.tier is Tier.AUTONOMOUS:
        raise StandingError(StandingCode.NEVER, "nobody is asked about it: it runs by itself")
    if example.rule == MUST_ASK or _must_ask(reader, example):
        raise StandingError(StandingCode.NEVER, "whoever proposed it always has to ask")
    if example.rule.startswith(BUDGET):
        why = f"it is asked because of {example.rule}, and no standing rule gets past a budget"
        raise StandingError(StandingCode.NEVER, why, "Raise the limit in the policy.")
    by_operator = example.decided_by is not None and not example.decided_by.startswith(RULE_ACTOR)
    if example.status is not ActionStatus.PENDING and not by_operator:
        raise StandingError(StandingCode.NEVER, f"no operator decided it: it is {example.status.value}")
    return _check_verdict(desk, reader, example)


def _check_verdict(desk: Desk, reader: Reader, example: Action) -> tuple[str, ...]:
    """The guardrails have to say today what they said to the example."""
    newer = "Make it from a newer action."
    try:
        judgement = desk.judge_again(reader, example)
    except (ArgumentsError, JsonError) as error:
        raise StandingError(StandingCode.CHANGED, error.sentence(), newer) from error
    verdict = judgement.verdict
    if verdict.tier is Tier.HARD_STOP:
        raise StandingError(StandingCode.HARD_STOP, verdict.why)
    if (quorum := max(example.quorum, verdict.quorum)) > 1:
        raise StandingError(StandingCode.NEVER, f"it needs the yes of {quorum} operators each time")
    if (verdict.tier, verdict.rule) != (example.tier, example.rule):
        raise StandingError(StandingCode.CHANGED, f"the guardrails judge it otherwise now: {verdict.why}", newer)
    if judgement.call.binding != example.binding:
        raise StandingError(StandingCode.CHANGED, "its tool or a file that it names changed since", newer)
    # What asks only for now (by the time, or a budget) is not answered for later.
    lasting = verdict.asked_by - verdict.passing
    if not lasting:
        raise StandingError(StandingCode.NEVER, f"it is asked only for now: {verdict.why}")
    return tuple(sorted(lasting))


def _must_ask(reader: Reader, example: Action) -> bool:
    row = reader.row("SELECT data FROM journal WHERE subject = ? AND kind = 'action.proposed'", (example.id,))
    return row is not None and bool(json.loads(row["data"]).get(MUST_ASK))


def _ask_again(desk: Desk, tx: Transaction, rule: StandingRule) -> int:
    asked, after = 0, ""
    while page := tx.rows(
        "SELECT id FROM actions WHERE status = 'approved' AND decided_by = ? AND id > ? ORDER BY id LIMIT ?",
        (rule.actor, after, _REVOKE_PAGE),
    ):
        after = page[-1]["id"]
        for row in page:
            action = actions.get(tx, row["id"])
            asked += action is not None and _reopen(desk, tx, action)
    return asked


def _reopen(desk: Desk, tx: Transaction, action: Action) -> bool:
    trail = read_trail(tx, action.id)
    unsound = disagreement(action, trail)
    if unsound is not None:
        desk.close(tx, action, ActionStatus.BLOCKED, f"record changed: {unsound}")
        return False
    if trail.starts:
        # Cut off once: it is settled at its next start, which the revoked rule does not carry any more.
        return False
    try:
        judgement = desk.judge_again(tx, action)
    except (ArgumentsError, JsonError) as error:
        desk.close(tx, action, ActionStatus.BLOCKED, error.sentence())
        return False
    revised = desk.revise(tx, action, judgement, ask_again=True, cause="the standing rule that allowed it was revoked")
    return revised.status is ActionStatus.PENDING


def _told(rule: StandingRule) -> dict[str, JSON]:
    return {
        "scope": [[name, value] for name, value in rule.scope.described()],
        "example": rule.example,
        "most": rule.most,
        "expires": rule.expires.isoformat(),
        "reason": rule.reason,
        "role": rule.role,
    }
