"""Answers queries: each from one consistent read."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from pydantic import ValidationError

from ..client.protocol import CommandRefused
from ..clock import Clock
from ..errors import WatchfloorError
from ..governance.gate import Gate
from ..personas import PersonaService
from ..queries import (
    APPROVALS,
    AUDIT,
    AWAY,
    BACKTEST,
    DETAIL,
    GOALS,
    JOURNAL,
    JOURNAL_ROWS,
    PATTERNS,
    RULES,
    STATUS,
    TASKS,
    Ask,
    AskGoals,
    GoalPage,
    Query,
)
from ..storage import Database, Reader
from ..view import View
from .archivist import Auditor
from .details import detail
from .dispatch import as_refusal
from .views.actions import approval_page
from .views.away import away_view
from .views.goals import goal_views
from .views.insights import pattern_page
from .views.journal import journal_page, row_page
from .views.rules import backtest_answer, rule_page
from .views.tasks import task_page

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
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        personas: PersonaService,
        gate: Gate,
        status: Callable[[], Awaitable[View]],
        auditor: Auditor,
    ) -> None:
        self._database = database
        self._clock = clock
        self._status = status
        self._auditor = auditor
        self._readers: Mapping[str, Callable[[Reader, Any], object]] = {
            DETAIL.name: lambda reader, ask: detail(reader, ask, clock.now(), personas.roster),
            APPROVALS.name: approval_page,
            TASKS.name: task_page,
            GOALS.name: self._goals,
            PATTERNS.name: pattern_page,
            JOURNAL.name: journal_page,
            JOURNAL_ROWS.name: row_page,
            AWAY.name: lambda reader, ask: away_view(reader, ask, clock.now()),
            RULES.name: lambda reader, ask: rule_page(reader, ask, clock.now()),
            BACKTEST.name: lambda reader, ask: backtest_answer(reader, ask, clock.now(), gate),
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

    def _goals(self, reader: Reader, ask: AskGoals) -> GoalPage:
        return GoalPage(goal_views(reader, ask.as_of or self._clock.now().date(), limit=1_000))
