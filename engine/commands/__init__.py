"""What goes into the engine: one registry of commands.

Keys, palette, help, footer and the command line are projections of :data:`COMMANDS`. Every command is carried out by
the engine alone, which checks the operator's role again, whatever door it came through.
"""

from __future__ import annotations

from typing import Final

from .actions import (
    ACTION_COMMANDS,
    ApproveAction,
    ClaimAction,
    DecideMany,
    EditAction,
    ProposeAction,
    RejectAction,
    SettleAction,
    SnoozeAction,
    UndoApproval,
    WithdrawAction,
)
from .base import Arguments, Command, Identifier, Nothing, Reason, Text
from .goals import GOAL_COMMANDS, AddGoal, EditGoal, GoalTarget, ImportCrm, SetStage
from .halts import HALT_COMMANDS, HaltEngine, Target
from .jobs import JOB_COMMANDS, RunJob
from .journal import JOURNAL_COMMANDS, PruneJournal, SeenJournal
from .personas import PERSONA_COMMANDS, MessageTarget, Reprioritise, SendMessage, SetMode, SteerMessages
from .rules import RULE_COMMANDS, AllowLike, DenyLike, RevokeRule
from .tasks import TASK_COMMANDS, CancelTask, SubmitTask
from .tools import TOOL_COMMANDS, RetryNotification

__all__ = [
    "COMMANDS",
    "AddGoal",
    "AllowLike",
    "ApproveAction",
    "Arguments",
    "CancelTask",
    "ClaimAction",
    "Command",
    "DecideMany",
    "DenyLike",
    "EditAction",
    "EditGoal",
    "GoalTarget",
    "HaltEngine",
    "Identifier",
    "ImportCrm",
    "MessageTarget",
    "Nothing",
    "ProposeAction",
    "PruneJournal",
    "Reason",
    "RejectAction",
    "Reprioritise",
    "RetryNotification",
    "RevokeRule",
    "RunJob",
    "SeenJournal",
    "SendMessage",
    "SetMode",
    "SetStage",
    "SettleAction",
    "SnoozeAction",
    "SteerMessages",
    "SubmitTask",
    "Target",
    "Text",
    "UndoApproval",
    "WithdrawAction",
]

COMMANDS: Final[dict[str, Command]] = {
    command.name: command
    for group in (
        ACTION_COMMANDS,
        RULE_COMMANDS,
        PERSONA_COMMANDS,
        HALT_COMMANDS,
        TASK_COMMANDS,
        GOAL_COMMANDS,
        JOB_COMMANDS,
        JOURNAL_COMMANDS,
        TOOL_COMMANDS,
    )
    for command in group
}
"""Every command by its name."""
