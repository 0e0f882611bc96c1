"""A standing rule: what an operator always allows or always denies, and what it covers. Pure values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from ...canonical import JSON, canonical, digest
from ...storage import to_us
from ..action import Action
from ..facts import ActionFacts, Verdict
from ..kinds import Stage, Tier
from ..names import normalise
from ..pointer import Absent, value_at

RULE_ACTOR: Final = "rule:"
"""How the journal and decisions name a standing rule: this and its id."""


class RuleEffect(StrEnum):
    """What a standing rule answers."""

    ALLOW = "allow"
    DENY = "deny"


class RuleState(StrEnum):
    """Where a standing rule stands."""

    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    USED_UP = "used up"


@dataclass(frozen=True, slots=True)
class Likeness:
    """What of an action a standing rule compares.

    Attributes:
        kind, tool: as recorded, the kind normalised.
        proposer: who asks.
        arguments: as the tool accepted them.
        account_id, stage: the account it is about and that account's stage, if any.
        tier, asked_by: the guardrails' verdict, and the rules that ask an operator.
        binding: the tool as it is; nothing where it does not matter.
    """

    kind: str
    tool: str
    proposer: str
    arguments: Mapping[str, JSON]
    account_id: str | None
    stage: Stage | None
    tier: Tier
    asked_by: frozenset[str]
    binding: str | None = None

    @classmethod
    def of_action(cls, action: Action, verdict: Verdict | None = None) -> Likeness:
        """An action's likeness.

        Args:
            action: the action.
            verdict: the guardrails' of this moment; without it, only the rule that decided then is known, and its tool
                does not have to be the same in every detail.

        Raises:
            JsonError: its arguments are damaged.
        """
        return cls(
            kind=action.kind,
            tool=action.tool,
            proposer=action.proposer,
            arguments=action.arguments,
            account_id=action.account_id,
            stage=action.stage,
            tier=action.tier,
            asked_by=verdict.asked_by if verdict is not None and verdict.asked_by else frozenset({action.rule}),
            binding=action.binding if verdict is not None else None,
        )

    @classmethod
    def of_facts(cls, facts: ActionFacts, verdict: Verdict) -> Likeness:
        """The likeness of an action that nobody proposed yet."""
        account = facts.account
        return cls(
            kind=normalise(facts.kind),
            tool=facts.tool,
            proposer=facts.proposer,
            arguments=facts.arguments,
            account_id=account.id if account else None,
            stage=account.stage if account else None,
            tier=verdict.tier,
            asked_by=verdict.asked_by or frozenset({verdict.rule}),
        )


@dataclass(frozen=True, slots=True)
class Scope:
    """What a standing rule covers.

    Attributes:
        kind, tool: exactly these.
        proposer: only this one; nothing covers everybody.
        same_account: only actions about ``account_id``, or about no account where that is nothing.
        account_id: the example's account.
        stage: only while the account is in this stage; nothing where the example was about no account, and for denials.
        arguments: by JSON pointer, what has to be equal.
        guardrails: only where no other guardrails than these ask; none for denials, which hold whoever asks.
        binding: only while the tool, and the files that the example names, are what they were; nothing for denials.
    """

    kind: str
    tool: str
    proposer: str | None
    same_account: bool
    account_id: str | None
    stage: Stage | None
    arguments: Mapping[str, JSON]
    guardrails: tuple[str, ...] = ()
    binding: str | None = None

    def covers(self, likeness: Likeness) -> bool:
        """Whether an action is like the example in everything that this scope names."""
        arguments: JSON = dict(likeness.arguments)
        return (
            (likeness.kind, likeness.tool) == (self.kind, self.tool)
            and self.proposer in {None, likeness.proposer}
            and (not self.same_account or likeness.account_id == self.account_id)
            and self.stage in {None, likeness.stage}
            and (not self.guardrails or likeness.asked_by <= set(self.guardrails))
            and (None in {self.binding, likeness.binding} or self.binding == likeness.binding)
            and all(_equal(value_at(arguments, at), value) for at, value in self.arguments.items())
        )

    def described(self) -> tuple[tuple[str, str], ...]:
        """Each part as name and text."""
        account = (self.account_id or "none") if self.same_account else "any"
        parts = [
            ("kind", self.kind),
            ("tool", self.tool),
            ("proposer", self.proposer or "anybody"),
            ("account", account),
        ]
        if self.stage is not None:
            parts.append(("stage", self.stage.value))
        if self.guardrails:
            parts.append(("asked by", ", ".join(self.guardrails)))
        return (*parts, *((at or "(all arguments)", canonical(value).decode()) for at, value in self.arguments.items()))


@dataclass(frozen=True, slots=True)
class StandingRule:
    """What an operator always allows or always denies.

    Attributes:
        id: its own.
        effect: allow or deny.
        scope: what it covers.
        made_by, role: the operator who made it, and what that operator might do then.
        made: when.
        example, example_digest: the action it was made from, as it was.
        expires: when it ends by itself.
        most: how often it answers at most.
        reason: of a denial: what proposers read.
        digest: covers all of the above.
        uses, last_used: how often it answered, and when last.
        ended, ended_at: how and when it came to its end, if it did.
    """

    id: str
    effect: RuleEffect
    scope: Scope
    made_by: str
    role: str
    made: datetime
    example: str
    example_digest: str
    expires: datetime
    most: int
    reason: str
    digest: str = ""
    uses: int = 0
    last_used: datetime | None = None
    ended: RuleState | None = None
    ended_at: datetime | None = None

    @property
    def actor(self) -> str:
        """How the journal and decisions name this rule."""
        return f"{RULE_ACTOR}{self.id}"

    def state(self, now: datetime) -> RuleState:
        """Where it stands at that moment."""
        if self.ended is not None:
            return self.ended
        return RuleState.EXPIRED if now >= self.expires else RuleState.ACTIVE

    def answers(self, likeness: Likeness, now: datetime) -> bool:
        """Whether it answers such an action now. Nobody's rule answers what they propose themselves with a yes."""
        if self.state(now) is not RuleState.ACTIVE or not self.scope.covers(likeness):
            return False
        if self.effect is RuleEffect.DENY:
            return True
        return likeness.tier is Tier.APPROVAL and likeness.proposer != f"operator:{self.made_by}"

    def computed_digest(self) -> str:
        """The digest of this rule as it is now; equals ``digest`` unless somebody changed the record."""
        scope = self.scope
        return digest(
            {
                "id": self.id,
                "effect": self.effect.value,
                "kind": scope.kind,
                "tool": scope.tool,
                "proposer": scope.proposer,
                "same_account": scope.same_account,
                "account": scope.account_id,
                "stage": scope.stage.value if scope.stage else None,
                "arguments": dict(scope.arguments),
                "guardrails": list(scope.guardrails),
                "binding": scope.binding,
                "made_by": self.made_by,
                "role": self.role,
                "made_us": to_us(self.made),
                "example": self.example,
                "example_digest": self.example_digest,
                "expires_us": to_us(self.expires),
                "most": self.most,
                "reason": self.reason,
            }
        )


def _equal(found: JSON | Absent, wanted: JSON) -> bool:
    # Python takes 1 for True; JSON does not, at any depth: what Python finds different is, what it finds equal may be.
    return not isinstance(found, Absent) and found == wanted and canonical(found) == canonical(wanted)
