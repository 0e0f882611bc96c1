"""Tasks for agents: what they are, the registry that holds them, and how agents' reports change them."""

from .counting import counts, counts_by_type, done_lately, waiting
from .graph import ACTION_TYPE, Asking, Plan, Step, depths, ordered, problems_of
from .graph_rows import Graph, GraphTask, get_graph, graph_tasks, list_graphs, member_of, submit_graph
from .outbox import Operation, OutboxEntry, lost_candidates, pending_outbox, settle_outbox
from .projection import Report, ReportKind, project, projected_position, restart_projection
from .registry import cancel, pause, replay, reprioritise, republish, resume, submit
from .repository import dependants_of, dependencies_of, get_task, list_tasks, newest_tasks
from .retrying import retry
from .rules import due_moments, due_of, holder_of
from .task import TRANSITIONS, FailurePolicy, NewTask, Task, TaskError, TaskState

__all__ = [
    "ACTION_TYPE",
    "TRANSITIONS",
    "Asking",
    "FailurePolicy",
    "Graph",
    "GraphTask",
    "NewTask",
    "Operation",
    "OutboxEntry",
    "Plan",
    "Report",
    "ReportKind",
    "Step",
    "Task",
    "TaskError",
    "TaskState",
    "cancel",
    "counts",
    "counts_by_type",
    "dependants_of",
    "dependencies_of",
    "depths",
    "done_lately",
    "due_moments",
    "due_of",
    "get_graph",
    "get_task",
    "graph_tasks",
    "holder_of",
    "list_graphs",
    "list_tasks",
    "lost_candidates",
    "member_of",
    "newest_tasks",
    "ordered",
    "pause",
    "pending_outbox",
    "problems_of",
    "project",
    "projected_position",
    "replay",
    "reprioritise",
    "republish",
    "restart_projection",
    "resume",
    "retry",
    "settle_outbox",
    "submit",
    "submit_graph",
    "waiting",
]
