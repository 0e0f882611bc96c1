"""The territory scanners of one engine: the built-in ones and those of other packages, as jobs of the scheduler."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

from ..clock import Clock
from ..personas import Incoming, PersonaService, SenderKind
from ..personas.runtime import mode_of
from ..plugins import Plugin
from ..schedule import Job, JobResult, Plan, usual
from ..settings import Settings
from ..settings.personas import AutonomyMode
from ..storage import Database, Reader, Transaction, from_us, to_us
from ..triggers import SCANNER, Finding, GitPatrol, Skip, SkipCode
from ..triggers.finding_delivery import tell
from ..triggers.scanner_plugins import installed, load_scanners
from ..triggers.scanners import Look, ScannerContext, ScannerOffer, Sighting, Tell, scan
from ..triggers.stalled import STALLED, WaitingTalk, WaitingTask, stalled_findings
from ..triggers.wake_rows import note_skip

GIT_PATROL: Final = SCANNER
BUILT_IN: Final = {
    GIT_PATROL: "Looks for unfinished work in git repositories.",
    STALLED: "Looks for tasks and talks that make no progress.",
}
"""The scanners that the engine brings along, and what each does."""
_MOST: Final = 5_000
_TASKS: Final = (
    "SELECT id, title, state, agent, updated_us FROM tasks WHERE state IN ('pending', 'assigned', 'active')"
    " AND updated_us <= ? ORDER BY updated_us LIMIT ?"
)
_TALK: Final = (
    "SELECT m.id, m.persona_id, p.sender, substr(p.text, 1, 400) AS text, max(m.arrived_us, m.changed_us) AS moved_us"
    " FROM messages m JOIN posts p ON p.id = m.post_id JOIN personas a ON a.id = m.persona_id"
    " WHERE m.status = '{status}' AND m.sender_kind <> 'system' AND m.arrived_us <= :before AND a.mode <> :off"
    " AND NOT EXISTS (SELECT 1 FROM pauses z WHERE z.scope = 'persona' AND z.target IN (m.persona_id, '*'))"
)
_TALKS: Final = (
    # One select for each status: each has an index of its own, so that what was answered long ago costs nothing.
    " UNION ALL ".join(_TALK.format(status=status) for status in ("pending", "in_progress"))
    + " ORDER BY moved_us LIMIT :most"
)


class ScannerRoom:
    """All scanners.

    Args:
        database: where findings are kept.
        clock: the time.
        root: the workspace's folder.
        settings: the settings in force.
        tell: tells personas what is new.
        taken: names of jobs that a plug-in's scanner cannot have.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        root: Path,
        settings: Callable[[], Settings],
        tell: Tell,
        taken: Collection[str],
    ) -> None:
        self._database = database
        self._clock = clock
        self._root = root
        self._settings = settings
        self._tell = tell
        self._plugins, self.problems = load_scanners(installed(), {*taken, *BUILT_IN}, self._context)

    @property
    def scanners(self) -> Mapping[str, tuple[str, str]]:
        """What each scanner looks at, and who brought it, by its name."""
        own = {name: (about, "built in") for name, about in BUILT_IN.items()}
        return own | {plugin.name: (plugin.offer.about, plugin.source) for plugin in self._plugins}

    def jobs(self, limit: float) -> Iterator[Job]:
        """Each scanner as a job, with the plan that it wants by itself.

        Args:
            limit: most seconds of a run.
        """
        rules = self._settings().triggers
        patrol, stalled = rules.git_patrol, rules.stalled_work
        plan = usual(patrol.interval_seconds, patrol.first_scan_seconds, limit, enabled=patrol.enabled)
        yield self._job(GIT_PATROL, plan, self._patrol, patrol.quiet_seconds)
        plan = usual(stalled.interval_seconds, stalled.first_scan_seconds, limit, enabled=stalled.enabled)
        yield self._job(STALLED, plan, self._stalled, stalled.quiet_seconds)
        for plugin in self._plugins:
            yield self._plugged(plugin, limit)

    def notices(self) -> Sequence[str]:
        """What an operator should know: scanners that could not be loaded, or that personas name in vain."""
        known = self.scanners
        unknown = [
            f"[personas.{key}]: there is no scanner {name!r}"
            for key, persona in self._settings().personas.items()
            for name in persona.scanners
            if name not in known
        ]
        return [*self.problems, *unknown]

    async def _patrol(self) -> Sighting:
        return await GitPatrol(self._settings().triggers.git_patrol, self._root, self._clock).look()

    async def _stalled(self) -> Sighting:
        rules, now = self._settings().triggers.stalled_work, self._clock.now()
        before = to_us(now - timedelta(seconds=rules.after_seconds))
        tasks, talks = await self._database.read(lambda reader: (_tasks(reader, before), self._talks(reader, before)))
        return Sighting(tuple(stalled_findings(tasks, talks, now, rules)))

    def _talks(self, reader: Reader, before: int) -> list[WaitingTalk]:
        personas = self._settings().personas
        rows = reader.rows(_TALKS, {"before": before, "off": AutonomyMode.OFF.value, "most": _MOST})
        return [
            WaitingTalk(
                id=row["id"],
                persona=row["persona_id"],
                name=personas[row["persona_id"]].name,
                sender=row["sender"],
                text=row["text"],
                moved_at=from_us(row["moved_us"]),
            )
            for row in rows
            if row["persona_id"] in personas
        ]

    def _job(self, name: str, plan: Plan, look: Look, quiet_seconds: int) -> Job:
        async def run() -> JobResult:
            report = await scan(self._database, name, look, self._tell, quiet_seconds)
            return JobResult(report.told, report.note())

        return Job(name, plan, run, BUILT_IN.get(name, ""))

    def _plugged(self, plugin: Plugin[ScannerOffer], limit: float) -> Job:
        offer = plugin.offer

        async def run() -> JobResult:
            report = await scan(self._database, plugin.name, offer.look, self._tell, offer.quiet_seconds)
            return JobResult(report.told, report.note())

        plan = usual(offer.every_seconds, offer.first_seconds, limit)
        return Job(plugin.name, plan, run, offer.about, plugin.source)

    def _context(self, name: str) -> ScannerContext:
        def options() -> Mapping[str, str | int | float | bool]:
            table = self._settings().schedule.jobs.get(name)
            return table.options if table is not None else {}

        return ScannerContext(self._root, self._clock, options, self._database.read)


def teller(personas: PersonaService, settings: Callable[[], Settings]) -> Tell:
    """Tells findings to the personas that hear their scanner, through their inboxes."""

    def post(tx: Transaction, persona_id: str, finding: Finding) -> None:
        personas.post_in(
            tx,
            Incoming(
                id=f"finding:{finding.fingerprint}:{to_us(tx.now)}",
                sender=finding.scanner,
                sender_kind=SenderKind.SYSTEM,
                text="\n".join((finding.summary, *finding.details)),
                to=(persona_id,),
                payload=finding.payload(),
                # A newer one replaces what still waits.
                dedupe_key=finding.fingerprint,
            ),
        )

    def tell_hearers(tx: Transaction, scanner: str, quiet_seconds: int) -> int:
        awake = []
        for persona_id in personas.roster.watching(scanner):
            if mode_of(tx, persona_id) is AutonomyMode.OFF:
                note_skip(tx, persona_id, scanner, Skip(SkipCode.MODE, "it is off"))
            else:
                awake.append(persona_id)
        return tell(tx, scanner, awake, post, settings().triggers.wake, quiet_seconds)

    return tell_hearers


def _tasks(reader: Reader, before: int) -> list[WaitingTask]:
    return [
        WaitingTask(row["id"], row["title"], row["state"], row["agent"], from_us(row["updated_us"]))
        for row in reader.rows(_TASKS, (before, _MOST))
    ]
