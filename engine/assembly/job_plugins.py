"""Jobs that other packages bring, with what they need to work in this engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from ..clock import Clock
from ..governance.proposal import Proposal
from ..schedule import Job, JobContext, installed, load_job_plugins, usual
from ..settings import Settings
from ..storage import Database

BUILT_IN: Final = frozenset({
    "goal_progress_update",
    "pattern_scan",
    "proactive_outreach_check",
    "daily_digest_generation",
    "context_summarization",
    "git_patrol",
    "stalled_work",
    "emotional_triggers",
    "context_follow_up",
    "heartbeat",
})  # fmt: skip
"""The names that a plug-in's job cannot have."""


class PluginJobs:
    """The jobs of other packages; loaded once, when the engine is made.

    Args:
        database: they may read it.
        clock: the time.
        root: the workspace's folder.
        settings: the settings in force.
        propose: hands a proposal to the gate.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        root: Path,
        settings: Callable[[], Settings],
        propose: Callable[[Proposal], Awaitable[str]],
    ) -> None:
        def context(name: str) -> JobContext:
            def options() -> Mapping[str, str | int | float | bool]:
                table = settings().schedule.jobs.get(name)
                return table.options if table is not None else {}

            def propose_as_job(proposal: Proposal) -> Awaitable[str]:
                return propose(replace(proposal, proposer=f"job:{name}"))

            return JobContext(root, clock, options, database.read, propose_as_job)

        self._plugins, self.problems = load_job_plugins(installed(), BUILT_IN, context)

    @property
    def names(self) -> frozenset[str]:
        """The names of the jobs."""
        return frozenset(plugin.name for plugin in self._plugins)

    def jobs(self, limit: float) -> Iterator[Job]:
        """The jobs, each with the plan that it wants by itself.

        Args:
            limit: most seconds of a run.
        """
        for plugin in self._plugins:
            offer = plugin.offer
            plan = usual(offer.every_seconds, offer.first_seconds, limit)
            yield Job(plugin.name, plan, offer.run, offer.about, plugin.source)
