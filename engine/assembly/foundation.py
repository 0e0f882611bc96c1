"""What every engine stands on: the workspace's lock, the log and the database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from ..clock import Clock
from ..coordination.lock import WorkspaceLock, WorkspaceLocked
from ..journal_audit import append_anchor
from ..redaction import Redactor
from ..settings import Settings
from ..storage import Database, Reader, Superseded, Transaction
from ..telemetry import close_log, open_log
from ..workspace import Workspace, prepare_state

if TYPE_CHECKING:
    import structlog

LOCK_TRIES: Final = 5
BRIEF_LOCK_TRIES: Final = 300
LOCK_PAUSE_SECONDS: Final = 0.05
"""A workspace that is taken is asked for so many times again, with this pause."""
LATER_SECONDS: Final = 0.5
"""So long after the start begins what the first view does not need, so that it does not hold it up."""
_EPOCH: Final = "engine_epoch"


@dataclass(frozen=True, slots=True)
class Foundation:
    """The ground of one engine.

    Attributes:
        epoch: rises with every start; whoever writes with an older one is not the engine any more.
    """

    workspace: Workspace
    clock: Clock
    lock: WorkspaceLock
    log: structlog.stdlib.BoundLogger
    database: Database
    redactor: Redactor
    epoch: int

    async def close(self, *, note: bool) -> None:
        """Anchor the journal, close the database and give the workspace back.

        Args:
            note: whether the end is worth a row in the journal.
        """
        try:
            if note and self.database.failure is None:
                await self.database.write(lambda tx: tx.record("engine.stopped", "engine", {"epoch": self.epoch}))
            if self.database.head.seq:
                append_anchor(self.workspace.anchor, self.database.head)
        finally:
            # Also on a full disk nothing may stay open: the next engine could not start.
            await self.database.close()
            close_log(self.workspace.log)
            self.lock.release()


async def lay_foundation(workspace: Workspace, settings: Settings, clock: Clock, *, note: bool) -> Foundation:
    """Take the workspace and open what lies in it.

    Args:
        workspace: where.
        settings: for the secrets that must never be written down.
        clock: the engine's time.
        note: whether the start is worth a row in the journal.

    Raises:
        WatchfloorError: another engine holds the workspace, or it cannot be written or read.
    """
    prepare_state(workspace)
    lock = WorkspaceLock(workspace.state, briefly=not note)
    await _take(lock, clock)
    try:
        redactor = Redactor(_secrets(settings))
        log = open_log(workspace.log, clock, redactor)
        database = await Database.open(workspace.database, clock, redactor=redactor)
        try:
            epoch = await database.write(_starter(note=note))
            database.fence(partial(_still_ours, epoch))
        except BaseException:
            await database.close()
            raise
    except BaseException:
        close_log(workspace.log)
        lock.release()
        raise
    return Foundation(workspace, clock, lock, log, database, redactor, epoch)


async def _take(lock: WorkspaceLock, clock: Clock) -> None:
    # A command that uses the core, and whoever only asks whether an engine runs, must not refuse an engine its start.
    for tried in range(BRIEF_LOCK_TRIES):
        try:
            lock.acquire()
        except WorkspaceLocked as locked:
            if tried >= LOCK_TRIES and not locked.briefly:
                raise
            await clock.sleep(LOCK_PAUSE_SECONDS)
        else:
            return
    lock.acquire()


def stored_epoch(reader: Reader) -> int:
    """The epoch of the newest engine that wrote here; 0 before the first."""
    row = reader.row("SELECT value FROM engine_facts WHERE name = ?", (_EPOCH,))
    return int(row["value"]) if row else 0


def _still_ours(epoch: int, reader: Reader) -> None:
    newest = stored_epoch(reader)
    if newest != epoch:
        raise Superseded(
            "another engine runs in this workspace",
            why=f"it has epoch {newest}, and this one has {epoch}",
            remedy="Leave this one, and attach to the other.",
        )


def _starter(*, note: bool) -> Callable[[Transaction], int]:
    def start(tx: Transaction) -> int:
        epoch = stored_epoch(tx) + (1 if note else 0)
        tx.execute(
            "INSERT INTO engine_facts (name, value) VALUES (?, ?)"
            " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (_EPOCH, str(epoch)),
        )
        if note:
            tx.record("engine.started", "engine", {"epoch": epoch})
        return epoch

    return start


def _secrets(settings: Settings) -> list[str]:
    addresses = (settings.coordination.url, settings.tasks.url, settings.telemetry.traces_url)
    passwords = [urlsplit(url).password for address in addresses if (url := address.get_secret_value())]
    keys = [value.get_secret_value() for value in settings.telemetry.traces_headers.values()]
    return [spelled for secret in (*passwords, *keys) if secret for spelled in {secret, unquote(secret)}]
