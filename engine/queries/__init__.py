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
from .journal import JOURNAL, AskJournal, JournalPage
from .work import DETAIL, GOALS, STATUS, TASKS, AskDetail, AskGoals, AskTasks, GoalPage, TaskPage

__all__ = [
    "APPROVALS",
    "BACKTEST",
    "BUDGETS",
    "DETAIL",
    "EXPLAIN",
    "GOALS",
    "JOURNAL",
    "PAGE_LIMIT",
    "QUERIES",
    "RULES",
    "STATUS",
    "TASKS",
    "ApprovalPage",
    "Ask",
    "AskApprovals",
    "AskBacktest",
    "AskDetail",
    "AskExplain",
    "AskGoals",
    "AskJournal",
    "AskNothing",
    "AskPage",
    "AskRules",
    "AskTasks",
    "Backtest",
    "BudgetPage",
    "BudgetView",
    "Explanation",
    "GoalPage",
    "JournalPage",
    "Query",
    "RuleAnswer",
    "RulePage",
    "RuleView",
    "TaskPage",
]

QUERIES: Final[dict[str, Query[object]]] = {
    query.name: query  # type: ignore[misc]  # each query keeps its own result type; the table forgets it
    for query in (DETAIL, APPROVALS, TASKS, GOALS, JOURNAL, STATUS, EXPLAIN, RULES, BACKTEST, BUDGETS)
}
"""Every query by its name."""
