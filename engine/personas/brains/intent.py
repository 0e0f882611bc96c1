"""What a message can be about."""

from __future__ import annotations

from enum import StrEnum


class Intent(StrEnum):
    """What is asked for."""

    RUN_COMMAND = "run_command"
    COMMIT_PRICING = "commit_pricing"
    APPROVE_DISCOUNT = "approve_discount"
    MODIFY_CONTRACT = "modify_contract"
    SEND_PROPOSAL = "send_proposal"
    DISCUSS_PRICING = "discuss_pricing"
    FOLLOW_UP = "send_follow_up_email"
    BRIEFING = "create_briefing"
    LOG = "log_interaction"
    ACCOUNT = "account"
    GOALS = "goals"
    TASKS = "tasks"
    APPROVALS = "approvals"
    INBOX = "inbox"
    STATUS = "status"
    WITHDRAW = "withdraw"
    HELP = "help"
    SELF = "self"
    CLOCK = "clock"
    WAITS = "waits"
    PAUSED = "paused"
    DONE = "done"
    SCHEDULE = "schedule"
    DEADLINES = "deadlines"
    FINDINGS = "findings"
    RISKS = "risks"
    BUDGET = "budget"
    PERSONAS = "personas"
    UNKNOWN = "unknown"
    GREETING = "greeting"
    ROUTINE = "send_routine_response"
