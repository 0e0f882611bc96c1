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
from .graphs import GRAPH_COMMANDS, CancelGraph, DrainAgent, RetryTask, SubmitGraph
from .halts import HALT_COMMANDS, HaltEngine, Target
from .jobs import JOB_COMMANDS, RunJob
from .journal import JOURNAL_COMMANDS, PruneJournal, SeenJournal
from .personas import PERSONA_COMMANDS, Dependency, MessageTarget, Reprioritise, SendMessage, SetMode, SteerMessages
from .rollout import ROLLOUT_COMMANDS, PlanRollout, RollBack, StartRollout, StepRollout
from .rules import RULE_COMMANDS, AllowLike, DenyLike, RevokeRule
from .task_records import RECORD_CHARACTERS, RECORD_COMMANDS, RECORDS, ImportTasks
from .tasks import TASK_COMMANDS, AddCron, CancelTask, CronTarget, DeadLetters, SubmitTask, TaskTarget
from .tools import TOOL_COMMANDS, RetryNotification
from .triggers import TRIGGER_COMMANDS, FireTrigger, ResetTrigger

__all__ = [
    "COMMANDS",
    "RECORDS",
    "RECORD_CHARACTERS",
    "AddCron",
    "AddGoal",
    "AllowLike",
    "ApproveAction",
    "Arguments",
    "CancelGraph",
    "CancelTask",
    "ClaimAction",
    "Command",
    "CronTarget",
    "DeadLetters",
    "DecideMany",
    "DenyLike",
    "Dependency",
    "DrainAgent",
    "EditAction",
    "EditGoal",
    "FireTrigger",
    "GoalTarget",
    "HaltEngine",
    "Identifier",
    "ImportCrm",
    "ImportTasks",
    "MessageTarget",
    "Nothing",
    "PlanRollout",
    "ProposeAction",
    "PruneJournal",
    "Reason",
    "RejectAction",
    "Reprioritise",
    "ResetTrigger",
    "RetryNotification",
    "RetryTask",
    "RevokeRule",
    "RollBack",
    "RunJob",
    "SeenJournal",
    "SendMessage",
    "SetMode",
    "SetStage",
    "SettleAction",
    "SnoozeAction",
    "StartRollout",
    "SteerMessages",
    "StepRollout",
    "SubmitGraph",
    "SubmitTask",
    "Target",
    "TaskTarget",
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
        ROLLOUT_COMMANDS,
        HALT_COMMANDS,
        TASK_COMMANDS,
        RECORD_COMMANDS,
        GRAPH_COMMANDS,
        GOAL_COMMANDS,
        JOB_COMMANDS,
        JOURNAL_COMMANDS,
        TOOL_COMMANDS,
        TRIGGER_COMMANDS,
    )
    for command in group
}
"""Every command by its name."""
