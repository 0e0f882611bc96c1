"""Actions that wait for an operator or just ended, as an operator sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Risk(StrEnum):
    """How much harm an action could do."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class ApprovalView:
    """One action that waits for an operator, or whose outcome is fresh.

    Attributes:
        id: the action's id, from proposal to audit.
        revision: counts edits from 1; a decision names it.
        digest: SHA-256 in hex of exactly what would run; a decision names it.
        status: pending, approved, executing, executed, rejected, expired, failed, uncertain, blocked…
        proposer: who asks: ``persona:helper``, ``heartbeat``, ``goal:…``.
        why: the proposer's own words.
        rule: the guardrail that asks for a person.
        account, stage: what it is about; empty where it is about no account.
        payload: name and value of each argument, painted from the canonical bytes; a value is cut at ``PAYLOAD_LIMIT``.
        payload_complete: nothing of the payload was cut.
        effect: what approving does to the world, in a sentence.
        expires_at: when waiting ends; the answer is then *no*.
        launches_at: for an approved action, when its grace period ends.
        decided_by, decided_at, reason: the decision, once there is one.
        repeats: how often the same was asked again meanwhile.
        quorum: how many distinct operators have to say yes.
        granted_by: those who said yes to this revision so far.
        claimed_by: who is looking at it; empty where nobody said so.
        snoozed_until: out of sight until then; its deadline stays.
        escalated: half its time went by, and nobody answered.
        standing: the standing rule that answered it; empty where none did.
        simple: low or medium risk, one yes needed, nothing suspicious: one armed key may approve it.
        arguments: the payload as JSON text, where the whole action was asked for; empty in lists.
    """

    id: str
    kind: str
    tool: str
    revision: int
    digest: str
    status: str
    risk: Risk
    proposer: str
    why: str
    rule: str
    payload: tuple[tuple[str, str], ...]
    payload_complete: bool
    effect: str
    created_at: datetime
    expires_at: datetime | None = None
    launches_at: datetime | None = None
    account: str = ""
    stage: str = ""
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    result: str = ""
    repeats: int = 0
    quorum: int = 1
    granted_by: tuple[str, ...] = ()
    claimed_by: str = ""
    snoozed_until: datetime | None = None
    escalated: bool = False
    standing: str = ""
    simple: bool = False
    arguments: str = ""


@dataclass(frozen=True, slots=True)
class ApprovalsView:
    """What waits for a decision, most urgent first, then what is snoozed, then what was decided in the last minutes.

    Attributes:
        pending: how many wait, the snoozed ones included.
        uncertain: how many ended without anybody knowing how.
        snoozed: how many of those that wait are out of sight.
        oldest: since when the oldest waits.
        fatigue: for each operator whose streak of quick approvals is unusual, the reason to ask once more.
    """

    items: tuple[ApprovalView, ...] = ()
    pending: int = 0
    uncertain: int = 0
    snoozed: int = 0
    oldest: datetime | None = None
    fatigue: tuple[tuple[str, str], ...] = ()
