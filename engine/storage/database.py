"""One SQLite database: a writer thread that groups units of work into durable commits, and a reader besides.

Callers await durability; the writer batches. While one group is being synced to disk the next one queues up, so the
cost of ``fsync`` is shared without any added delay (group commit, as in most database servers).
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self, TypeAlias, TypeVar

from ..clock import Clock
from ..crashpoint import crashpoint
from ..journal import Event, Head
from ..redaction import Redactor
from .connect import open_reader, open_writer, read_head
from .errors import StorageError, Superseded, storage_error
from .instants import to_us
from .unit import Reader, Transaction

T = TypeVar("T")
CommitObserver: TypeAlias = Callable[[Sequence[Event]], None]

GROUP_LIMIT: Final = 256
"""Most units of work in one commit."""
BACKLOG_LIMIT: Final = 4_096
"""Most units of work that may wait; further callers wait outside."""
_CLOSE_SECONDS: Final = 5.0


@dataclass(slots=True)
class _Unit:
    work: Callable[[Transaction], Any]
    future: asyncio.Future[Any]
    result: Any = None
    error: BaseException | None = None


class Database:
    """The engine's truth.

    Open it with :meth:`open` and use it as an asynchronous context manager, or close it yourself. All methods belong to
    the event loop that opened it.
    """

    def __init__(self, path: Path, clock: Clock, redactor: Redactor, *, inline: bool) -> None:
        self.path = path
        self.failure: StorageError | None = None
        """Why the last commit failed; nothing while the database is well."""
        self._clock = clock
        self._redactor = redactor
        self._inline = inline
        self._loop = asyncio.get_running_loop()
        self._slots = asyncio.Semaphore(BACKLOG_LIMIT)
        self._units: queue.SimpleQueue[_Unit | None] = queue.SimpleQueue()
        self._observers: list[CommitObserver] = []
        self._fence: Callable[[Reader], None] | None = None
        self._closed = False
        self._writer, self._head = open_writer(path, to_us(clock.now()))
        self._reading = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database-reader")
        self._reader: sqlite3.Connection | None = None
        self._thread = threading.Thread(target=self._write_forever, name="database-writer", daemon=True)

    @classmethod
    async def open(
        cls, path: Path, clock: Clock, *, redactor: Redactor | None = None, inline: bool = False
    ) -> Database:
        """Open the database, making and migrating it where needed.

        Args:
            path: the database file; its folder must exist.
            clock: stamps units of work.
            redactor: masks secrets in what is journalled.
            inline: run units of work on the event loop's own thread, one commit each: for simulations, where the order
                of everything has to follow from the seed.

        Raises:
            StorageError: it cannot be opened, is damaged, or belongs to another version.
        """
        database = cls(path, clock, redactor or Redactor(), inline=inline)
        if not inline:
            database._thread.start()
        return database

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def head(self) -> Head:
        """The end of the journal, as of the last commit."""
        return self._head

    def observe(self, observer: CommitObserver) -> None:
        """Have ``observer`` called on the event loop with each commit's events, in order, once they are durable."""
        self._observers.append(observer)

    def fence(self, check: Callable[[Reader], None]) -> None:
        """Have ``check`` asked within each commit before anything is written; where it raises, nothing is.

        Args:
            check: a plain function, run on the writer's thread; it raises :class:`Superseded`.
        """
        self._fence = check

    async def write(self, work: Callable[[Transaction], T]) -> T:
        """Run a unit of work; when this returns, its effects are on disk.

        Args:
            work: a plain function, run on the writer's thread. It must not wait, and may be run only once. When it
                raises, its own changes are undone, other units of the same group are not touched, and the error is
                raised here.

        Raises:
            StorageError: the commit failed; nothing of the unit happened.
        """
        if self._closed:
            raise StorageError(f"database {self.path} is closed")
        async with self._slots:
            unit = _Unit(work, self._loop.create_future())
            if self._inline:
                self._commit([unit])
            else:
                self._units.put(unit)
            # A caller that is cancelled only stops waiting: what was handed over happens, and nobody is told.
            result: T = await unit.future
            return result

    async def read(self, query: Callable[[Reader], T]) -> T:
        """Run a query on one consistent state that includes every commit awaited before.

        Raises:
            StorageError: the database cannot be read.
        """
        if self._closed:
            raise StorageError(f"database {self.path} is closed")
        if self._inline:
            return query(Reader(self._writer))
        return await self._loop.run_in_executor(self._reading, self._read, query)

    async def settled(self) -> None:
        """Return once everything handed to :meth:`write` before this call is durable."""
        await self.write(lambda _: None)
        await asyncio.sleep(0)

    async def close(self) -> None:
        """Finish what was accepted, fold the log into the file and let go of it. Closing twice does nothing."""
        if self._closed:
            return
        self._closed = True
        if not self._inline:
            self._units.put(None)
            await self._loop.run_in_executor(None, self._thread.join, _CLOSE_SECONDS)
            await self._loop.run_in_executor(self._reading, self._close_reader)
        self._reading.shutdown(wait=True)
        self._writer.close()

    def _write_forever(self) -> None:
        while True:
            unit = self._units.get()
            if unit is None:
                return
            group = [unit]
            last = False
            while len(group) < GROUP_LIMIT and not self._units.empty():
                following = self._units.get()
                if following is None:
                    last = True
                    break
                group.append(following)
            self._commit(group)
            if last:
                return

    def _commit(self, group: list[_Unit]) -> None:
        events: list[Event] = []
        head = self._head
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            if self._fence is not None:
                self._fence(Reader(self._writer))
            if len(group) == 1:
                head = self._run_alone(group[0], head, events)
            else:
                for unit in group:
                    head = self._run(unit, head, events)
            if self._writer.in_transaction:
                crashpoint("storage.commit:before")
                self._writer.execute("COMMIT")
                crashpoint("storage.commit:after")
        except Superseded as error:
            self._abandon(group, error)
        except sqlite3.Error as error:
            self._abandon(group, storage_error(self.path, error))
        except BaseException as error:  # noqa: BLE001  # the writer must outlive any unit; the error reaches every caller
            self._abandon(group, StorageError(f"database {self.path} failed", why=repr(error)))
        else:
            self._head = head
            self.failure = None
            self._deliver(group, events)

    def _run_alone(self, unit: _Unit, head: Head, events: list[Event]) -> Head:
        """Run the only unit of its group: where it fails there is nothing else in the transaction to keep."""
        transaction = Transaction(self._writer, self._clock.now(), head, self._redactor)
        try:
            unit.result = unit.work(transaction)
        except Exception as error:  # handed to the caller who awaits this unit
            unit.error = storage_error(self.path, error) if isinstance(error, sqlite3.OperationalError) else error
            if not self._writer.in_transaction:
                raise
            self._writer.execute("ROLLBACK")
            return head
        events.extend(transaction.events)
        return transaction.head

    def _run(self, unit: _Unit, head: Head, events: list[Event]) -> Head:
        self._writer.execute("SAVEPOINT unit")
        transaction = Transaction(self._writer, self._clock.now(), head, self._redactor)
        try:
            unit.result = unit.work(transaction)
        except Exception as error:  # handed to the caller who awaits this unit
            unit.error = storage_error(self.path, error) if isinstance(error, sqlite3.OperationalError) else error
            if not self._writer.in_transaction:
                raise
            self._writer.execute("ROLLBACK TO unit")
            self._writer.execute("RELEASE unit")
            return head
        self._writer.execute("RELEASE unit")
        events.extend(transaction.events)
        return transaction.head

    def _abandon(self, group: list[_Unit], failure: StorageError) -> None:
        # Where not even that can be done, the next commit fails too and tries it again.
        with contextlib.suppress(sqlite3.Error):
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            # A commit may have happened although its end was not told: only the table knows where the journal ends.
            self._head = read_head(self._writer)
        self.failure = failure
        for unit in group:
            unit.error = failure
        self._deliver(group, [])

    def _deliver(self, group: list[_Unit], events: list[Event]) -> None:
        if self._inline:
            self._resolve(group, events)
            return
        # Where the loop is gone nobody is left to tell, and what was committed stays committed.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._resolve, group, events)

    def _resolve(self, group: list[_Unit], events: list[Event]) -> None:
        for unit in group:
            if unit.future.done():
                continue
            if unit.error is not None:
                unit.future.set_exception(unit.error)
                # A caller that was cancelled never looks; without this asyncio would report the error as forgotten.
                unit.future.exception()
            else:
                unit.future.set_result(unit.result)
        if events:
            for observer in self._observers:
                observer(events)

    def _read(self, query: Callable[[Reader], T]) -> T:
        try:
            if self._reader is None:
                self._reader = open_reader(self.path)
            self._reader.execute("BEGIN")
            try:
                return query(Reader(self._reader))
            finally:
                self._reader.execute("COMMIT")
        except sqlite3.OperationalError as error:
            raise storage_error(self.path, error) from error

    def _close_reader(self) -> None:
        if self._reader is not None:
            self._reader.close()
