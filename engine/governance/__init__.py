"""Governance: the one gate between a wish and an effect."""

from .action import Action, ActionStatus, Risk
from .deciding import DecisionError, DecisionRefused, RefusalCode
from .facts import AccountFacts, ActionFacts, Verdict
from .gate import Gate
from .guardrails import classify
from .kinds import ALL_KINDS, APPROVAL_KINDS, AUTONOMOUS_KINDS, HARD_STOP_KINDS, Stage, Tier
from .launcher import Launcher
from .launching import Execution, Held, HoldCode, Outcome
from .policy import Policy
from .ports import (
    ArgumentsError,
    Effect,
    PreparedCall,
    Toolbox,
    ToolContext,
    ToolError,
    ToolResult,
    ToolSpec,
)
from .proposal import Proposal, ProposalError

__all__ = [
    "ALL_KINDS",
    "APPROVAL_KINDS",
    "AUTONOMOUS_KINDS",
    "HARD_STOP_KINDS",
    "AccountFacts",
    "Action",
    "ActionFacts",
    "ActionStatus",
    "ArgumentsError",
    "DecisionError",
    "DecisionRefused",
    "Effect",
    "Execution",
    "Gate",
    "Held",
    "HoldCode",
    "Launcher",
    "Outcome",
    "Policy",
    "PreparedCall",
    "Proposal",
    "ProposalError",
    "RefusalCode",
    "Risk",
    "Stage",
    "Tier",
    "ToolContext",
    "ToolError",
    "ToolResult",
    "ToolSpec",
    "Toolbox",
    "Verdict",
    "classify",
]
