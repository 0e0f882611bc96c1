"""What starts work by itself: the background jobs, and the patrol, heartbeat and goals that they run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Final

from ..clock import Clock
from ..goals import update_goals
from ..governance import repository as actions
from ..governance.action import ActionStatus
from ..governance.gate import Gate
from ..governance.proposal import Proposal
from ..insights import Summarise, extractive
from ..journal import Event
from ..schedule import Heartbeat, Job, JobResult, Retry, Scheduler
from ..settings import Settings
from ..storage import Database, Reader
from ..triggers import Finding, GitPatrol
from ..workspace import Workspace
from .insights import DIGEST, OUTREACH, PATTERN_SCAN, SUMMARIES, insight_runs

GIT_PATROL: Final = "git_patrol"
HEARTBEAT: Final = "heartbeat"
GOAL_PROGRESS: Final = "goal_progress_update"
_INSIGHT_SECONDS: Final = {
    PATTERN_SCAN: (21_600, 10.0),
    OUTREACH: (3_600, 20.0),
    DIGEST: (86_400, 30.0),
    SUMMARIES: (86_400, 40.0),
}
"""Seconds between two runs of the jobs about accounts, and to their first."""
_ENDED: Final = frozenset({
    "action.executed",
    "action.failed",
    "action.rejected",
    "action.expired",
    "action.withdrawn",
    "action.blocked",
    "action.uncertain",
    "action.settled",
})  # fmt: skip
_BACKLOG: Final = 10_000


class Initiative:
    """The jobs and what they need; one for each version of the settings.

    Args:
        database: the truth.
        clock: the time.
        workspace: whose files are read.
        settings: when and how.
        gate: takes what they propose.
        post: puts a finding into inboxes.
        summarise: makes summaries of accounts.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        workspace: Workspace,
        settings: Settings,
        gate: Gate,
        post: Callable[[Finding], Awaitable[None]],
        summarise: Summarise = extractive,
    ) -> None:
        self._database = database
        self._settings = settings
        self._gate = gate
        name = settings.workspace.name or workspace.root.name
        self._insights = insight_runs(database, clock, lambda: self._settings, self._propose, name, summarise)
        self._ended: asyncio.Queue[str] = asyncio.Queue(_BACKLOG)
        self.patrol = GitPatrol(database, settings.triggers.git_patrol, workspace.root, post)
        self.heartbeat = Heartbeat(
            database, clock, workspace.heartbeat, settings.heartbeat, self._propose_task, _status_of
        )
        retry = Retry(settings.schedule.retry_first_seconds, settings.schedule.retry_limit_seconds)
        self.scheduler = Scheduler(database, clock, self._jobs(), retry)

    def notice(self, events: Sequence[Event]) -> None:
        """Actions that ended may be standing tasks; those that find no room are found at the next beat."""
        for event in events:
            if event.kind in _ENDED and not self._ended.full():
                self._ended.put_nowait(event.subject)

    async def settle_tasks(self) -> None:
        """Tick what was done, until cancelled."""
        while True:
            await self.heartbeat.on_executed(await self._ended.get())

    def _jobs(self) -> list[Job]:
        patrol, beat, schedule = self._settings.triggers.git_patrol, self._settings.heartbeat, self._settings.schedule
        limit = schedule.job_timeout_seconds
        jobs = [
            Job(
                GOAL_PROGRESS,
                schedule.goal_progress_seconds,
                schedule.first_goal_progress_seconds,
                limit,
                self._measure_goals,
            )
        ]
        jobs += [
            Job(name, every, first, limit, self._insights[name]) for name, (every, first) in _INSIGHT_SECONDS.items()
        ]
        if patrol.enabled:
            jobs.append(Job(GIT_PATROL, patrol.interval_seconds, patrol.first_scan_seconds, limit, self._scan))
        if beat.enabled:
            jobs.append(Job(HEARTBEAT, beat.interval_seconds, beat.first_beat_seconds, limit, self.heartbeat.beat))
        return jobs

    async def _scan(self) -> JobResult:
        report = await self.patrol.scan()
        return JobResult(report.told, report.note())

    async def _measure_goals(self) -> JobResult:
        found = await update_goals(self._database, self._settings.goals, self._propose)
        note = f"{found.measured} measured, {found.completed} completed, {found.missed} missed"
        return JobResult(found.measured, f"{note}, {len(found.answers)} proposed")

    async def _propose(self, proposal: Proposal) -> str:
        return (await self._database.write(lambda tx: self._gate.propose(tx, proposal))).id

    async def _propose_task(self, proposal: Proposal, *, must_ask: bool) -> str:
        return await self._propose(replace(proposal, must_ask=must_ask))


def _status_of(reader: Reader, action_id: str) -> ActionStatus | None:
    action = actions.get(reader, action_id)
    return action.status if action else None
