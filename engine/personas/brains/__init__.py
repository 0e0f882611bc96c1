"""Brains: what turns a message into proposals. A brain only proposes; the gate decides."""

from .facts import AccountFact, Facts, FactsSource, GoalFact, NoFacts, WaitingAction
from .protocol import Brain, BrainError, BrainReply, BrainRequest, ProposalDraft, checked_reply
from .rules import RulesBrain

__all__ = [
    "AccountFact",
    "Brain",
    "BrainError",
    "BrainReply",
    "BrainRequest",
    "Facts",
    "FactsSource",
    "GoalFact",
    "NoFacts",
    "ProposalDraft",
    "RulesBrain",
    "WaitingAction",
    "checked_reply",
]
