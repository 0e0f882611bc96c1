"""What can be asked of the engine beyond the view: one registry of paged, bounded queries."""

from __future__ import annotations

from typing import Final

from .base import PAGE_LIMIT, Ask, AskNothing, AskPage, Query
from .governance import (
    APPROVALS,
    BACKTEST,
    BUDGETS,
    EXPLAIN,
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
    RuleAnswer,
    RulePage,
    RuleView,
)
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
from .work import DETAIL, GOALS, STATUS, TASKS, AskDetail, AskGoals, AskTasks, GoalPage, TaskPage

__all__ = [
    "APPROVALS",
    "AUDIT",
    "AWAY",
    "BACKTEST",
    "BUDGETS",
    "DETAIL",
    "EXPLAIN",
    "GOALS",
    "JOURNAL",
    "JOURNAL_ROWS",
    "PAGE_LIMIT",
    "PATTERNS",
    "QUERIES",
    "RULES",
    "STATUS",
    "TASKS",
    "ApprovalPage",
    "Ask",
    "AskApprovals",
    "AskAudit",
    "AskAway",
    "AskBacktest",
    "AskDetail",
    "AskExplain",
    "AskGoals",
    "AskJournal",
    "AskNothing",
    "AskPage",
    "AskPatterns",
    "AskRows",
    "AskRules",
    "AskTasks",
    "AuditView",
    "AwayView",
    "Backtest",
    "BudgetPage",
    "BudgetView",
    "Explanation",
    "GoalPage",
    "JournalPage",
    "PatternPage",
    "PatternView",
    "Query",
    "RowPage",
    "RowView",
    "RuleAnswer",
    "RulePage",
    "RuleView",
    "TaskPage",
]

_ALL: Final = (
    DETAIL,
    APPROVALS,
    TASKS,
    GOALS,
    JOURNAL,
    JOURNAL_ROWS,
    AUDIT,
    AWAY,
    STATUS,
    EXPLAIN,
    RULES,
    BACKTEST,
    BUDGETS,
    PATTERNS,
)

QUERIES: Final[dict[str, Query[object]]] = {
    query.name: query  # type: ignore[misc]  # each query keeps its own result type; the table forgets it
    for query in _ALL
}
"""Every query by its name."""
