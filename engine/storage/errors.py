"""What can go wrong with the database, said so that an operator can mend it."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from ..errors import WatchfloorError


class StorageError(WatchfloorError):
    """The database cannot be opened, read or written."""


class Superseded(StorageError):
    """Somebody else writes here by now; nothing of ours is written any more."""


_CAUSES: Final = (
    ("disk is full", "the disk is full", "Free space on its file system; nothing that was accepted is lost."),
    ("readonly", "the file or its folder is read-only", "Make both writable for this user, or use another workspace."),
    ("unable to open", "the file cannot be opened", "Check that the folder exists and that this user may write in it."),
    ("not a database", "the file is not a SQLite database", "Move it away, or restore the .bak beside it."),
    ("malformed", "the file is damaged", "Stop the engine and restore the .bak beside it."),
    ("locked", "another process holds it", "Stop the other process; only one engine may use a workspace."),
    ("disk i/o error", "the disk reports an input or output error", "Check the disk and its space, then start again."),
)


def storage_error(path: Path, error: sqlite3.Error) -> StorageError:
    """Translate what SQLite says about ``path`` into cause and remedy."""
    text = str(error)
    for sign, why, remedy in _CAUSES:
        if sign in text.lower():
            return StorageError(f"database {path} failed", why=why, remedy=remedy)
    return StorageError(f"database {path} failed", why=text)
