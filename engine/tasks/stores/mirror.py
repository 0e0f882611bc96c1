"""Keeps a store elsewhere in step with the engine's database, which decides."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Final

from ...clock import Clock
from ...journal import Event
from ...storage import Database, Reader, Transaction
from .adopting import adopt
from .crons import CronRecord, adopt_crons, cron_records
from .protocol import PAGE, Fault, Mark, StoreUnavailable, TaskStore
from .record import TaskRecord
from .sqlite import marks_of, records_of

LOOK_SECONDS: Final = 5.0
"""Longest wait before unkept changes are looked for without having been told of any."""
FIRST_RETRY_SECONDS: Final = 0.5
LONGEST_RETRY_SECONDS: Final = 30.0
_FAULTS_TOLD: Final = 20
_UNKNOWN: Final = "the engine knows no such task; an operator may bring it in with `watchfloor tasks import`"


@dataclass(frozen=True, slots=True)
class MirrorStatus:
    """How a store is doing.

    Attributes:
        target: which one.
        well: it is reached, and was compared since.
        why: what is wrong, where it is not.
        since: when that began.
        faults: what stands there that nobody but an operator can put right.
    """

    target: str
    well: bool = False
    why: str = ""
    since: datetime | None = None
    faults: tuple[Fault, ...] = ()


class TaskMirror:
    """Brings every change of a task to a store: at least once, newest revision only, in the order of need.

    A change and the note that the store lacks it are one unit of work, so no crash loses either. At the start, and then
    now and again, both sides are compared whole: what the store lacks it gets, and what somebody else changed there is
    put aside and put right. What only the store has is taken over once, when it is chosen, for then the workspace may
    be a new one on old tasks; later it is only reported, for whoever can write there is not thereby an operator.

    Args:
        database: decides.
        store: follows.
        clock: spaces the attempts.
        check_seconds: time between two comparisons.
    """

    def __init__(self, database: Database, store: TaskStore, clock: Clock, *, check_seconds: float = 300.0) -> None:
        self._database = database
        self._store = store
        self._clock = clock
        self._check_seconds = check_seconds
        self._news = asyncio.Event()
        self._told: set[Fault] = set()
        self._adopted = False
        self._crons: list[CronRecord] | None = None
        self.status = MirrorStatus(store.target)
        """How the store is doing."""

    def on_commit(self, events: Sequence[Event]) -> None:
        """To be given to :meth:`Database.observe`: what was committed may have to be kept."""
        if any(event.kind.startswith(("task.", "tasks.", "task_cron.")) for event in events):
            self._news.set()

    async def run(self) -> None:
        """Keep the store in step until cancelled; while it is away, changes wait in the database."""
        pause = FIRST_RETRY_SECONDS
        try:
            while True:
                try:
                    await self._follow()
                except StoreUnavailable as error:
                    if self.status.well:
                        pause = FIRST_RETRY_SECONDS
                    await self._note_loss(error)
                    await self._clock.sleep(pause * (0.5 + self._clock.random.random() / 2))
                    pause = min(pause * 2, LONGEST_RETRY_SECONDS)
        finally:
            await self._store.close()

    async def begin(self) -> None:
        """Have changes noted for this store from now on, and get hold of it."""
        target = self._store.target

        def work(tx: Transaction) -> bool:
            row = tx.row("SELECT target, adopted FROM task_mirror")
            if row is not None and row["target"] == target:
                return bool(row["adopted"])
            tx.execute("INSERT OR REPLACE INTO task_mirror (only, target, adopted) VALUES (1, ?, 0)", (target,))
            # Whatever was noted is for another store; the comparison finds what this one lacks.
            tx.execute("DELETE FROM task_unkept")
            tx.record("task_store.chosen", "tasks", {"target": target})
            return False

        self._adopted = await self._database.write(work)
        await self._store.open()

    async def flush(self) -> int:
        """Bring what the store lacks to it.

        Returns:
            how many changes.
        """
        kept = 0
        while wanted := await self._database.read(_unkept):
            gone = [task_id for task_id, revision in wanted.items() if not revision]
            records = await self._database.read(partial(records_of, ids=list(wanted)))
            if gone:
                await self._store.remove(gone)
            await self._repaired(await self._store.put(records, decide=self._adopted))
            there = {record.task.id: record.task.revision for record in records}
            done = [(task_id, there.get(task_id, revision)) for task_id, revision in wanted.items()]
            await self._database.write(partial(_settle, kept=done))
            kept += len(done)
        if self._adopted:
            await self._keep_crons()
        return kept

    async def compare(self) -> int:
        """Compare both sides whole and bring them to the same.

        Returns:
            how many tasks differed.
        """
        # What somebody changed there since it was kept is found only by looking.
        self._crons = None
        await self.flush()
        broken = await self._store.faults()
        after, differing = "", 0
        while True:
            mine = await self._database.read(partial(marks_of, after=after, limit=PAGE))
            theirs = await self._store.marks(after, PAGE)
            # As far as both pages reach.
            ends = [page[-1].id for page in (mine, theirs) if len(page) == PAGE]
            end = min(ends) if ends else None
            here, there = _upto(mine, end), _upto(theirs, end)
            if self._adopted:
                unknown = there.keys() - here.keys()
                broken += [Fault(f"task {task_id}", _UNKNOWN, task_id) for task_id in sorted(unknown)]
            else:
                differing += await self._adopt(here, there)
            differing += await self._put_right(here, there)
            if end is None:
                break
            after = end
        if not self._adopted:
            crons = await self._store.crons()
            differing += await self._database.write(lambda tx: adopt_crons(tx, crons, self._store.target))
            await self._database.write(lambda tx: tx.execute("UPDATE task_mirror SET adopted = 1"))
            self._adopted = True
            await self.flush()
        await self._tell(broken)
        return differing

    async def _keep_crons(self) -> None:
        """Bring the cron entries to the store where they are not as they were brought last."""
        crons = await self._database.read(cron_records)
        if crons != self._crons:
            await self._repaired(await self._store.keep_crons(crons))
            self._crons = crons

    async def _adopt(self, here: Mapping[str, Mark], there: Mapping[str, Mark]) -> int:
        """Take over what is newer there, with all that it depends on."""
        wanted = [one for one, mark in there.items() if one not in here or mark.revision > here[one].revision]
        taken: dict[str, TaskRecord] = {}
        while wanted:
            task_id = wanted.pop()
            record = await self._store.get(task_id)
            if record is None:
                continue
            taken[task_id] = record
            known = await self._database.read(partial(_known, ids=record.depends_on))
            wanted += [other for other in record.depends_on if other not in known and other not in taken]
        if not taken:
            return 0
        # By id, which is by age: what waits is queued again in its order.
        records = [taken[task_id] for task_id in sorted(taken)]
        return await self._database.write(lambda tx: adopt(tx, records, self._store.target))

    async def _put_right(self, here: Mapping[str, Mark], there: Mapping[str, Mark]) -> int:
        wrong = [
            task_id
            for task_id, mark in here.items()
            if (found := there.get(task_id)) != mark
            and (self._adopted or found is None or found.revision <= mark.revision)
        ]
        if wrong:
            records = await self._database.read(partial(records_of, ids=wrong))
            await self._repaired(await self._store.put(records, decide=True))
        return len(wrong)

    async def _follow(self) -> None:
        await self.begin()
        compared = float("-inf")
        while True:
            self._news.clear()
            if self._clock.monotonic() - compared >= self._check_seconds:
                await self.compare()
                compared = self._clock.monotonic()
            else:
                await self.flush()
            await self._note_gain()
            try:
                await self._clock.wait_for(self._news.wait(), min(LOOK_SECONDS, self._check_seconds))
            except TimeoutError:
                continue

    async def _repaired(self, faults: Sequence[Fault]) -> None:
        if not faults:
            return

        def work(tx: Transaction) -> None:
            for fault in faults:
                tx.record("task_store.repaired", fault.task_id or "tasks", {"place": fault.place, "why": fault.why})

        await self._database.write(work)

    async def _tell(self, broken: Sequence[Fault]) -> None:
        """Journal once what nobody but an operator can put right: files and rows of tasks that are unknown here."""
        if broken:
            known = await self._database.read(partial(_known, ids=[fault.task_id for fault in broken]))
            broken = [fault for fault in broken if fault.task_id not in known]
        fresh = [fault for fault in broken if fault not in self._told][:_FAULTS_TOLD]
        self._told = set(broken)

        def work(tx: Transaction) -> None:
            for fault in fresh:
                tx.record("task_store.unreadable", fault.task_id or "tasks", {"place": fault.place, "why": fault.why})

        if fresh:
            await self._database.write(work)
        self.status = replace(self.status, faults=tuple(broken[:_FAULTS_TOLD]))

    async def _note_loss(self, error: StoreUnavailable) -> None:
        why = error.sentence()
        if self.status.well or not self.status.why:
            data = {"target": self.status.target, "why": why}
            await self._database.write(lambda tx: tx.record("task_store.lost", "tasks", data))
            self.status = replace(self.status, well=False, why=why, since=self._clock.now())
        else:
            self.status = replace(self.status, why=why)

    async def _note_gain(self) -> None:
        if self.status.well:
            return
        if self.status.why:
            data = {"target": self.status.target}
            await self._database.write(lambda tx: tx.record("task_store.reached", "tasks", data))
        self.status = replace(self.status, well=True, why="", since=self._clock.now())


async def end_mirror(database: Database) -> None:
    """Have no changes noted any more: the tasks are kept in the database alone."""

    def work(tx: Transaction) -> None:
        if tx.execute("DELETE FROM task_mirror"):
            tx.execute("DELETE FROM task_unkept")
            tx.record("task_store.chosen", "tasks", {"target": "sqlite"})

    await database.write(work)


def _known(reader: Reader, ids: Sequence[str]) -> frozenset[str]:
    rows = reader.rows("SELECT id FROM tasks WHERE id IN (SELECT value FROM json_each(?))", (json.dumps(list(ids)),))
    return frozenset(row["id"] for row in rows)


def _unkept(reader: Reader) -> dict[str, int]:
    rows = reader.rows("SELECT task_id, revision FROM task_unkept ORDER BY rowid LIMIT ?", (PAGE,))
    return {row["task_id"]: row["revision"] for row in rows}


def _settle(tx: Transaction, kept: Sequence[tuple[str, int]]) -> None:
    # What changed again meanwhile has another revision by now and stays noted.
    tx.execute_many("DELETE FROM task_unkept WHERE task_id = ? AND revision = ?", kept)


def _upto(page: Sequence[Mark], end: str | None) -> dict[str, Mark]:
    return {mark.id: mark for mark in page if end is None or mark.id <= end}
