"""What goes into the engine: one registry of commands.

Keys, palette, help, footer and the command line are projections of :data:`COMMANDS`. Every command is carried out by
the engine alone, which checks the operator's role again, whatever door it came through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ..lazy import lazily

if TYPE_CHECKING:
    from .actions import (
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
    from .goals import AddGoal, EditGoal, GoalTarget, ImportCrm, SetStage
    from .graphs import CancelGraph, DrainAgent, RetryTask, SubmitGraph
    from .halts import HaltEngine, Target
    from .jobs import RunJob
    from .journal import PruneJournal, SeenJournal
    from .personas import Dependency, MessageTarget, Reprioritise, SendMessage, SetMode, SteerMessages
    from .registry import COMMANDS
    from .rollout import PlanRollout, RollBack, StartRollout, StepRollout
    from .rules import AllowLike, DenyLike, RevokeRule
    from .task_records import RECORD_CHARACTERS, RECORDS, ImportTasks
    from .tasks import AddCron, CancelTask, CronTarget, DeadLetters, SubmitTask, TaskTarget
    from .tools import RetryNotification
    from .triggers import FireTrigger, ResetTrigger

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

_HOMES: Final[dict[str, tuple[str, ...]]] = {
    "actions": (
        "ApproveAction",
        "ClaimAction",
        "DecideMany",
        "EditAction",
        "ProposeAction",
        "RejectAction",
        "SettleAction",
        "SnoozeAction",
        "UndoApproval",
        "WithdrawAction",
    ),
    "base": ("Arguments", "Command", "Identifier", "Nothing", "Reason", "Text"),
    "goals": ("AddGoal", "EditGoal", "GoalTarget", "ImportCrm", "SetStage"),
    "graphs": ("CancelGraph", "DrainAgent", "RetryTask", "SubmitGraph"),
    "halts": ("HaltEngine", "Target"),
    "jobs": ("RunJob",),
    "journal": ("PruneJournal", "SeenJournal"),
    "personas": ("Dependency", "MessageTarget", "Reprioritise", "SendMessage", "SetMode", "SteerMessages"),
    "registry": ("COMMANDS",),
    "rollout": ("PlanRollout", "RollBack", "StartRollout", "StepRollout"),
    "rules": ("AllowLike", "DenyLike", "RevokeRule"),
    "task_records": ("RECORD_CHARACTERS", "RECORDS", "ImportTasks"),
    "tasks": ("AddCron", "CancelTask", "CronTarget", "DeadLetters", "SubmitTask", "TaskTarget"),
    "tools": ("RetryNotification",),
    "triggers": ("FireTrigger", "ResetTrigger"),
}

if not TYPE_CHECKING:
    __getattr__ = lazily(__name__, _HOMES)
