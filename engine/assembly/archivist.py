"""Keeps the journal: prunes what is old enough, and proves the whole of it when an operator asks."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from ..clock import Clock
from ..errors import WatchfloorError
from ..governance.proof import action_breaches
from ..governance.sealing import end_states, live_things
from ..governance.standing.proof import rule_breaches
from ..journal.pruning import Pruned, Pruner
from ..journal_audit import RowCheck, append_anchor, audit
from ..settings import SettingsStore
from ..tasks.asks_proof import step_breaches
from .foundation import Foundation

if TYPE_CHECKING:
    from ..queries import AskAudit, AuditView

CHECKS: Final[tuple[RowCheck, ...]] = (action_breaches, rule_breaches, step_breaches)
"""What else has to be as the journal says."""


class Archivist:
    """The journal's retention: a service, and a command.

    Args:
        foundation: whose journal.
        store: how long its rows are kept.
    """

    def __init__(self, foundation: Foundation, store: SettingsStore) -> None:
        self._database = foundation.database
        self._workspace = foundation.workspace
        self._clock = foundation.clock
        self._store = store
        self._pruner = Pruner(foundation.database, foundation.workspace.state / "archive", live_things, end_states)

    async def prune(self, before: datetime, *, actor: str, reason: str, archive: bool) -> Pruned:
        """Prune the rows from before a moment, and note the new head outside the database.

        Raises:
            PruneError: they do not hold.
            ExportError: the archive cannot be written.
        """
        pruned = await self._pruner.prune(before, actor=actor, reason=reason, archive=archive)
        if pruned.seal is not None:
            append_anchor(self._workspace.anchor, self._database.head)
        return pruned

    async def run(self) -> None:
        """Finish what was begun, then prune by the settings until cancelled."""
        await self._pruner.finish()
        while True:
            rules = self._store.current.journal
            if rules.keep_days:
                before = self._clock.now() - timedelta(days=rules.keep_days)
                why = f"older than {rules.keep_days} days"
                await self.prune(before, actor="engine", reason=why, archive=rules.archive)
            await self._clock.sleep(rules.prune_hours * 3_600)


class _Cancelled(Exception):  # not an error: it ends a proof that nobody waits for any more
    """The engine stops."""


class Auditor:
    """Proves the journal on a thread of its own, one proof at a time, so that nothing waits for it.

    Args:
        foundation: whose journal.
    """

    def __init__(self, foundation: Foundation) -> None:
        from ..queries import AuditView

        self._workspace = foundation.workspace
        self._clock: Clock = foundation.clock
        self._view = AuditView("none")
        self._task: asyncio.Task[None] | None = None
        self._cancelled = threading.Event()

    def answer(self, ask: AskAudit) -> AuditView:
        """How far the proof is, or what it found; begins a new one where that is asked for."""
        from ..queries import AuditView

        if ask.start and (self._task is None or self._task.done()):
            self._view = AuditView("running")
            self._task = asyncio.create_task(self._prove(), name="journal-audit")
        return self._view

    async def stop(self) -> None:
        """End a proof that is under way."""
        self._cancelled.set()
        if self._task is not None:
            await asyncio.wait({self._task})

    async def _prove(self) -> None:
        from ..queries import AuditView

        try:
            report = await asyncio.to_thread(
                audit, self._workspace.database, self._workspace.anchor, CHECKS, self._progress
            )
        except _Cancelled:
            self._view = AuditView("none")
            return
        except WatchfloorError as error:
            self._view = AuditView("failed", reason=error.sentence(), at=self._clock.now())
            return
        breach = report.breach
        self._view = AuditView(
            "broken" if breach else "holds",
            rows=report.rows,
            total=max(report.rows, self._view.total),
            head=report.head,
            seq=breach.seq if breach else 0,
            reason=breach.reason if breach else "",
            at=self._clock.now(),
        )

    def _progress(self, rows: int, total: int) -> None:
        if self._cancelled.is_set():
            raise _Cancelled
        self._view = replace(self._view, rows=rows, total=total)
