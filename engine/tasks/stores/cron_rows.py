"""The table of the store ``postgresql`` that holds the cron entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from .crons import CronRecord, decode_cron, encode_cron
from .protocol import Fault
from .record import RecordError

if TYPE_CHECKING:
    import asyncpg  # type: ignore[import-untyped]  # it ships no types

_ALL: Final = "SELECT * FROM task_crons ORDER BY name LIMIT 2000"
_ASIDE: Final = (
    "INSERT INTO tasks_set_aside (task_id, why, was) SELECT 'cron ' || name, $2, to_jsonb(task_crons) FROM task_crons"
    " WHERE name = $1 RETURNING number"
)
_PUT: Final = (
    "INSERT INTO task_crons (name, record) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET record = excluded.record"
)


async def read_cron_rows(connection: asyncpg.Connection[Any]) -> list[CronRecord]:
    """The entries that stand there as the engine wrote them, by name."""
    rows = await connection.fetch(_ALL)
    return [found for row in rows if isinstance(found := _read(row), CronRecord)]


async def keep_cron_rows(connection: asyncpg.Connection[Any], records: Sequence[CronRecord]) -> list[Fault]:
    """Have the table hold exactly these entries, in one transaction; what somebody else wrote there is put aside."""
    wanted = {record.name: record for record in records}
    faults: list[Fault] = []
    async with connection.transaction():
        there = {str(row["name"]): _read(row) for row in await connection.fetch(_ALL)}
        for name, found in there.items():
            if isinstance(found, str):
                number = await connection.fetchval(_ASIDE, name, found)
                faults.append(Fault(f"cron entry {name[:100]}", f"{found}; kept as tasks_set_aside {number}"))
        gone = [name for name in there if name not in wanted]
        await connection.execute("DELETE FROM task_crons WHERE name = ANY($1::text[])", gone)
        changed = [one for one in wanted.values() if there.get(one.name) != one]
        await connection.executemany(_PUT, [(one.name, encode_cron(one)) for one in changed])
    return faults


def _read(row: Mapping[str, Any]) -> CronRecord | str:
    """The entry, or what is wrong with its row."""
    try:
        record, sealed = decode_cron(row["record"])
    except RecordError as error:
        return error.why
    if not sealed or record.name != row["name"]:
        return "somebody changed it after the engine had written it"
    return record
