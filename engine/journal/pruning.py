"""Pruning: old rows are proven, written to an archive, sealed, and only then deleted.

A run of rows goes as a whole, from the oldest on; it ends before the first row that the proof of something still alive
needs. After a crash between the seal and the last deletion, the next look finishes what was begun.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from sqlite3 import Row
from typing import Final, TypeAlias

from ..errors import WatchfloorError
from ..storage import Database, Reader, Transaction, to_us
from .chain import GENESIS, Breach, Head, verify
from .export import JournalFile
from .seals import Seal, SealedState, put_seal, read_seals, sealed_end, states_digest

PAGE: Final = 2_000
"""Rows that are read, or deleted, at once."""


class PruneError(WatchfloorError):
    """Rows cannot be pruned."""


@dataclass(frozen=True, slots=True)
class Alive:
    """Something whose rows are still needed.

    Attributes:
        subject: its id, as rows name it.
        why: what it is, in a few words.
    """

    subject: str
    why: str


LiveThings: TypeAlias = Callable[[Reader, datetime], Iterable[Alive]]
"""Everything whose rows must stay: what has not ended, and what ended at that moment or later."""
EndStates: TypeAlias = Callable[[Reader, int, int], Sequence[SealedState]]
"""The last states of everything whose last row lies between two rows, both included."""


@dataclass(frozen=True, slots=True)
class Pruned:
    """What came of a look for old rows.

    Attributes:
        rows: how many went.
        seal: what stands in their place; nothing where none went.
        held_by: what keeps further rows that are old enough; empty where nothing does.
    """

    rows: int
    seal: Seal | None
    held_by: str


@dataclass(frozen=True, slots=True)
class _Plan:
    start: Head
    last: int
    number: int
    previous: str
    held_by: str


class Pruner:
    """Prunes one journal, one run of rows at a time.

    Args:
        database: whose journal.
        archives: the folder for what goes; made when needed.
        alive: what must stay.
        ends: what of the rows that go is to be kept.
    """

    def __init__(self, database: Database, archives: Path, alive: LiveThings, ends: EndStates) -> None:
        self._database = database
        self._archives = archives
        self._alive = alive
        self._ends = ends
        self._lock = asyncio.Lock()

    async def prune(self, before: datetime, *, actor: str, reason: str, archive: bool) -> Pruned:
        """Prune the rows that were written before a moment.

        Args:
            before: rows from the oldest on go, up to the first that is not older than this.
            actor: who has it done.
            reason: why, in words.
            archive: write them to a file first.

        Raises:
            PruneError: the rows do not hold, so that nothing may be taken away.
            ExportError: the archive cannot be written; nothing was pruned.
        """
        async with self._lock:
            await self._finish()
            plan = await self._database.read(lambda reader: self._plan(reader, before))
            if plan.last <= plan.start.seq:
                return Pruned(0, None, plan.held_by)
            path = self._archives / f"journal-{plan.start.seq + 1}-{plan.last}.jsonl" if archive else None
            digest, end, sha256 = await self._fold(plan, path)
            states = await self._database.read(lambda reader: self._ends(reader, plan.start.seq + 1, plan.last))
            name = path.name if path is not None else ""

            def work(tx: Transaction) -> Seal:
                # What has ended stays so and its rows never change: only another pruning could be in the way.
                if len(read_seals(tx)) + 1 != plan.number:
                    raise PruneError("pruning refused", why="another pruning was faster", remedy="Try again.")
                seal = Seal(
                    number=plan.number,
                    first_seq=plan.start.seq + 1,
                    last_seq=plan.last,
                    rows=plan.last - plan.start.seq,
                    before_hash=plan.start.hash,
                    last_hash=end.hash,
                    digest=digest,
                    states=len(states),
                    states_digest=states_digest(states),
                    archive=name,
                    archive_sha256=sha256,
                    at_us=to_us(tx.now),
                    actor=actor,
                    reason=reason,
                    previous_seal=plan.previous,
                )
                put_seal(tx, seal, states)
                return seal

            seal = await self._database.write(work)
            await self._finish()
            return Pruned(seal.rows, seal, plan.held_by)

    async def finish(self) -> int:
        """Delete what was sealed and is still there; returns how many rows."""
        async with self._lock:
            return await self._finish()

    async def _finish(self) -> int:
        gone = 0
        end = await self._database.read(lambda reader: sealed_end(read_seals(reader)).seq)
        while end and (count := await self._database.write(partial(_delete, end=end))):
            gone += count
        return gone

    def _plan(self, reader: Reader, before: datetime) -> _Plan:
        seals = read_seals(reader)
        start = sealed_end(seals)
        young = reader.row(
            "SELECT seq FROM journal WHERE seq > ? AND at_us >= ? ORDER BY seq LIMIT 1", (start.seq, to_us(before))
        )
        head = reader.row("SELECT max(seq) AS seq FROM journal")
        last = int(young["seq"]) - 1 if young else int((head["seq"] if head else None) or 0)
        held_by = ""
        for one in self._alive(reader, before):
            first = reader.row("SELECT min(seq) AS seq FROM journal WHERE subject = ?", (one.subject,))
            if first is not None and first["seq"] is not None and first["seq"] <= last:
                last, held_by = int(first["seq"]) - 1, f"{one.why} {one.subject}"
        return _Plan(start, last, len(seals) + 1, seals[-1].hash if seals else GENESIS, held_by)

    async def _fold(self, plan: _Plan, path: Path | None) -> tuple[str, Head, str]:
        """Prove the rows, write them to a file where one is wanted, and digest their hashes."""
        head = plan.start
        digest = hashlib.sha256()
        if path is not None:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with JournalFile(path) if path is not None else nullcontext() as file:
            while head.seq < plan.last:
                rows = await self._database.read(partial(_page, after=head.seq, last=plan.last))
                found = verify(rows, head)
                if isinstance(found, Breach) or found == head:
                    reason = found.reason if isinstance(found, Breach) else "it is missing"
                    raise PruneError(
                        "pruning refused",
                        why=f"row {head.seq + 1 if found == head else found.seq} does not hold: {reason}",
                        remedy="Run `watchfloor audit verify`, and keep the file as it is.",
                    )
                digest.update("".join(row["hash"] for row in rows).encode("ascii"))
                if file is not None:
                    file.write(rows)  # type: ignore[arg-type]  # a row is read by column name like a mapping
                head = found
        return digest.hexdigest(), head, file.sha256 if file is not None else ""


def _page(reader: Reader, after: int, last: int) -> Sequence[Row]:
    return reader.rows("SELECT * FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?", (after, last, PAGE))


def _delete(tx: Transaction, end: int) -> int:
    return tx.execute(
        "DELETE FROM journal WHERE seq IN (SELECT seq FROM journal WHERE seq <= ? ORDER BY seq LIMIT ?)", (end, PAGE)
    )
