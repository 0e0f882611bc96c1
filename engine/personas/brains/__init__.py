"""Brains: what turns a message into proposals. A brain only proposes; the gate decides."""

from .facts import (
    AccountFact,
    DoneFact,
    Facts,
    FactsSource,
    GoalFact,
    JobFact,
    NoFacts,
    PersonaFact,
    TaskFact,
    WaitingAction,
)
from .protocol import Brain, BrainError, BrainReply, BrainRequest, Meter, ProposalDraft, checked_reply
from .rules import RulesBrain

__all__ = [
    "AccountFact",
    "Brain",
    "BrainError",
    "BrainReply",
    "BrainRequest",
    "DoneFact",
    "Facts",
    "FactsSource",
    "GoalFact",
    "JobFact",
    "Meter",
    "NoFacts",
    "PersonaFact",
    "ProposalDraft",
    "RulesBrain",
    "TaskFact",
    "WaitingAction",
    "checked_reply",
]
