"""Measures the engine: its process, its database, and what is in it."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from pathlib import Path
from typing import Final

from ..process import ProcessError, clean_environment, run_process
from ..storage import Database, Reader
from ..tools.memory import Memory

_COUNTED: Final = ("actions", "messages", "tasks", "goals", "accounts", "opportunities", "interactions", "journal")
_STATM: Final = Path("/proc/self/statm")


async def measure_memory(database: Database) -> Memory:
    """The figures of this moment."""
    resident = await _resident_kb()
    told = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    peak = told // 1024 if sys.platform == "darwin" else told
    return Memory(
        process_kb=resident,
        # The system counts the two in different ways, a few pages apart.
        peak_kb=max(peak, resident or 0),
        database_kb=await asyncio.to_thread(_size_kb, database.path),
        rows=await database.read(_rows),
    )


async def _resident_kb() -> int | None:
    if _STATM.exists():
        pages = int((await asyncio.to_thread(_STATM.read_text)).split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") // 1024
    argv = ["ps", "-o", "rss=", "-p", str(os.getpid())]
    try:
        told = await run_process(argv, cwd=Path("/"), env=clean_environment(), timeout=5.0)
    except ProcessError:
        return None
    return int(told.text()) if told.ok and told.text().strip().isdigit() else None


def _size_kb(path: Path) -> int:
    files = (path, path.with_name(path.name + "-wal"))
    return sum(file.stat().st_size for file in files if file.exists()) // 1024


def _rows(reader: Reader) -> dict[str, int]:
    found = {}
    for table in _COUNTED:
        row = reader.row(f"SELECT count(*) AS n FROM {table}")  # noqa: S608  # names from the table above
        found[table] = int(row["n"]) if row else 0
    return found
