"""Tasks in a PostgreSQL database, where other programs can query them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from ..task import TaskState
from .cron_rows import keep_cron_rows, read_cron_rows
from .crons import CronRecord
from .postgres_address import read_address
from .postgres_rows import FIND, SET_ASIDE, UPSERT, fault_of, record_at, values_of
from .postgres_schema import migrate
from .protocol import PAGE, Fault, Mark, StoreUnavailable, TaskQuery
from .record import RecordError, TaskRecord, seal_of

if TYPE_CHECKING:
    import asyncpg  # type: ignore[import-untyped]  # it ships no types


class PostgresTaskStore:
    """The store ``postgresql``: one connection, which holds the right to write for as long as it lives.

    A lost connection is made anew by the next call. Everything that fails does so as :class:`StoreUnavailable`, without
    the address's user and password.

    Args:
        url: ``postgresql://user:password@host:port/name``; ``sslmode`` and the like may follow as a query. A host that
            is not this machine needs ``sslmode=verify-full``, or another one that says what is wanted.
        namespace: the schema that holds the tables; made where it is missing.
        timeout_seconds: how long connecting, and each statement, may take.
    """

    def __init__(self, url: str, namespace: str = "watchfloor", *, timeout_seconds: float = 10.0) -> None:
        self._url = url
        self._namespace = namespace
        self._seconds = timeout_seconds
        self._connection: asyncpg.Connection[Any] | None = None
        self._turn = asyncio.Lock()
        self._closed = False
        self._address = read_address(url)

    @property
    def target(self) -> str:
        """Which server, database and schema, without user and password."""
        return f"postgresql:{self._address.place}#{self._namespace}"

    async def open(self) -> None:
        """Connect, take the right to write, and bring the tables to their newest form.

        Raises:
            StoreUnavailable: there is no such server or database, it refuses us, another engine writes there, or its
                tables were made by a newer version.
        """
        async with self._connected():
            pass

    async def close(self) -> None:
        """Disconnect."""
        self._closed = True
        async with self._turn:
            await self._drop()

    async def put(self, records: Sequence[TaskRecord], *, decide: bool = False) -> list[Fault]:
        """See :class:`TaskStore`."""
        async with self._connected() as connection, connection.transaction():
            there = {
                str(row["id"]): row
                for row in await connection.fetch(
                    "SELECT * FROM tasks WHERE id = ANY($1::text[]) FOR UPDATE", [record.task.id for record in records]
                )
            }
            found: list[Fault] = []
            writing: list[TaskRecord] = []
            for record in records:
                row = there.get(record.task.id)
                fault = None if row is None else fault_of(row)
                if fault is None and row is not None and row["revision"] >= record.task.revision:
                    if not decide or row["seal"] == seal_of(record):
                        continue
                    fault = Fault(f"row {record.task.id}", "it differs from what the engine decided", record.task.id)
                if fault is not None:
                    number = await connection.fetchval(SET_ASIDE, record.task.id, fault.why)
                    found.append(Fault(fault.place, f"{fault.why}; kept as tasks_set_aside {number}", record.task.id))
                writing.append(record)
            await connection.executemany(UPSERT, [values_of(record) for record in writing])
            return found

    async def remove(self, ids: Sequence[str]) -> int:
        """See :class:`TaskStore`."""
        async with self._connected() as connection:
            status = await connection.execute("DELETE FROM tasks WHERE id = ANY($1::text[])", list(ids))
            return int(status.rpartition(" ")[2])

    async def get(self, task_id: str) -> TaskRecord | None:
        """See :class:`TaskStore`."""
        async with self._connected() as connection:
            row = await connection.fetchrow("SELECT * FROM tasks WHERE id = $1", task_id)
        if row is None:
            return None
        if (fault := fault_of(row)) is not None:
            raise RecordError(f"task {task_id[:60]} in PostgreSQL refused", why=fault.why)
        return record_at(row)

    async def find(self, query: TaskQuery) -> list[TaskRecord]:
        """See :class:`TaskStore`."""
        found: list[TaskRecord] = []
        after = query.after
        while len(found) < query.limit:
            wanted = query.limit - len(found)
            rows = await self._rows(
                FIND,
                [state.value for state in query.states],
                query.type,
                query.agent,
                query.capability,
                query.parent_goal,
                after,
                wanted,
            )
            found += [record_at(row) for row in rows if fault_of(row) is None]
            if len(rows) < wanted:
                break
            after = rows[-1]["id"]
        return found

    async def counts(self) -> Mapping[TaskState, int]:
        """See :class:`TaskStore`."""
        rows = await self._rows("SELECT state, count(*) AS number FROM tasks GROUP BY state")
        return {TaskState(row["state"]): row["number"] for row in rows}

    async def marks(self, after: str, limit: int) -> list[Mark]:
        """See :class:`TaskStore`."""
        found: list[Mark] = []
        while len(found) < limit:
            wanted = limit - len(found)
            rows = await self._rows("SELECT * FROM tasks WHERE id > $1 ORDER BY id LIMIT $2", after, wanted)
            found += [Mark(row["id"], row["revision"], row["seal"]) for row in rows if fault_of(row) is None]
            if len(rows) < wanted:
                break
            after = rows[-1]["id"]
        return found

    async def faults(self) -> list[Fault]:
        """See :class:`TaskStore`."""
        found: list[Fault] = []
        after = ""
        while rows := await self._rows("SELECT * FROM tasks WHERE id > $1 ORDER BY id LIMIT $2", after, PAGE):
            found += [fault for row in rows if (fault := fault_of(row)) is not None]
            after = rows[-1]["id"]
            if len(found) >= PAGE:
                break
        return found[:PAGE]

    async def keep_crons(self, records: Sequence[CronRecord]) -> list[Fault]:
        """See :class:`TaskStore`."""
        async with self._connected() as connection:
            return await keep_cron_rows(connection, records)

    async def crons(self) -> list[CronRecord]:
        """See :class:`TaskStore`."""
        async with self._connected() as connection:
            return await read_cron_rows(connection)

    async def _rows(self, sql: str, *parameters: object) -> list[Any]:
        async with self._connected() as connection:
            return list(await connection.fetch(sql, *parameters))

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        """The connection, for one caller at a time."""
        import asyncpg

        async with self._turn:
            if self._closed:
                raise StoreUnavailable("the task store is closed")
            try:
                if self._connection is None or self._connection.is_closed():
                    self._connection = await self._connect()
                yield self._connection
            except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError) as error:
                await self._drop()
                raise self._unavailable(error) from None
            except asyncio.CancelledError:
                # What the server still sends belongs to a statement that nobody waits for any more.
                await self._drop()
                raise

    async def _connect(self) -> asyncpg.Connection[Any]:
        import asyncpg

        address = self._address
        if not address.readable or not (address.encryption or address.here):
            raise StoreUnavailable(
                f"PostgreSQL at {address.place} is not asked",
                why="the address says nothing about encryption" if address.readable else "the address cannot be read",
                remedy=(
                    "Add ?sslmode=verify-full to [tasks] url."
                    if address.readable
                    else "Write postgresql://user:password@host:port/name; in the password, %40 for @ and %2F for /."
                ),
            )
        connection = await asyncpg.connect(
            self._url,
            timeout=self._seconds,
            command_timeout=self._seconds,
            server_settings={
                "application_name": "watchfloor",
                "search_path": self._namespace,
                "statement_timeout": str(int(self._seconds * 1_000)),
                # A machine that went away without a word must not hold the right to write for hours.
                "tcp_keepalives_idle": "10",
                "tcp_keepalives_interval": "5",
                "tcp_keepalives_count": "3",
            },
        )
        try:
            if not await connection.fetchval("SELECT pg_try_advisory_lock(hashtextextended($1, 7))", self._namespace):
                raise StoreUnavailable(
                    f"PostgreSQL at {self._address.place} is taken",
                    why=f"another engine writes its tasks to the schema {self._namespace}",
                    remedy="Give each workspace a schema of its own: [tasks] namespace.",
                )
            await migrate(connection, self._namespace)
        except BaseException:
            connection.terminate()
            raise
        return connection

    async def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is None or connection.is_closed():
            return
        try:
            await connection.close(timeout=1.0)
        except (OSError, TimeoutError, asyncio.CancelledError):
            connection.terminate()
        except Exception:  # noqa: BLE001  # whatever a broken connection says at its end, it is gone
            connection.terminate()

    def _unavailable(self, error: BaseException) -> StoreUnavailable:
        told = str(error).strip() or type(error).__name__
        if isinstance(error, TimeoutError):
            told = f"no answer within {self._seconds:g} s"
        for secret in self._address.secrets:
            told = told.replace(secret, "***")
        return StoreUnavailable(
            f"PostgreSQL at {self._address.place} cannot be used",
            why=told[:300],
            remedy="See that the server runs and [tasks] url is right.",
        )
