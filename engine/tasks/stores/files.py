"""Tasks as JSON files, one for each, that people and git can read; a crash leaves the old file or the new one."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

from ..task import TaskState
from .cron_file import keep_cron_file, read_cron_file
from .crons import CronRecord
from .folder import Folder, Signature, Unreadable
from .protocol import PAGE, Fault, Mark, StoreUnavailable, TaskQuery
from .record import RecordError, TaskRecord, decode, encode, seal_of

T = TypeVar("T")


class JsonTaskStore:
    """The store ``json``: ``<month>/<id>.json`` below one folder, ``crons.json``, what others wrote in ``set-aside/``.

    Files are replaced whole, so readers never see half of one and need no lock. One process writes.

    Args:
        directory: the folder; made where it is missing.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._folder = Folder(directory)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="task-files")
        self._closed = False
        self._ids: list[str] = []
        self._known: dict[str, tuple[Signature, int, str]] = {}

    @property
    def target(self) -> str:
        """Which folder."""
        return f"json:{self._directory}"

    async def open(self) -> None:
        """Take the folder's lock and clear away what a crash left half written.

        Raises:
            StoreUnavailable: another process writes there, or the folder cannot be written.
        """
        await self._run(self._folder.open)

    async def close(self) -> None:
        """Give the lock back."""
        if self._closed:
            return
        self._closed = True
        await asyncio.get_running_loop().run_in_executor(self._thread, self._folder.close)
        self._thread.shutdown(wait=True)

    async def put(self, records: Sequence[TaskRecord], *, decide: bool = False) -> list[Fault]:
        """See :class:`TaskStore`."""
        return await self._run(lambda: self._put(records, decide=decide))

    async def remove(self, ids: Sequence[str]) -> int:
        """See :class:`TaskStore`."""
        return await self._run(lambda: self._folder.remove(ids))

    async def get(self, task_id: str) -> TaskRecord | None:
        """See :class:`TaskStore`."""

        def look() -> TaskRecord | None:
            text = self._folder.read(task_id)
            return None if text is None else _sealed(text, task_id)

        try:
            return await self._run(look)
        except Unreadable as error:
            raise RecordError(f"task file {task_id[:60]}.json refused", why=str(error)) from None

    async def find(self, query: TaskQuery) -> list[TaskRecord]:
        """See :class:`TaskStore`."""

        def look() -> list[TaskRecord]:
            found: list[TaskRecord] = []
            for task_id in sorted(self._folder.ids(), reverse=True):
                if query.after and task_id >= query.after:
                    continue
                record = self._good(task_id)
                if record is not None and query.wants(record):
                    found.append(record)
                if len(found) == query.limit:
                    break
            return found

        return await self._run(look)

    async def counts(self) -> Mapping[TaskState, int]:
        """See :class:`TaskStore`."""

        def look() -> Mapping[TaskState, int]:
            records = (self._good(task_id) for task_id in self._folder.ids())
            return Counter(record.task.state for record in records if record is not None)

        return await self._run(look)

    async def marks(self, after: str, limit: int) -> list[Mark]:
        """See :class:`TaskStore`."""

        def look() -> list[Mark]:
            if not after:
                # The pages of one listing are of one moment.
                self._ids = sorted(self._folder.ids())
                self._known = {task_id: self._known[task_id] for task_id in self._ids if task_id in self._known}
            found: list[Mark] = []
            for task_id in self._ids[bisect_right(self._ids, after) :]:
                mark = self._look(task_id)
                if isinstance(mark, Mark):
                    found.append(mark)
                if len(found) == limit:
                    break
            return found

        return await self._run(look)

    async def faults(self) -> list[Fault]:
        """See :class:`TaskStore`."""

        def look() -> list[Fault]:
            found = [Fault(name, "it is not a task's file", "") for name in self._folder.strangers()]
            for task_id in sorted(self._folder.ids()):
                if len(found) >= PAGE:
                    break
                if isinstance(fault := self._look(task_id), Fault):
                    found.append(fault)
            return found[:PAGE]

        return await self._run(look)

    async def keep_crons(self, records: Sequence[CronRecord]) -> list[Fault]:
        """See :class:`TaskStore`."""
        return await self._run(lambda: keep_cron_file(self._folder, records))

    async def crons(self) -> list[CronRecord]:
        """See :class:`TaskStore`."""
        return await self._run(lambda: read_cron_file(self._folder)[0])

    def _put(self, records: Sequence[TaskRecord], *, decide: bool) -> list[Fault]:
        found: list[Fault] = []
        writing: list[tuple[TaskRecord, str]] = []
        for record in records:
            task_id, text = record.task.id, encode(record)
            there = self._look(task_id)
            fault = there if isinstance(there, Fault) else None
            if isinstance(there, Mark) and there.revision >= record.task.revision:
                if not decide or there.seal == seal_of(record):
                    continue
                fault = Fault(self._folder.name(task_id), "it differs from what the engine decided", task_id)
            if fault is not None:
                kept = self._folder.set_aside(task_id)
                found.append(Fault(fault.place, f"{fault.why}; kept as {kept}", task_id))
            writing.append((record, text))
        self._folder.write([(record.task.id, f"{record.task.created_at:%Y-%m}", text) for record, text in writing])
        return found

    def _good(self, task_id: str) -> TaskRecord | None:
        try:
            text = self._folder.read(task_id)
            return None if text is None else _sealed(text, task_id)
        except (Unreadable, RecordError):
            return None

    def _look(self, task_id: str) -> Mark | Fault | None:
        """What stands in a task's file; one that is as it was at the last look is not read again."""
        signature = self._folder.signature(task_id)
        known = self._known.get(task_id)
        if known is not None and known[0] == signature:
            return Mark(task_id, known[1], known[2])
        try:
            text = self._folder.read(task_id)
            if text is None:
                return None
            record = _sealed(text, task_id)
        except Unreadable as error:
            return Fault(self._folder.name(task_id), str(error), task_id)
        except RecordError as error:
            return Fault(self._folder.name(task_id), error.why, task_id)
        mark = Mark(task_id, record.task.revision, seal_of(record))
        if signature is not None:
            self._known[task_id] = signature, mark.revision, mark.seal
        return mark

    async def _run(self, work: Callable[[], T]) -> T:
        if self._closed:
            raise StoreUnavailable(f"task folder {self._directory} is closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._thread, work)
        except OSError as error:
            raise StoreUnavailable(
                f"task folder {self._directory} cannot be used",
                why=error.strerror or str(error),
                remedy="Free disk space, or give the engine the right to write there.",
            ) from error


def _sealed(text: bytes, task_id: str) -> TaskRecord:
    """A record as the engine wrote it.

    Raises:
        RecordError: it is not that.
    """
    record, sealed = decode(text)
    if record.task.id != task_id:
        raise RecordError("record refused", why="its id is not its file's name")
    if not sealed:
        raise RecordError("record refused", why="somebody changed it after the engine had written it")
    return record
