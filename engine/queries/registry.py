"""Every query in one table."""

from __future__ import annotations

from typing import Final

from . import agents, graphs, inbox, personas, tasks, telemetry, triggers
from .base import Query
from .crm import CRM_QUERIES
from .goals import GOAL
from .governance import APPROVALS, BACKTEST, BUDGETS, EXPLAIN, HERE, POLICY, RULES
from .halts import PAUSES
from .heartbeat import HEARTBEAT
from .insights import PATTERNS
from .journal import AUDIT, AWAY, JOURNAL, JOURNAL_ROWS
from .rollout import ROLLOUT_QUERIES
from .schedule import SCHEDULE_QUERIES
from .tools import TOOL_QUERIES
from .work import DETAIL, GOALS, STATUS, TASKS

_ALL: Final = (
    DETAIL,
    APPROVALS,
    TASKS,
    *tasks.TASK_QUERIES,
    GOALS,
    HEARTBEAT,
    JOURNAL,
    JOURNAL_ROWS,
    AUDIT,
    AWAY,
    PAUSES,
    STATUS,
    EXPLAIN,
    POLICY,
    RULES,
    BACKTEST,
    BUDGETS,
    HERE,
    PATTERNS,
    GOAL,
    *agents.AGENT_QUERIES,
    *graphs.GRAPH_QUERIES,
    *CRM_QUERIES,
    *TOOL_QUERIES,
    *SCHEDULE_QUERIES,
    *triggers.TRIGGER_QUERIES,
    *ROLLOUT_QUERIES,
    *personas.PERSONA_QUERIES,
    *inbox.INBOX_QUERIES,
    *telemetry.TELEMETRY_QUERIES,
)

QUERIES: Final[dict[str, Query[object]]] = {
    query.name: query  # type: ignore[misc]  # each query keeps its own result type; the table forgets it
    for query in _ALL
}
"""Every query by its name."""
