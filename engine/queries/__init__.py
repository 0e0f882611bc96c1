"""What can be asked of the engine beyond the view: one registry of paged, bounded queries."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..lazy import lazily
from .homes import HOMES

if TYPE_CHECKING:
    from . import agents, graphs, inbox, personas, task_records, tasks, telemetry, triggers
    from .agents import *  # noqa: F403  # it names its own public face
    from .base import PAGE_LIMIT, Ask, AskNothing, AskPage, Query
    from .crm import (
        ACCOUNT,
        ACCOUNTS,
        OPPORTUNITIES,
        PREVIEW,
        AccountPage,
        AccountReport,
        AccountView,
        AskAccount,
        AskAccounts,
        AskOpportunities,
        AskPreview,
        FilePreview,
        ImportPreview,
        InteractionView,
        LinePreview,
        OpportunityPage,
        OpportunityView,
        StageView,
    )
    from .goals import GOAL, AskGoal, GoalGap, GoalMeasurement, GoalPoint, GoalReport
    from .governance import (
        APPROVALS,
        BACKTEST,
        BUDGETS,
        EXPLAIN,
        HERE,
        POLICY,
        RULES,
        ApprovalPage,
        AskApprovals,
        AskBacktest,
        AskExplain,
        AskRules,
        Backtest,
        BudgetPage,
        BudgetView,
        Explanation,
        PolicyView,
        RuleAnswer,
        RulePage,
        RuleView,
    )
    from .graphs import *  # noqa: F403  # as above
    from .halts import PAUSES, FlightView, HaltView, PausesView, PauseView
    from .heartbeat import HEARTBEAT, HeartbeatLine, HeartbeatView
    from .inbox import *  # noqa: F403  # as above
    from .insights import PATTERNS, AskPatterns, PatternPage, PatternView
    from .journal import (
        AUDIT,
        AWAY,
        JOURNAL,
        JOURNAL_ROWS,
        AskAudit,
        AskAway,
        AskJournal,
        AskRows,
        AuditView,
        AwayView,
        JournalPage,
        RowPage,
        RowView,
    )
    from .personas import *  # noqa: F403  # as above
    from .registry import QUERIES
    from .rollout import (
        ROLLOUT,
        ROLLOUT_QUERIES,
        SHADOW,
        AskRollout,
        AskShadow,
        GateView,
        MemberView,
        RolloutStageView,
        RolloutStepView,
        RolloutView,
        ShadowPage,
        ShadowSide,
        ShadowSummary,
        ShadowView,
    )
    from .schedule import (
        JOB_RUNS,
        SCHEDULE,
        SCHEDULE_QUERIES,
        AskRuns,
        AskSchedule,
        CronCheck,
        RunsPage,
        SchedulePage,
    )
    from .task_records import *  # noqa: F403  # as above
    from .tasks import *  # noqa: F403  # as above
    from .telemetry import *  # noqa: F403  # as above
    from .tools import (
        NOTIFICATIONS,
        TOOL_QUERIES,
        TOOLS,
        AskTools,
        NotificationPage,
        NotificationView,
        ToolPage,
        ToolServerView,
        ToolView,
    )
    from .triggers import *  # noqa: F403  # as above
    from .work import DETAIL, GOALS, STATUS, TASKS, AskDetail, AskGoals, AskTasks, GoalPage, TaskPage

__all__ = [
    "ACCOUNT",
    "ACCOUNTS",
    "APPROVALS",
    "AUDIT",
    "AWAY",
    "BACKTEST",
    "BUDGETS",
    "DETAIL",
    "EXPLAIN",
    "GOAL",
    "GOALS",
    "HEARTBEAT",
    "HERE",
    "JOB_RUNS",
    "JOURNAL",
    "JOURNAL_ROWS",
    "NOTIFICATIONS",
    "OPPORTUNITIES",
    "PAGE_LIMIT",
    "PATTERNS",
    "PAUSES",
    "POLICY",
    "PREVIEW",
    "QUERIES",
    "ROLLOUT",
    "ROLLOUT_QUERIES",
    "RULES",
    "SCHEDULE",
    "SCHEDULE_QUERIES",
    "SHADOW",
    "STATUS",
    "TASKS",
    "TOOLS",
    "TOOL_QUERIES",
    "AccountPage",
    "AccountReport",
    "AccountView",
    "ApprovalPage",
    "Ask",
    "AskAccount",
    "AskAccounts",
    "AskApprovals",
    "AskAudit",
    "AskAway",
    "AskBacktest",
    "AskDetail",
    "AskExplain",
    "AskGoal",
    "AskGoals",
    "AskJournal",
    "AskNothing",
    "AskOpportunities",
    "AskPage",
    "AskPatterns",
    "AskPreview",
    "AskRollout",
    "AskRows",
    "AskRules",
    "AskRuns",
    "AskSchedule",
    "AskShadow",
    "AskTasks",
    "AskTools",
    "AuditView",
    "AwayView",
    "Backtest",
    "BudgetPage",
    "BudgetView",
    "CronCheck",
    "Explanation",
    "FilePreview",
    "FlightView",
    "GateView",
    "GoalGap",
    "GoalMeasurement",
    "GoalPage",
    "GoalPoint",
    "GoalReport",
    "HaltView",
    "HeartbeatLine",
    "HeartbeatView",
    "ImportPreview",
    "InteractionView",
    "JournalPage",
    "LinePreview",
    "MemberView",
    "NotificationPage",
    "NotificationView",
    "OpportunityPage",
    "OpportunityView",
    "PatternPage",
    "PatternView",
    "PauseView",
    "PausesView",
    "PolicyView",
    "Query",
    "RolloutStageView",
    "RolloutStepView",
    "RolloutView",
    "RowPage",
    "RowView",
    "RuleAnswer",
    "RulePage",
    "RuleView",
    "RunsPage",
    "SchedulePage",
    "ShadowPage",
    "ShadowSide",
    "ShadowSummary",
    "ShadowView",
    "StageView",
    "TaskPage",
    "ToolPage",
    "ToolServerView",
    "ToolView",
]
if TYPE_CHECKING:
    __all__ += agents.__all__
    __all__ += graphs.__all__
    __all__ += inbox.__all__
    __all__ += personas.__all__
    __all__ += task_records.__all__
    __all__ += tasks.__all__
    __all__ += telemetry.__all__
    __all__ += triggers.__all__
else:
    __all__ = [name for names in HOMES.values() for name in names]
    __getattr__ = lazily(__name__, HOMES)
