"""Ticking a box in HEARTBEAT.md: one byte changes, the file is replaced as a whole, and a person's edits win."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from pathlib import Path
from typing import Final

from ..crashpoint import crashpoint
from ..errors import WatchfloorError
from .heartbeat_file import parse_heartbeat

_TRIES: Final = 5
_PREFIX: Final = ".HEARTBEAT-"
_SUFFIX: Final = ".tmp"


class HeartbeatFileError(WatchfloorError):
    """HEARTBEAT.md cannot be read or written."""


def tick(data: bytes, key: str, max_bytes: int = 262_144) -> bytes | None:
    """The file with the box of a task ticked and every other byte as it was.

    Args:
        data: the file.
        key: the task; the first with an empty box is meant.
        max_bytes: a longer file is not touched.

    Returns:
        the new bytes, or nothing where no such task is waiting.
    """
    task = next((task for task in parse_heartbeat(data, max_bytes).tasks if task.key == key and not task.done), None)
    if task is None:
        return None
    return data[: task.box] + b"x" + data[task.box + 1 :]


def read_heartbeat(path: Path, max_bytes: int = 262_144) -> bytes | None:
    """The file's bytes, at most one more than ``max_bytes``; nothing where there is none.

    Raises:
        HeartbeatFileError: it is no regular file or cannot be read.
    """
    try:
        # Without O_NONBLOCK a named pipe of that name would hold up the reader until somebody writes.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise HeartbeatFileError(f"{path} cannot be read", why="it is not a regular file")
            return file.read(max_bytes + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise HeartbeatFileError(f"{path} cannot be read", why=error.strerror or str(error)) from error


def tick_file(path: Path, key: str, max_bytes: int = 262_144) -> bool:
    """Tick a task's box in the file, as it is now; a link to the file stays a link.

    Returns:
        whether a box was ticked; not so where the task is gone, was changed or is ticked already.

    Raises:
        HeartbeatFileError: the file cannot be read or replaced, or somebody keeps writing it.
    """
    target = path.resolve()
    for _ in range(_TRIES):
        before = read_heartbeat(target, max_bytes)
        after = tick(before, key, max_bytes) if before is not None else None
        if before is None or after is None:
            return False
        try:
            if _replace(target, before, after, max_bytes):
                return True
        except OSError as error:
            raise HeartbeatFileError(
                f"{path} cannot be written",
                why=error.strerror or str(error),
                remedy="Make the file and its folder writable for this user.",
            ) from error
    raise HeartbeatFileError(f"{path} cannot be written", why="somebody else keeps writing it")


def _replace(target: Path, before: bytes, after: bytes, max_bytes: int) -> bool:
    """Put ``after`` in place of ``before``, unless the file is not ``before`` any more."""
    mode = stat.S_IMODE(target.stat().st_mode)
    for left_over in target.parent.glob(f"{_PREFIX}*{_SUFFIX}"):
        # Of an engine that died just before it replaced the file; there is one engine for a workspace.
        left_over.unlink(missing_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX, dir=target.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(after)
            file.flush()
            os.fchmod(file.fileno(), mode)
            os.fsync(file.fileno())
        # Looked at last of all, so that an edit made meanwhile is seen and kept.
        if read_heartbeat(target, max_bytes) != before:
            return False
        crashpoint("heartbeat.replace:before")
        Path(name).replace(target)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
    return True
