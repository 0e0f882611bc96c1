"""What a judgement is made from, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from ..canonical import JSON
from .kinds import Stage, Tier
from .ports import Effect


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """What the engine itself knows about the account that an action is about.

    Attributes:
        id: the account.
        stage: its stage by the engine's own records, never by the proposer's word.
    """

    id: str
    stage: Stage


@dataclass(frozen=True, slots=True)
class ActionFacts:
    """Everything about an action that a rule may look at: parsed data only, never somebody's words about it.

    Attributes:
        kind: what the proposer calls it, however spelled.
        tool: the tool that would carry it out; empty where a question is asked about any tool.
        proposer: who asks (``persona:helper``).
        arguments: the tool's arguments, as the tool accepted them.
        account: the account it is about; nothing if about none.
        effect: how far the tool's effect reaches.
        recipients: whom it reaches outside, normalised addresses.
        cost_cents: what it spends, in cents.
        argv: for a program: what would be run.
        tainted: its arguments were written after reading text from outside (a message, a web page, a tool's answer).
        now: the moment of the judgement; nothing where no rule may look at the time.
        exceeded: names of the policy's limits that it would go past.
    """

    kind: str
    tool: str
    proposer: str = ""
    arguments: Mapping[str, JSON] = field(default_factory=dict)
    account: AccountFacts | None = None
    effect: Effect = Effect.OUTWARD
    recipients: tuple[str, ...] = ()
    cost_cents: int = 0
    argv: tuple[str, ...] = ()
    tainted: bool = False
    now: datetime | None = None
    exceeded: frozenset[str] = frozenset()


class Layer(StrEnum):
    """Whose rule it is. Each layer can only tighten what those before it say."""

    BUILT_IN = "built-in"
    WORKSPACE = "workspace"
    PERSONA = "persona"


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one rule that matches says.

    Attributes:
        layer: whose rule it is.
        rule: its stable name.
        tier: what it asks for; nothing where it only says how operators are asked.
        why: its reason, as a sentence for the operator.
        remedy: what would change it; empty where nothing would.
        quorum, expiry_seconds, grace_seconds: how operators are asked, see :class:`Verdict`.
        passing: it matches only for now: the time, or a budget, decides.
    """

    layer: Layer
    rule: str
    tier: Tier | None
    why: str
    remedy: str = ""
    quorum: int = 1
    expiry_seconds: int | None = None
    grace_seconds: float | None = None
    passing: bool = False

    @property
    def weight(self) -> tuple[int, int, bool]:
        """Sorts opinions, the one that decides first."""
        # What passes stands behind, so that a question does not change its name by the mere passing of time.
        return (-self.tier.rank if self.tier else 1, -self.quorum, self.passing)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The guardrails' answer for one action.

    Attributes:
        tier: who may let it run.
        rule: the rule that decided, as a stable name.
        why: the reason, as a sentence for the operator.
        remedy: what would change the answer; empty where nothing would.
        quorum: how many distinct operators have to say yes, where any has to.
        expiry_seconds: how long a question stays open; nothing leaves it to the settings.
        grace_seconds: how long a yes can be undone before the start; nothing leaves it to the settings.
        asked_by: every rule that asks an operator, where one has to be asked.
        passing: those of them that ask only for now: the time, or a budget, decides.
    """

    tier: Tier
    rule: str
    why: str
    remedy: str = ""
    quorum: int = 1
    expiry_seconds: int | None = None
    grace_seconds: float | None = None
    asked_by: frozenset[str] = frozenset()
    passing: frozenset[str] = frozenset()
