"""Tasks for agents: what they are, the registry that holds them, and how agents' reports change them."""

from .projection import Report, ReportKind, project, projected_position, restart_projection
from .registry import cancel, pause, replay, reprioritise, republish, resume, submit
from .repository import (
    Operation,
    OutboxEntry,
    counts,
    dependants_of,
    dependencies_of,
    finished_since,
    get_task,
    list_tasks,
    lost_candidates,
    pending_outbox,
    settle_outbox,
)
from .task import TRANSITIONS, NewTask, Task, TaskError, TaskState

__all__ = [
    "TRANSITIONS",
    "NewTask",
    "Operation",
    "OutboxEntry",
    "Report",
    "ReportKind",
    "Task",
    "TaskError",
    "TaskState",
    "cancel",
    "counts",
    "dependants_of",
    "dependencies_of",
    "finished_since",
    "get_task",
    "list_tasks",
    "lost_candidates",
    "pause",
    "pending_outbox",
    "project",
    "projected_position",
    "replay",
    "reprioritise",
    "republish",
    "restart_projection",
    "resume",
    "settle_outbox",
    "submit",
]
