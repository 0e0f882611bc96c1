"""Questions about actions, the policy, standing rules and budgets."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from ..commands import AllowLike, DenyLike
from ..view import ApprovalView
from .base import Ask, AskNothing, AskPage, Query


class AskApprovals(AskPage):
    """Actions by status; ``waiting`` means pending and uncertain, ``all`` is everything."""

    status: str = "waiting"


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """Some actions, and where the next page begins (empty at the end)."""

    items: tuple[ApprovalView, ...]
    next: str = ""


class AskExplain(Ask):
    """What the guardrails say: about a recorded action, or about a kind with whatever else is known of it."""

    action: Annotated[str, Field(max_length=200)] = ""
    """A recorded action's id or a part that only one has; everything else is then taken from it."""
    kind: Annotated[str, Field(max_length=120)] = ""
    """A kind, however spelled."""
    tool: Annotated[str, Field(max_length=200)] = ""
    """The tool that would do it; empty asks about any."""
    arguments: Annotated[str, Field(max_length=262_144)] = "{}"
    """Its arguments as JSON text."""
    account: Annotated[str, Field(max_length=200)] = ""
    """The account it is about; its stage is looked up."""
    stage: Annotated[str, Field(max_length=60)] = ""
    """Instead of an account: a stage to suppose."""
    proposer: Annotated[str, Field(max_length=200)] = ""
    """Who would ask: ``persona:helper``."""


@dataclass(frozen=True, slots=True)
class RuleAnswer:
    """One rule of the policy and what it says to an action.

    Attributes:
        layer: ``built-in``, ``workspace``, ``persona``, ``budget`` or ``standing``.
        rule: its name.
        tier: what it asks for: autonomous, approval, hard_stop.
        why: its reason.
        decides: it is the one that decided.
    """

    layer: str
    rule: str
    tier: str
    why: str
    decides: bool


@dataclass(frozen=True, slots=True)
class Explanation:
    """What the guardrails say to an action now.

    Attributes:
        tier: autonomous, approval or hard_stop.
        rule, why: what decided, and the reason.
        remedy: what would change the answer; empty where nothing would.
        quorum: how many distinct operators have to say yes; 0 where nobody is asked.
        expiry_seconds, grace_seconds: how long the question stays open, and how long a yes can be undone.
        answers: every rule that matched, the deciding one first.
        policy: version of the policy.
        notes: budgets nearly used up, a standing rule that would answer, a policy file that does not parse.
    """

    kind: str
    tier: str
    rule: str
    why: str
    remedy: str
    quorum: int
    expiry_seconds: int
    grace_seconds: float
    answers: tuple[RuleAnswer, ...]
    policy: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PolicyView:
    """The policy in force, besides the built-in rules.

    Attributes:
        version: part of every action's digest.
        file: where its rules are written.
        capped: why nothing runs by itself for now; empty where it may.
        rules: the rules of the file and the settings, each layer after the other.
        kinds: the workspace's own kinds, and what each asks for.
        tools: for each kind, the tools that may serve it.
        gated_stages: stages of an account in which autonomous kinds ask first.
    """

    version: str
    file: str
    capped: str
    rules: tuple[RuleAnswer, ...]
    kinds: tuple[tuple[str, str], ...]
    tools: tuple[tuple[str, tuple[str, ...]], ...]
    gated_stages: tuple[str, ...]


class AskRules(AskPage):
    """Standing rules, newest first."""

    ended: bool = False
    """Also those that were revoked, used up or ran out."""


@dataclass(frozen=True, slots=True)
class RuleView:
    """One standing rule.

    Attributes:
        effect: ``allow`` or ``deny``.
        scope: the kind, tool, proposer, account and arguments that it covers, each as name and text.
        made_by, made_at: who made it, when.
        example: the action it was made from.
        expires_at: when it ends by itself.
        uses, limit: how often it answered, of how often at most.
        state: active, revoked, expired or used up.
        reason: for a denial: what proposers read.
        last_used: when it last answered.
    """

    id: str
    effect: str
    kind: str
    scope: tuple[tuple[str, str], ...]
    made_by: str
    made_at: datetime
    example: str
    expires_at: datetime
    uses: int
    limit: int
    state: str
    reason: str = ""
    last_used: datetime | None = None


@dataclass(frozen=True, slots=True)
class RulePage:
    """Some standing rules, and where the next page begins (empty at the end)."""

    items: tuple[RuleView, ...]
    next: str = ""


class AskBacktest(Ask):
    """What a standing rule would have answered in the past, had it stood."""

    rule: DenyLike | AllowLike
    """The rule, not made yet."""
    days: Annotated[int, Field(ge=1, le=365)] = 30
    """How far back."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """What came of the actions that a rule would have covered.

    Attributes:
        matched: how many there were.
        approved, rejected, expired, other: what came of them.
        scope: what the rule would cover, each part as name and text.
        against: ids of those that operators rejected: the rule would have run them.
        refused: why such a rule cannot be made; empty where it can.
    """

    matched: int
    approved: int
    rejected: int
    expired: int
    other: int
    scope: tuple[tuple[str, str], ...]
    against: tuple[str, ...] = ()
    refused: str = ""


@dataclass(frozen=True, slots=True)
class BudgetView:
    """One limit on what may happen by itself, and how much of it is used.

    Attributes:
        subject: whom it binds: ``persona:helper``, ``kind:send_follow_up_email``, ``*``.
        measure: actions_per_hour, actions_per_day, recipients_per_day or cents_per_day.
        used, limit: in that measure's unit.
        window_ends: when the oldest use falls out of the window; nothing while none is used.
    """

    subject: str
    measure: str
    used: int
    limit: int
    window_ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class BudgetPage:
    """Every limit, the most used first."""

    items: tuple[BudgetView, ...]


APPROVALS: Final = Query("approvals", AskApprovals, ApprovalPage)
EXPLAIN: Final = Query("explain", AskExplain, Explanation)
POLICY: Final = Query("policy", AskNothing, PolicyView)
RULES: Final = Query("rules", AskRules, RulePage)
BACKTEST: Final = Query("backtest", AskBacktest, Backtest)
BUDGETS: Final = Query("budgets", AskNothing, BudgetPage)
HERE: Final = Query("here", AskNothing, bool)
"""Tells the engine that a console is still open, so that its operator counts as within reach; always true."""
