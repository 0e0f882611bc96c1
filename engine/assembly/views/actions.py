"""Actions as an operator sees them: what waits for a decision first, then what is under way, then what just ended."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from ...canonical import JsonError, parse_strict
from ...goals import GoalRepository
from ...governance import repository
from ...governance.action import Action, ActionStatus, Risk
from ...governance.attention import Attention, attention
from ...governance.decisions import standing_yes
from ...governance.fatigue import tired
from ...governance.standing import RULE_ACTOR
from ...settings.governance import GovernanceSettings
from ...storage import Reader
from ...view import APPROVAL_LIMIT, PAYLOAD_LIMIT, ApprovalsView, ApprovalView
from ...view import Risk as ShownRisk

if TYPE_CHECKING:
    from ...queries import ApprovalPage, AskApprovals

_RISKS: Final = (Risk.HIGH, Risk.MEDIUM, Risk.LOW)
_UNDER_WAY: Final = (ActionStatus.APPROVED, ActionStatus.EXECUTING)
_ENDED: Final = frozenset({
    ActionStatus.EXECUTED,
    ActionStatus.FAILED,
    ActionStatus.REJECTED,
    ActionStatus.EXPIRED,
    ActionStatus.WITHDRAWN,
    ActionStatus.BLOCKED,
})  # fmt: skip
_FRESH: Final = timedelta(minutes=5)
_FRESH_LIMIT: Final = 20
_RESULT_LIMIT: Final = 2_000
_SHORT: Final = 4_096


def approvals_view(reader: Reader, now: datetime, settings: GovernanceSettings) -> ApprovalsView:
    """The approvals panel's content."""
    pending = repository.with_status(reader, ActionStatus.PENDING, limit=APPROVAL_LIMIT)
    uncertain = repository.with_status(reader, ActionStatus.UNCERTAIN, limit=APPROVAL_LIMIT)
    under_way = [action for status in _UNDER_WAY for action in repository.with_status(reader, status, limit=50)]
    fresh = [
        action
        for action in repository.latest(reader, limit=100)
        if action.status in _ENDED and now - (action.ended or action.decided_at or action.created) <= _FRESH
    ]
    around = Around.read(reader, now, (*uncertain, *pending, *under_way, *fresh))
    by_urgency = sorted(pending, key=around.urgency)
    waiting = [action for action in by_urgency if action.id not in around.attention.snoozed]
    aside = [action for action in by_urgency if action.id in around.attention.snoozed]
    shown = [*uncertain, *waiting, *under_way, *aside, *fresh[:_FRESH_LIMIT]][:APPROVAL_LIMIT]
    return ApprovalsView(
        items=tuple(approval_view(action, around) for action in shown),
        pending=repository.count(reader, ActionStatus.PENDING),
        uncertain=repository.count(reader, ActionStatus.UNCERTAIN),
        snoozed=len(around.attention.snoozed),
        oldest=min((action.created for action in pending), default=None),
        fatigue=tired(reader, now, settings),
    )


@dataclass(frozen=True, slots=True)
class Around:
    """What is known around actions at one moment.

    Attributes:
        attention: where operators look.
        goals: titles of goals by id, to name a goal that asks.
        grants: who said yes so far where several have to, by id and revision.
    """

    attention: Attention = field(default_factory=Attention)
    goals: Mapping[str, str] = field(default_factory=dict)
    grants: Mapping[tuple[str, int], tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, reader: Reader, now: datetime, actions: Sequence[Action]) -> Around:
        """What is known around these actions now; how many others wait does not matter."""
        goals = {goal.id: goal.title for goal in GoalRepository().all(reader)}
        several = [action.id for action in actions if action.quorum > 1]
        waiting = [action.id for action in actions if action.status is ActionStatus.PENDING]
        return cls(attention(reader, now, waiting), goals, standing_yes(reader, several))

    def urgency(self, action: Action) -> tuple[bool, int, datetime, str]:
        """What waited half of its time first, then by risk, then by the time left."""
        return (action.id not in self.attention.escalated, _RISKS.index(action.risk), action.expires, action.id)


def approval_page(reader: Reader, ask: AskApprovals, now: datetime) -> ApprovalPage:
    """One page of actions, oldest first; ``after`` counts the actions of the pages before."""
    from ...queries import ApprovalPage

    skip = int(ask.after) if ask.after.isdigit() else 0
    if ask.status == "all":
        found = repository.latest(reader, limit=skip + ask.limit + 1)[skip:]
    else:
        waiting = ("pending", "uncertain")
        names = waiting if ask.status == "waiting" else (ask.status,)
        statuses = [status for status in ActionStatus if status.value in names]
        everything = [
            action
            for status in statuses
            for action in repository.with_status(reader, status, limit=skip + ask.limit + 1)
        ]
        found = tuple(everything[skip:])
    found, more = found[: ask.limit], len(found) > ask.limit
    around = Around.read(reader, now, found)
    items = tuple(approval_view(action, around, whole=True) for action in found)
    return ApprovalPage(items, str(skip + ask.limit) if more else "")


def approval_view(action: Action, around: Around, *, whole: bool = False) -> ApprovalView:
    """One action.

    Args:
        action: the action.
        around: what is known around it.
        whole: show the payload uncut, however long.
    """
    place = (action.id, action.revision)
    told = (
        _asker(action.proposer, around.goals),
        around.grants.get(place, ()),
        around.attention.claims.get(action.id, ()),
        around.attention.snoozed.get(action.id),
        action.id in around.attention.escalated,
    )
    if whole or len(action.arguments_json) > _SHORT:
        return _view_of(action, *told, whole=whole)
    return _short_view(action, *told)


@lru_cache(maxsize=2 * APPROVAL_LIMIT)
def _short_view(
    action: Action,
    asker: str,
    granted: tuple[str, ...],
    claims: tuple[str, ...],
    snoozed: datetime | None,
    late: bool,  # noqa: FBT001  # a key of the cache, always by position
) -> ApprovalView:
    # Most questions that one view shows were in the view before, and nothing about them has changed.
    return _view_of(action, asker, granted, claims, snoozed, late, whole=False)


def _view_of(
    action: Action,
    asker: str,
    granted: tuple[str, ...],
    claims: tuple[str, ...],
    snoozed: datetime | None,
    late: bool,  # noqa: FBT001  # as above
    *,
    whole: bool,
) -> ApprovalView:
    payload = payload_of(action)
    pending = action.status is ActionStatus.PENDING
    by_rule = (action.decided_by or "").startswith(RULE_ACTOR)
    cut = payload if whole else tuple((name, text[:PAYLOAD_LIMIT]) for name, text in payload)
    return ApprovalView(
        id=action.id,
        kind=action.kind,
        tool=action.tool,
        revision=action.revision,
        digest=action.digest,
        status=action.status.value,
        risk=ShownRisk(action.risk.value),
        proposer=asker,
        why=action.reason[:PAYLOAD_LIMIT],
        rule=f"{action.tier.value} tier: {action.rule} ({action.why})",
        payload=cut,
        payload_complete=cut == payload,
        effect=action.effect,
        created_at=action.created,
        expires_at=action.expires if action.status is ActionStatus.PENDING else None,
        launches_at=action.not_before if action.status is ActionStatus.APPROVED else None,
        account=action.account_id or "",
        stage=action.stage.value if action.stage else "",
        decided_by=action.decided_by or "",
        decided_at=action.decided_at,
        reason=action.decision_reason or "",
        result=(action.outcome or "")[:_RESULT_LIMIT],
        repeats=action.repeats,
        arguments=action.arguments_json if whole else "",
        quorum=action.quorum,
        granted_by=granted,
        claimed_by=", ".join(claims) if pending else "",
        snoozed_until=snoozed,
        escalated=late,
        standing=(action.decided_by or "").removeprefix(RULE_ACTOR) if by_rule else "",
        simple=pending and action.risk is not Risk.HIGH and action.quorum == 1,
    )


def _asker(proposer: str, goals: Mapping[str, str]) -> str:
    scope, _, target = proposer.partition(":")
    return f"goal:{goals.get(target, target)}" if scope == "goal" else proposer


def payload_of(action: Action) -> tuple[tuple[str, str], ...]:
    """Name and text of each argument, from the stored canonical bytes; what is not text is shown as JSON."""
    text = action.arguments_json
    return _short_payload(text) if len(text) <= _SHORT else _payload(text)


@lru_cache(maxsize=2 * APPROVAL_LIMIT)
def _short_payload(text: str) -> tuple[tuple[str, str], ...]:
    # Most questions that one view shows were in the view before.
    return _payload(text)


def _payload(text: str) -> tuple[tuple[str, str], ...]:
    try:
        arguments = parse_strict(text)
    except JsonError:
        return (("(damaged record)", text),)
    return tuple(
        (name, value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        for name, value in (arguments.items() if isinstance(arguments, dict) else ())
    )
