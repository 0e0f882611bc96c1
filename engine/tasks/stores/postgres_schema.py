"""Brings the tables in PostgreSQL to their newest form: numbered files, each applied once and whole, never edited."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final

from .protocol import StoreUnavailable

if TYPE_CHECKING:
    import asyncpg  # type: ignore[import-untyped]  # it ships no types

_NAME: Final = re.compile(r"^(\d{4})_[a-z0-9_]+\.sql$")


async def migrate(connection: asyncpg.Connection[Any], namespace: str) -> None:
    """Apply what is missing, all in one transaction; only to be called by whoever may write.

    Args:
        connection: to the database, with ``namespace`` as its search path.
        namespace: the schema of the tables; made where it is missing.

    Raises:
        StoreUnavailable: the tables were made by a newer version, or a step was edited after it was applied.
    """
    # The server's own check would refuse a user who may write there but not make schemas.
    known = await connection.fetchval("SELECT to_regnamespace(quote_ident($1)) IS NOT NULL", namespace)
    async with connection.transaction():
        if not known:
            await connection.execute(f'CREATE SCHEMA "{namespace}"')
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations (version integer PRIMARY KEY, sha256 text NOT NULL,"
            " applied_at timestamptz NOT NULL DEFAULT now())"
        )
        applied = {row["version"]: row["sha256"] for row in await connection.fetch("SELECT * FROM schema_migrations")}
        shipped = dict(_shipped())
        for version, digest in applied.items():
            if version not in shipped or _digest(shipped[version]) != digest:
                raise StoreUnavailable(
                    f"the tables in the schema {namespace} cannot be used",
                    why=f"their step {version:04d} is unknown to this version of Watchfloor",
                    remedy="Use the Watchfloor version that made them, or another [tasks] namespace.",
                )
        for version, sql in sorted(shipped.items()):
            if version not in applied:
                await connection.execute(sql)
                await connection.execute(
                    "INSERT INTO schema_migrations (version, sha256) VALUES ($1, $2)", version, _digest(sql)
                )


def _shipped() -> Iterator[tuple[int, str]]:
    for entry in files(__package__).joinpath("postgres_migrations").iterdir():
        if match := _NAME.match(entry.name):
            yield int(match[1]), entry.read_text(encoding="utf-8")


def _digest(sql: str) -> str:
    return hashlib.sha256(sql.encode()).hexdigest()
