"""What an action can be: the 24 kinds in three tiers, the stages of an account, and which tool may serve which kind."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from .names import normalise


class Tier(StrEnum):
    """Who may let an action run."""

    AUTONOMOUS = "autonomous"
    """It runs by itself."""
    APPROVAL = "approval"
    """It runs after an operator said yes to exactly these bytes."""
    HARD_STOP = "hard_stop"
    """It never runs; nobody can approve it."""

    @property
    def rank(self) -> int:
        """How restrictive the tier is, 0 to 2."""
        return _TIER_ORDER.index(self)


_TIER_ORDER: Final = (Tier.AUTONOMOUS, Tier.APPROVAL, Tier.HARD_STOP)


class Stage(StrEnum):
    """How far an account's business has come."""

    PROSPECTING = "prospecting"
    QUALIFICATION = "qualification"
    EVALUATION = "evaluation"
    NEGOTIATION = "negotiation"
    CLOSED_WON = "closed_won"
    CLOSED_LOST = "closed_lost"
    UNKNOWN = "unknown"
    """The account has no stage on record, or one that is not among these."""

    @classmethod
    def named(cls, name: str | None) -> Stage:
        """The stage of that name, however spelled; ``UNKNOWN`` where there is none."""
        spelled = normalise(name) if name else ""
        return next((stage for stage in cls if stage.value == spelled), cls.UNKNOWN)


AUTONOMOUS_KINDS: Final = frozenset({
    "send_follow_up_email",
    "send_routine_response",
    "send_chat_message",
    "schedule_meeting",
    "qualify_conversation",
    "progress_early_stage",
    "update_account_context",
    "create_briefing",
    "log_interaction",
})  # fmt: skip
APPROVAL_KINDS: Final = frozenset({
    "send_proposal",
    "discuss_pricing",
    "negotiate_terms",
    "progress_past_evaluation",
    "contact_c_suite",
    "share_minutes_externally",
    "modify_account_plan",
    "escalate_to_management",
})  # fmt: skip
HARD_STOP_KINDS: Final = frozenset({
    "commit_pricing",
    "modify_contract",
    "approve_discount",
    "strategic_decision",
    "initiate_executive_relationship",
    "legal_commitment",
    "market_positioning_change",
})  # fmt: skip
ALL_KINDS: Final = AUTONOMOUS_KINDS | APPROVAL_KINDS | HARD_STOP_KINDS

GATED_STAGES: Final = frozenset({Stage.EVALUATION, Stage.NEGOTIATION, Stage.CLOSED_WON, Stage.CLOSED_LOST})
"""Stages of an account in which even autonomous kinds ask first."""

TOOLS_BY_KIND: Final[Mapping[str, frozenset[str]]] = MappingProxyType({
    "send_follow_up_email": frozenset({"email"}),
    "send_routine_response": frozenset({"email", "chat"}),
    "send_chat_message": frozenset({"chat", "notify", "telegram_send"}),
    "schedule_meeting": frozenset({"calendar"}),
    "qualify_conversation": frozenset({"log_interaction"}),
    "progress_early_stage": frozenset({"log_interaction", "crm_update"}),
    "update_account_context": frozenset({"account_context", "log_interaction", "crm_update"}),
    "create_briefing": frozenset({"briefing", "digest"}),
    "log_interaction": frozenset({"log_interaction"}),
    "send_proposal": frozenset({"email"}),
    "discuss_pricing": frozenset({"email", "chat"}),
    "negotiate_terms": frozenset({"email", "chat"}),
    "progress_past_evaluation": frozenset({"log_interaction", "crm_update"}),
    "contact_c_suite": frozenset({"email"}),
    "share_minutes_externally": frozenset({"email"}),
    "modify_account_plan": frozenset({"briefing", "crm_update"}),
    "escalate_to_management": frozenset({"email", "chat"}),
})  # fmt: skip
"""Which tools may serve a kind. A kind that arrives with another tool is not what it says, and asks first."""
