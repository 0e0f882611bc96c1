"""What comes out of the engine: an immutable, bounded picture of everything an operator watches.

A :class:`View` is made at most ten times a second, from one consistent state of the database and from what the engine
knows of its own connections. It never grows with the amount of work: long lists are cut to their limits and carry the
true total beside them. Everything beyond comes through paged queries (:mod:`engine.queries`).

Texts in a view are raw: whoever paints them cleans them first.
"""

from .approvals import ApprovalsView, ApprovalView, Risk
from .limits import (
    ACTIVITY_LIMIT,
    AGENT_LIMIT,
    APPROVAL_LIMIT,
    GOAL_LIMIT,
    MESSAGE_LIMIT,
    PAYLOAD_LIMIT,
    PERSONA_LIMIT,
    TASK_LIMIT,
)
from .personas import HoldView, InboxView, MessageView, PersonaView
from .rollout import RolloutLine
from .schedule import JobRunView, JobView
from .whole import ActivityView, Dependency, Detail, EngineView, Health, Section, View
from .work import AgentsView, AgentView, BreakerView, GoalView, RunningView, TaskView

__all__ = [
    "ACTIVITY_LIMIT",
    "AGENT_LIMIT",
    "APPROVAL_LIMIT",
    "GOAL_LIMIT",
    "MESSAGE_LIMIT",
    "PAYLOAD_LIMIT",
    "PERSONA_LIMIT",
    "TASK_LIMIT",
    "ActivityView",
    "AgentView",
    "AgentsView",
    "ApprovalView",
    "ApprovalsView",
    "BreakerView",
    "Dependency",
    "Detail",
    "EngineView",
    "GoalView",
    "Health",
    "HoldView",
    "InboxView",
    "JobRunView",
    "JobView",
    "MessageView",
    "PersonaView",
    "Risk",
    "RolloutLine",
    "RunningView",
    "Section",
    "TaskView",
    "View",
]
