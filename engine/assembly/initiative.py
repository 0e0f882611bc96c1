"""What starts work by itself: the background jobs, and the scanners, heartbeat and goals that they run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Final

from ..clock import Clock
from ..goals import update_goals
from ..governance import repository as actions
from ..governance.action import ActionStatus
from ..governance.gate import Gate
from ..governance.halt import EVERYTHING, HALTED
from ..governance.proposal import Proposal
from ..governance.trail import ENDED
from ..insights import Summarise, extractive
from ..journal import Event
from ..schedule import Heartbeat, Job, JobResult, Retry, Scheduler, ToolNames, built_in, planned, usual
from ..settings import Settings
from ..storage import Database, Reader
from ..triggers.scanners import Tell
from ..workspace import Workspace
from .insights import DIGEST, OUTREACH, PATTERN_SCAN, SUMMARIES, insight_runs
from .job_plugins import BUILT_IN, PluginJobs
from .scanners import ScannerRoom

HEARTBEAT: Final = "heartbeat"
GOAL_PROGRESS: Final = "goal_progress_update"
_INSIGHTS: Final = {
    PATTERN_SCAN: (21_600, 10.0, "Looks for patterns in accounts, with their evidence."),
    OUTREACH: (3_600, 20.0, "Proposes what patterns and goals that are behind ask for."),
    DIGEST: (86_400, 30.0, "Writes the day's digest and has it told."),
    SUMMARIES: (86_400, 300.0, "Summarises accounts whose summary is old."),
}
"""Of the jobs about accounts: seconds between two slots, seconds to the first, and what each does."""
_PAUSED: Final = frozenset({HALTED, "job.paused", "heartbeat.paused"})
_RESUMED: Final = frozenset({"engine.resumed", "job.resumed", "heartbeat.resumed", "job.asked"})
_BACKLOG: Final = 10_000


class Initiative:
    """The jobs and what they need.

    Args:
        database: the truth.
        clock: the time.
        workspace: whose files are read.
        settings: when and how.
        gate: takes what they propose.
        tell: tells personas what a scanner found, in a unit of work.
        summarise: makes summaries of accounts.
        tools: the names of the tools that there are.
        further: other jobs; asked whenever the settings change, with the most seconds of a run.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        workspace: Workspace,
        settings: Settings,
        gate: Gate,
        tell: Tell,
        summarise: Summarise = extractive,
        tools: ToolNames = built_in,
        further: Callable[[float], Iterable[Job]] = lambda _limit: (),
    ) -> None:
        self._database = database
        self._settings = settings
        self._gate = gate
        name = settings.workspace.name or workspace.root.name
        self._insights = insight_runs(database, clock, lambda: self._settings, self._propose, name, summarise)
        self._ended: asyncio.Queue[str] = asyncio.Queue(_BACKLOG)
        self._further = further
        self.heartbeat = Heartbeat(
            database, clock, workspace.heartbeat, settings.heartbeat, self._propose_task, _status_of, tools
        )
        self._plugins = PluginJobs(database, clock, workspace.root, lambda: self._settings, self._propose)
        taken = {*BUILT_IN, *self._plugins.names}
        self.scanners = ScannerRoom(database, clock, workspace.root, lambda: self._settings, tell, taken)
        self.scheduler = Scheduler(database, clock, self._jobs(), self._retry(), settings.schedule.history)

    def configure(self, settings: Settings) -> None:
        """Have other plans and a heartbeat of other settings, from now on; runs in progress go on."""
        self._settings = settings
        self.heartbeat.configure(settings.heartbeat)
        self.scheduler.configure(self._jobs(), self._retry(), settings.schedule.history)

    def notices(self) -> Sequence[str]:
        """What an operator should know: jobs that could not be loaded, or that the settings name in vain."""
        unknown = [name for name in self._settings.schedule.jobs if name not in self.scheduler.jobs]
        stuck = [f"job {name} does not end; it is stuck" for name in sorted(self.scheduler.stuck)]
        left_out = [*self._plugins.problems, *self.scanners.notices()]
        return [*left_out, *(f"[schedule.jobs.{name}]: there is no such job" for name in unknown), *stuck]

    def notice(self, events: Sequence[Event]) -> None:
        """Actions that ended may be standing tasks; those that find no room are found at the next beat.

        A pause ends what runs, and its end is seen at once.
        """
        for event in events:
            if event.kind in _PAUSED:
                name = HEARTBEAT if event.kind == "heartbeat.paused" else event.subject
                everything = event.kind == HALTED or name == EVERYTHING
                self.scheduler.cut_off(None if everything else name)
            if event.kind in _RESUMED:
                self.scheduler.wake()
            if event.kind in ENDED and not self._ended.full():
                self._ended.put_nowait(event.subject)

    async def settle_tasks(self) -> None:
        """Tick what was done, until cancelled."""
        while True:
            await self.heartbeat.on_executed(await self._ended.get())

    def _jobs(self) -> list[Job]:
        """Every job there is. A further built-in one is one more line here; its work is an ``async`` callable."""
        beat, schedule = self._settings.heartbeat, self._settings.schedule
        limit = schedule.job_timeout_seconds
        beats = usual(beat.interval_seconds, beat.first_beat_seconds, limit, enabled=beat.enabled)
        jobs = [
            Job(
                GOAL_PROGRESS,
                usual(schedule.goal_progress_seconds, schedule.first_goal_progress_seconds, limit),
                self._measure_goals,
                "Measures every goal and answers gaps.",
            ),
            *(
                Job(name, usual(every, first, limit), self._insights[name], about)
                for name, (every, first, about) in _INSIGHTS.items()
            ),
            Job(
                HEARTBEAT,
                replace(beats, hours=beat.active_hours),
                self.heartbeat.beat,
                "Proposes the standing tasks of HEARTBEAT.md.",
                held=self.heartbeat.why_held,
            ),
            *self.scanners.jobs(limit),
            *self._further(limit),
            *self._plugins.jobs(limit),
        ]
        return [replace(job, plan=planned(job.plan, schedule.jobs.get(job.name))) for job in jobs]

    def _retry(self) -> Retry:
        return Retry(self._settings.schedule.retry_first_seconds, self._settings.schedule.retry_limit_seconds)

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
