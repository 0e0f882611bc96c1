"""What brains may look up: the workspace's own goals, tasks, approvals, accounts, people and plans."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias

from ..clock import Clock
from ..crm import stage_of
from ..goals import GoalRepository, GoalState, GoalType, evaluate, format_value
from ..governance import repository as actions
from ..governance.action import Action, ActionStatus
from ..personas import PauseCheck, Roster
from ..personas.brains import AccountFact, Facts, GoalFact, JobFact, WaitingAction
from ..personas.brains.facts import LINES
from ..storage import Database, Reader
from ..tasks import counts
from . import facts_of_work as work
from .facts_of_people import everybody, held_back, paused

Jobs: TypeAlias = Callable[[Reader, datetime], tuple[JobFact, ...]]
"""The background jobs as they are planned."""

_READ: Final = 4_000
"""Characters of a message that are searched for names."""
_NAMES: Final = 20_000
"""Most account names that are compared."""
_MINUTE: Final = timedelta(minutes=1)


class WorkspaceFacts:
    """Gathers facts from one consistent read.

    Args:
        database: where they are.
        clock: the present moment.
        roster: who there is.
        jobs: what is planned.
        is_paused: asks why a persona is stopped.
    """

    def __init__(
        self, database: Database, clock: Clock, roster: Callable[[], Roster], jobs: Jobs, is_paused: PauseCheck
    ) -> None:
        self._database = database
        self._clock = clock
        self._roster = roster
        self._jobs = jobs
        self._is_paused = is_paused

    async def gather(self, text: str) -> Facts:
        """The facts that may help to answer a message with this text."""
        now = self._clock.now()
        return await self._database.read(lambda reader: self._facts(reader, text[:_READ].casefold(), now))

    def _facts(self, reader: Reader, text: str, now: datetime) -> Facts:
        waiting = actions.with_status(reader, ActionStatus.PENDING, limit=LINES)
        total = reader.row("SELECT count(*) AS n FROM accounts")
        people = everybody(reader, self._roster(), now)
        return Facts(
            goals=_goals(reader, now.date()),
            tasks={state.value: number for state, number in counts(reader).items()},
            approvals=tuple(_waiting(action, now) for action in waiting),
            approvals_total=actions.count(reader, ActionStatus.PENDING),
            accounts=_accounts(reader, text),
            accounts_total=total["n"] if total else 0,
            inbox={person.name: person.waiting for person in people},
            task_list=work.tasks(reader),
            blocked=work.blocked(reader),
            personas=people,
            jobs=self._jobs(reader, now),
            held=held_back(reader, self._roster(), self._is_paused, now),
            paused=paused(reader),
            today=work.today(reader, now),
            done=work.done(reader, now),
            findings=work.findings(reader),
            patterns=work.patterns(reader),
            stages=work.stages(reader),
            now=now,
        )


def _waiting(action: Action, now: datetime) -> WaitingAction:
    left = max(0, (action.expires - now) // _MINUTE)
    return WaitingAction(action.id, action.kind, action.proposer, action.effect, left, action.account_id or "")


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
            days_left=assessment.days_left,
            projected="" if assessment.projected is None else format_value(goal.type, assessment.projected),
        )
        for goal, assessment in found[:LINES]
    )


def _accounts(reader: Reader, text: str) -> tuple[AccountFact, ...]:
    rows = reader.rows("SELECT id, name, contact_email FROM accounts LIMIT ?", (_NAMES,))
    named = [row for row in rows if row["name"] and _mentions(text, row["name"].casefold())]
    named.sort(key=lambda row: (-len(row["name"]), row["id"]))
    return tuple(_account(reader, row["id"], row["name"], row["contact_email"]) for row in named[:LINES])


def _account(reader: Reader, account_id: str, name: str, contact: str) -> AccountFact:
    deals = reader.row(
        "SELECT count(*) AS n, coalesce(sum(value_cents), 0) AS cents FROM opportunities WHERE account_id = ?"
        " AND stage NOT IN ('closed_won', 'closed_lost')",
        (account_id,),
    )
    last = reader.row(
        "SELECT kind, summary, date(at_us / 1000000, 'unixepoch') AS day FROM interactions WHERE account_id = ?"
        " ORDER BY at_us DESC LIMIT 1",
        (account_id,),
    )
    return AccountFact(
        account_id,
        name,
        stage_of(reader, account_id) or "",
        contact,
        deals["n"] if deals else 0,
        format_value(GoalType.REVENUE, deals["cents"]) if deals and deals["n"] else "",
        f"{last['kind']} on {last['day']}: {last['summary']}" if last else "",
    )


def _mentions(text: str, name: str) -> bool:
    return name in text and re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None
