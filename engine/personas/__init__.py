"""Personas: inbox, priority, energy and mood, emotions, brains, and the autonomous loop."""

from .acceptance import post
from .brains import (
    AccountFact,
    Brain,
    BrainError,
    BrainReply,
    BrainRequest,
    Facts,
    FactsSource,
    GoalFact,
    NoFacts,
    ProposalDraft,
    RulesBrain,
    WaitingAction,
)
from .handling import Outcome, PauseCheck, Propose, Settled
from .loop import PersonaLoop
from .model import (
    Accepted,
    Answer,
    Dropped,
    IllegalTransition,
    Incoming,
    Merged,
    Message,
    MessageRefused,
    MessageStatus,
    PersonaError,
    SenderKind,
    UnknownPersona,
    message_id,
)
from .modes import all_to_sync, load_all_modes, set_mode
from .repository import find_message
from .roster import Roster
from .service import PersonaService
from .steering import Change, drop, reprioritise, retry
from .sync_answers import SyncAnswer
from .views import inbox_view, message_detail, persona_detail, persona_views

__all__ = [
    "Accepted",
    "AccountFact",
    "Answer",
    "Brain",
    "BrainError",
    "BrainReply",
    "BrainRequest",
    "Change",
    "Dropped",
    "Facts",
    "FactsSource",
    "GoalFact",
    "IllegalTransition",
    "Incoming",
    "Merged",
    "Message",
    "MessageRefused",
    "MessageStatus",
    "NoFacts",
    "Outcome",
    "PauseCheck",
    "PersonaError",
    "PersonaLoop",
    "PersonaService",
    "ProposalDraft",
    "Propose",
    "Roster",
    "RulesBrain",
    "SenderKind",
    "Settled",
    "SyncAnswer",
    "UnknownPersona",
    "WaitingAction",
    "all_to_sync",
    "drop",
    "find_message",
    "inbox_view",
    "load_all_modes",
    "message_detail",
    "message_id",
    "persona_detail",
    "persona_views",
    "post",
    "reprioritise",
    "retry",
    "set_mode",
]
