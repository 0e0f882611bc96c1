"""Opens connections to the database: the one that writes, and those that only read."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from ..journal import GENESIS, Head
from .errors import StorageError, storage_error
from .migrate import migrate

_WRITER_PRAGMAS: Final = (
    "journal_mode = WAL",
    "synchronous = FULL",
    "busy_timeout = 5000",
    "foreign_keys = ON",
    "trusted_schema = OFF",
    "cell_size_check = ON",
    "temp_store = MEMORY",
)


def open_writer(path: Path, at_us: int) -> tuple[sqlite3.Connection, Head]:
    """The writing connection of a database that is sound and of the newest schema, and the end of its journal.

    Args:
        path: the database file; made when missing.
        at_us: the present, for the record of migrations.

    Raises:
        StorageError: it cannot be opened, is damaged, or belongs to another version.
    """
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, cached_statements=512)
    except sqlite3.Error as error:
        raise storage_error(path, error) from error
    try:
        connection.row_factory = sqlite3.Row
        for pragma in _WRITER_PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        if found != "ok":
            raise StorageError(f"database {path} is damaged", why=str(found), remedy="Restore the .bak beside it.")
        migrate(connection, path, at_us)
        return connection, read_head(connection)
    except sqlite3.Error as error:
        connection.close()
        raise storage_error(path, error) from error
    except BaseException:
        connection.close()
        raise


def open_reader(path: Path) -> sqlite3.Connection:
    """A connection that cannot write. Raises sqlite3.Error where there is nothing to read."""
    connection = sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None, cached_statements=512
    )
    connection.row_factory = sqlite3.Row
    connection.text_factory = readable
    connection.execute("PRAGMA busy_timeout = 5000")
    return connection


def readable(raw: bytes) -> str:
    """Stored text; bytes that are not UTF-8, as after damage, become U+FFFD instead of failing the whole query."""
    return raw.decode("utf-8", "replace")


def read_head(connection: sqlite3.Connection) -> Head:
    """The end of the journal. Raises sqlite3.Error where it cannot be read."""
    row = connection.execute("SELECT seq, hash FROM journal ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(row["seq"], row["hash"]) if row else Head(0, GENESIS)
