"""The action: one thing that somebody wants done, and the states it can go through."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Final

from ..canonical import JSON, digest, digest_around, is_canonical, parse_strict
from ..storage import to_us
from .kinds import Stage, Tier


class ActionStatus(StrEnum):
    """Where an action stands."""

    PROPOSED = "proposed"
    """Somebody asked; never stored, because the guardrails answer in the same transaction."""
    BLOCKED = "blocked"
    """It can never run: a hard stop, or a record that does not hold."""
    PENDING = "pending"
    """An operator has to answer."""
    APPROVED = "approved"
    """It may run and waits for its start."""
    REJECTED = "rejected"
    """An operator said no."""
    EXPIRED = "expired"
    """Nobody answered, or nothing started it, in time; that is a no."""
    WITHDRAWN = "withdrawn"
    """Its proposer took it back, or a newer question replaced it."""
    EXECUTING = "executing"
    """Its tool was started."""
    EXECUTED = "executed"
    """Its effect happened."""
    FAILED = "failed"
    """Its tool said that it did not work."""
    UNCERTAIN = "uncertain"
    """Its effect may or may not have happened; an operator has to look."""


_S = ActionStatus
LEGAL: Final[Mapping[ActionStatus, frozenset[ActionStatus]]] = MappingProxyType(
    {
        _S.PROPOSED: frozenset({_S.BLOCKED, _S.PENDING, _S.APPROVED}),
        # To itself: a new revision, because it was edited or stage, policy or tool changed; or one yes of several.
        _S.PENDING: frozenset({_S.PENDING, _S.APPROVED, _S.REJECTED, _S.EXPIRED, _S.WITHDRAWN, _S.BLOCKED}),
        # Back to pending: undone, or tightened before its start. To uncertain: interrupted once, now not allowed again.
        _S.APPROVED: frozenset(
            {_S.APPROVED, _S.PENDING, _S.EXECUTING, _S.EXPIRED, _S.WITHDRAWN, _S.BLOCKED, _S.UNCERTAIN}
        ),
        # Back to approved: interrupted, and its tool is idempotent.
        _S.EXECUTING: frozenset({_S.EXECUTED, _S.FAILED, _S.UNCERTAIN, _S.APPROVED}),
        _S.BLOCKED: frozenset(),
        _S.REJECTED: frozenset(),
        _S.EXPIRED: frozenset(),
        _S.WITHDRAWN: frozenset(),
        _S.EXECUTED: frozenset(),
        _S.FAILED: frozenset(),
        # Settled by an operator who looked.
        _S.UNCERTAIN: frozenset({_S.EXECUTED, _S.FAILED}),
    }
)
"""Every change of status that there is."""


class Risk(StrEnum):
    """How much an operator should worry before saying yes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing that somebody wants done.

    Attributes:
        id: the same from the proposal to the audit; also the idempotency key of its effect.
        revision: rises whenever anything that the digest covers changes.
        kind: what it is, normalised.
        tool: the tool that carries it out.
        binding: digest of the tool's schema and of whatever else decides what runs.
        arguments_json: the tool's arguments, as canonical JSON.
        account_id: the account it is about, if any.
        stage: that account's stage when this revision was judged.
        tier, rule, why: the guardrails' verdict.
        policy: version of the policy that gave it.
        risk: how much to worry.
        effect: what it would do and whether it can be undone, as a sentence.
        proposer: who asked ("persona:helper").
        reason: why, in the proposer's words; not to be trusted.
        origin: the message it answers, if any.
        dedupe_key: the proposer's own key under which it asks at most once, ever.
        fingerprint: digest of proposer and content, for merging repeats.
        digest: what a decision binds to.
        status: where it stands.
        repeats: how often the same was asked again meanwhile.
        created, expires: when it was asked; until when it can be answered.
        decided_by, decided_at, decision_reason: the last decision, if any.
        not_before, launch_by: when it may start at the earliest and latest; nothing until approved.
        ended: when it came to its end.
        outcome, outcome_json: what came of it, in a line and as JSON.
        quorum: how many distinct operators have to say yes.
        asked: when this revision was asked, where that was later than the proposal.
        edited_by: the operator whose arguments these are, where they are not the proposer's.
    """

    id: str
    revision: int
    kind: str
    tool: str
    binding: str
    arguments_json: str
    account_id: str | None
    stage: Stage | None
    tier: Tier
    rule: str
    why: str
    policy: str
    risk: Risk
    effect: str
    proposer: str
    reason: str
    origin: str | None
    dedupe_key: str | None
    fingerprint: str
    digest: str
    status: ActionStatus
    repeats: int
    created: datetime
    expires: datetime
    decided_by: str | None = None
    decided_at: datetime | None = None
    decision_reason: str | None = None
    not_before: datetime | None = None
    launch_by: datetime | None = None
    ended: datetime | None = None
    outcome: str | None = None
    outcome_json: str | None = None
    quorum: int = 1
    asked: datetime | None = None
    edited_by: str | None = None

    @property
    def asked_at(self) -> datetime:
        """When this revision was asked."""
        return self.asked or self.created

    @property
    def arguments(self) -> dict[str, JSON]:
        """The tool's arguments.

        Raises:
            JsonError: the stored text is not what was stored.
        """
        text = self.arguments_json
        value: JSON = json.loads(text) if is_canonical(text) else parse_strict(text)
        return value if isinstance(value, dict) else {}

    def computed_digest(self) -> str:
        """The digest of this action as it is now; equals ``digest`` unless somebody changed the record.

        It covers everything that decides what runs and everything that an operator is shown before deciding.

        Raises:
            JsonError: the arguments are not JSON any more.
        """
        # A field that earlier versions did not have is left out where it says nothing: their records still hold.
        later: dict[str, JSON] = {} if self.quorum == 1 else {"quorum": self.quorum}
        if self.asked is not None:
            later["asked_us"] = to_us(self.asked)
        if self.edited_by is not None:
            later["edited_by"] = self.edited_by
        content: dict[str, JSON] = {
            **later,
            "id": self.id,
            "revision": self.revision,
            "kind": self.kind,
            "tool": self.tool,
            "binding": self.binding,
            "account": self.account_id,
            "stage": self.stage.value if self.stage else None,
            "tier": self.tier.value,
            "rule": self.rule,
            "why": self.why,
            "policy": self.policy,
            "risk": self.risk.value,
            "effect": self.effect,
            "proposer": self.proposer,
            "reason": self.reason,
            "origin": self.origin,
            "fingerprint": self.fingerprint,
            "created_us": to_us(self.created),
            "expires_us": to_us(self.expires),
        }
        if is_canonical(self.arguments_json):
            return digest_around(content, "arguments", self.arguments_json)
        return digest({**content, "arguments": parse_strict(self.arguments_json)})


_PLACES: Final = {field.name: place for place, field in enumerate(fields(Action))}
_VALUES: Final = attrgetter(*_PLACES)


def changed(action: Action, **values: Any) -> Action:
    """The action with other values in the named fields: ``dataclasses.replace``, in half of its time."""
    made = list(_VALUES(action))
    for name, value in values.items():
        made[_PLACES[name]] = value
    return Action(*made)
