"""Answers queries: each from one consistent read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from ..client.protocol import CommandRefused, as_refusal
from ..clock import Clock
from ..errors import WatchfloorError
from ..governance.gate import Gate
from ..personas import PersonaService
from ..queries import (
    APPROVALS,
    AUDIT,
    AWAY,
    BACKTEST,
    BUDGETS,
    DETAIL,
    EXPLAIN,
    HEARTBEAT,
    HERE,
    JOURNAL,
    JOURNAL_ROWS,
    PATTERNS,
    PAUSES,
    POLICY,
    PREVIEW,
    ROLLOUT,
    RULES,
    SHADOW,
    STATUS,
    TASKS,
    Ask,
    AskPreview,
    HeartbeatView,
    ImportPreview,
    Query,
)
from ..queries.task_records import TASK_RECORDS
from ..schedule import Scheduler
from ..storage import Database, Reader
from ..view import View
from .archivist import Auditor
from .details import detail
from .handlers.task_records import record_page
from .rollout import RolloutRoom
from .toolroom import ToolRoom
from .views.actions import approval_page
from .views.agents import agent_readers
from .views.away import away_view
from .views.budgets import budget_page
from .views.crm import crm_readers
from .views.goals import goal_readers
from .views.graphs import graph_readers
from .views.halts import pauses_view
from .views.insights import pattern_page
from .views.journal import journal_page, row_page
from .views.personas import Shown, persona_readers
from .views.policy import explanation, policy_view
from .views.rollout import rollout_view
from .views.rules import backtest_answer, rule_page
from .views.schedule import schedule_readers
from .views.shadow import shadow_page
from .views.tasks import task_page
from .views.tools import tool_readers
from .workroom import WorkRoom

R = TypeVar("R")


class Answers:
    """Every query's answer.

    Args:
        database: read from.
        clock: the present day.
        personas: who there is.
        gate: judges what is asked about.
        status: makes a fresh view.
        auditor: proves the journal.
        preview: finds what an import would do.
        tools: which there are.
        heartbeat: looks at HEARTBEAT.md.
        scheduler: knows the jobs.
        rollout: watches the rollout.
        shown: all personas as the first screen shows them.
        work: knows templates and agents.
        further: the answers of further rooms, by the query's name.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        personas: PersonaService,
        gate: Gate,
        status: Callable[[], Awaitable[View]],
        auditor: Auditor,
        preview: Callable[[AskPreview], Awaitable[ImportPreview]],
        tools: ToolRoom,
        heartbeat: Callable[[Reader], HeartbeatView],
        scheduler: Scheduler,
        rollout: RolloutRoom,
        shown: Shown,
        work: WorkRoom,
        *further: Mapping[str, Callable[[Reader, Any], object]],
    ) -> None:
        self._database = database
        self._status = status
        self._auditor = auditor
        self._preview = preview
        self._slow = work.slow()
        self._readers: Mapping[str, Callable[[Reader, Any], object]] = {
            DETAIL.name: lambda reader, ask: detail(reader, ask, clock.now(), personas.roster),
            APPROVALS.name: lambda reader, ask: approval_page(reader, ask, clock.now()),
            TASKS.name: task_page,
            TASK_RECORDS.name: record_page,
            **graph_readers(work.templates, work.helpers),
            **agent_readers(work.interface, work.agents, work.helpers),
            **goal_readers(clock),
            **crm_readers(),
            **tool_readers(tools),
            PATTERNS.name: pattern_page,
            ROLLOUT.name: lambda reader, ask: rollout_view(reader, ask, rollout.floor, clock.now()),
            SHADOW.name: lambda reader, ask: shadow_page(reader, ask, personas.roster),
            **schedule_readers(scheduler, clock),
            **persona_readers(clock, personas, shown),
            HEARTBEAT.name: lambda reader, _: heartbeat(reader),
            JOURNAL.name: journal_page,
            JOURNAL_ROWS.name: row_page,
            PAUSES.name: lambda reader, _ask: pauses_view(reader),
            AWAY.name: lambda reader, ask: away_view(reader, ask, clock.now()),
            RULES.name: lambda reader, ask: rule_page(reader, ask, clock.now()),
            EXPLAIN.name: lambda reader, ask: explanation(reader, ask, gate),
            POLICY.name: lambda _, __: policy_view(gate),
            HERE.name: lambda _reader, _ask: True,
            BUDGETS.name: lambda reader, _: budget_page(reader, gate),
            BACKTEST.name: lambda reader, ask: backtest_answer(reader, ask, clock.now(), gate),
            **{name: answer for room in further for name, answer in room.items()},
        }

    async def answer(self, query: Query[R], ask: Ask) -> R:
        """Answer a query.

        Raises:
            CommandRefused: there is no such thing.
        """
        found: Any
        try:
            if query.name == STATUS.name:
                found = await self._status()
            elif query.name == AUDIT.name:
                found = self._auditor.answer(ask)  # type: ignore[arg-type]  # checked against the query's own model
            elif query.name == PREVIEW.name:
                found = await self._preview(ask)  # type: ignore[arg-type]  # as above
            elif query.name in self._slow:
                found = await self._slow[query.name](ask)
            else:
                find = self._readers[query.name]
                found = await self._database.read(lambda reader: find(reader, ask))
        except WatchfloorError as error:
            raise as_refusal(error) from error
        answer: R = found
        return answer

    async def answer_raw(self, query: Query[R], arguments: Mapping[str, object]) -> R:
        """Answer a query whose arguments are unchecked yet.

        Raises:
            CommandRefused: they are not what it takes, or there is no such thing.
        """
        try:
            ask = query.arguments.model_validate(arguments)
        except ValidationError:
            raise CommandRefused(f"query {query.name} was not understood", code="invalid") from None
        return await self.answer(query, ask)
