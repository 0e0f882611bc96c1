"""What the background jobs about accounts do: look, propose, write down, summarise."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from ..clock import Clock
from ..insights import Propose, Summarise, digest_proposals, extractive, reach_out, scan_patterns, summarise_stale
from ..schedule import JobResult
from ..settings import Settings
from ..storage import Database

Run: TypeAlias = Callable[[], Awaitable[JobResult]]

PATTERN_SCAN = "pattern_scan"
OUTREACH = "proactive_outreach_check"
DIGEST = "daily_digest_generation"
SUMMARIES = "context_summarization"


def insight_runs(
    database: Database,
    clock: Clock,
    settings: Callable[[], Settings],
    propose: Propose,
    workspace: str,
    summarise: Summarise = extractive,
) -> Mapping[str, Run]:
    """One run of each job about accounts, by the job's name.

    Args:
        database: the truth.
        clock: the time.
        settings: the settings in force at each run.
        propose: hands a proposal to the gate.
        workspace: the workspace's name.
        summarise: how summaries of accounts are made.
    """

    async def scan() -> JobResult:
        looked, noted = await scan_patterns(database, clock, settings().insights.patterns)
        return JobResult(
            noted.found, f"{looked} accounts, {noted.found} patterns found, {noted.kept} last, {noted.gone} gone"
        )

    async def outreach() -> JobResult:
        now = settings()
        done = await reach_out(database, clock, now.insights, now.goals, propose)
        refused = f", {len(done.refused)} refused: {done.refused[0]}" if done.refused else ""
        return JobResult(done.proposed, f"{done.proposed} proposed{refused}")

    async def digest() -> JobResult:
        rules = settings().insights.digest
        notify = any(target.by_default for target in settings().tools.notify.targets.values())
        proposals = await database.read(
            lambda reader: digest_proposals(reader, clock.now(), workspace, rules, notify=notify)
        )
        for proposal in proposals:
            await propose(proposal)
        return JobResult(1, proposals[0].reason)

    async def summaries() -> JobResult:
        done = await summarise_stale(database, clock, settings().insights.context, propose, summarise)
        failed = f", {len(done.failed)} failed: {done.failed[0]}" if done.failed else ""
        return JobResult(done.proposed, f"{done.proposed} summaries proposed{failed}")

    return {PATTERN_SCAN: scan, OUTREACH: outreach, DIGEST: digest, SUMMARIES: summaries}
