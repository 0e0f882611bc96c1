"""What brains may look up: the workspace's own goals, tasks, approvals, accounts and inboxes."""

from __future__ import annotations

import re
from datetime import date
from typing import Final

from ..clock import Clock
from ..crm import stage_of
from ..goals import GoalRepository, GoalState, evaluate, format_value
from ..governance import repository as actions
from ..governance.action import ActionStatus
from ..personas.brains import AccountFact, Facts, GoalFact, WaitingAction
from ..personas.brains.facts import LINES
from ..settings import SettingsStore
from ..storage import Database, Reader
from ..tasks import counts

_READ: Final = 4_000
"""Characters of a message that are searched for names."""
_NAMES: Final = 20_000
"""Most account names that are compared."""


class WorkspaceFacts:
    """Gathers facts from one consistent read.

    Args:
        database: where they are.
        clock: the present day.
        store: names the personas.
    """

    def __init__(self, database: Database, clock: Clock, store: SettingsStore) -> None:
        self._database = database
        self._clock = clock
        self._store = store

    async def gather(self, text: str) -> Facts:
        """The facts that may help to answer a message with this text."""
        today = self._clock.now().date()
        return await self._database.read(lambda reader: self._facts(reader, text[:_READ].casefold(), today))

    def _facts(self, reader: Reader, text: str, today: date) -> Facts:
        waiting = actions.with_status(reader, ActionStatus.PENDING, limit=LINES)
        total = reader.row("SELECT count(*) AS n FROM accounts")
        return Facts(
            goals=_goals(reader, today),
            tasks={state.value: number for state, number in counts(reader).items()},
            approvals=tuple(WaitingAction(action.id, action.kind, action.proposer) for action in waiting),
            approvals_total=actions.count(reader, ActionStatus.PENDING),
            accounts=_accounts(reader, text),
            accounts_total=total["n"] if total else 0,
            inbox=self._inbox(reader),
        )

    def _inbox(self, reader: Reader) -> dict[str, int]:
        rows = reader.rows(
            "SELECT persona_id, count(*) AS n FROM messages WHERE status = 'pending' GROUP BY persona_id"
        )
        depths = {row["persona_id"]: row["n"] for row in rows}
        return {persona.name: depths.get(key, 0) for key, persona in self._store.current.personas.items()}


def _goals(reader: Reader, today: date) -> tuple[GoalFact, ...]:
    active = [goal for goal in GoalRepository().all(reader, 200) if goal.state is GoalState.ACTIVE]
    found = [(goal, evaluate(reader, goal, today)) for goal in active]
    found.sort(key=lambda pair: (pair[1].on_track, pair[0].end, pair[0].id))
    return tuple(
        GoalFact(
            title=goal.title,
            type=goal.type.value,
            value=format_value(goal.type, assessment.whole_value),
            target=format_value(goal.type, goal.target),
            progress=assessment.progress,
            on_track=assessment.on_track,
        )
        for goal, assessment in found[:LINES]
    )


def _accounts(reader: Reader, text: str) -> tuple[AccountFact, ...]:
    rows = reader.rows("SELECT id, name, contact_email FROM accounts LIMIT ?", (_NAMES,))
    named = [row for row in rows if row["name"] and _mentions(text, row["name"].casefold())]
    named.sort(key=lambda row: (-len(row["name"]), row["id"]))
    return tuple(
        AccountFact(row["id"], row["name"], stage_of(reader, row["id"]) or "", row["contact_email"])
        for row in named[:LINES]
    )


def _mentions(text: str, name: str) -> bool:
    return name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
