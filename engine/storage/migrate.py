"""Brings a database to the newest schema: numbered SQL files, each applied once and whole, never edited afterwards."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Final

from .errors import StorageError

_NAME: Final = re.compile(r"^(\d{4})_([a-z0-9_]+)\.sql$")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered step of the schema."""

    version: int
    name: str
    sql: str

    @property
    def sha256(self) -> str:
        """Fingerprint of the text, by which a later edit is found."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def shipped() -> list[Migration]:
    """All migrations of this version of the program, in order."""
    found = []
    for entry in files(__package__).joinpath("migrations").iterdir():
        match = _NAME.match(entry.name)
        if match:
            found.append(Migration(int(match[1]), match[2], entry.read_text(encoding="utf-8")))
    return sorted(found, key=lambda migration: migration.version)


def migrate(connection: sqlite3.Connection, path: Path, at_us: int) -> list[Migration]:
    """Apply what is missing, each step in its own transaction; an existing database is backed up first.

    Args:
        connection: an autocommit connection, the only writer.
        path: where the database stands, for the back-up beside it and for messages.
        at_us: the present, for the record.

    Returns:
        the migrations that were applied now.

    Raises:
        StorageError: the database was made by a newer version, or a migration was edited after it was applied.
    """
    connection.execute(
        "CREATE TABLE IF NOT EXISTS schema_migrations"
        " (version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at_us INTEGER NOT NULL)"
        " STRICT"
    )
    applied: dict[int, str] = dict(connection.execute("SELECT version, sha256 FROM schema_migrations").fetchall())
    known = {migration.version: migration for migration in shipped()}
    for version, digest in applied.items():
        if version not in known:
            raise StorageError(
                f"database {path} cannot be used",
                why=f"its schema version {version} is unknown to this version of Watchfloor",
                remedy="Use the newer Watchfloor that made it.",
            )
        if known[version].sha256 != digest:
            raise StorageError(
                f"database {path} cannot be used",
                why=f"migration {version:04d} differs from the one it was made with",
                remedy="Use the Watchfloor version that made it, or start a new workspace.",
            )
    missing = [migration for version, migration in sorted(known.items()) if version not in applied]
    if applied and missing:
        _back_up(connection, path)
    for migration in missing:
        _apply(connection, migration, at_us)
    return missing


def _apply(connection: sqlite3.Connection, migration: Migration, at_us: int) -> None:
    connection.execute("BEGIN IMMEDIATE")
    try:
        for statement in _statements(migration.sql):
            connection.execute(statement)
        connection.execute(
            "INSERT INTO schema_migrations (version, name, sha256, applied_at_us) VALUES (?,?,?,?)",
            (migration.version, migration.name, migration.sha256, at_us),
        )
    except BaseException:
        connection.execute("ROLLBACK")
        raise
    connection.execute("COMMIT")


def _statements(sql: str) -> Iterator[str]:
    statement = ""
    for line in sql.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    if statement.strip():
        yield statement


def _back_up(connection: sqlite3.Connection, path: Path) -> None:
    target = sqlite3.connect(path.with_name(path.name + ".bak"))
    try:
        connection.backup(target)
    finally:
        target.close()
