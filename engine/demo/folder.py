"""The throw-away folder of a demo: made, locked while it is used, removed at the end, or by the next demo's start."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ..clock import Clock
from ..errors import WatchfloorError

PREFIX: Final = "watchfloor-demo-"
LOCK_NAME: Final = ".demo-lock"
SETTLED_SECONDS: Final = 60
"""A folder younger than this is left alone: its owner may be about to lock it."""


@contextmanager
def demo_folder(clock: Clock) -> Iterator[Path]:
    """An empty folder, private to this user, that is gone after the block.

    A demo that was killed leaves its folder behind; its lock is free then, and the next demo removes it here.

    Args:
        clock: tells how old a folder is.

    Raises:
        WatchfloorError: no temporary folder can be made.
    """
    parent = Path(tempfile.gettempdir())
    remove_stale(parent, clock)
    try:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        descriptor = os.open(folder / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise WatchfloorError(
            "the demo has nowhere to live",
            why=f"{parent}: {error.strerror or error}",
            remedy="Free some space there, or set TMPDIR to another folder.",
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(descriptor)


def remove_stale(parent: Path, clock: Clock) -> list[Path]:
    """Remove this user's folders of demos that were killed: those whose lock nobody holds.

    Returns:
        what was removed.
    """
    removed = []
    for folder in sorted(parent.glob(f"{PREFIX}*")):
        if _is_ours(folder, clock) and _is_free(folder / LOCK_NAME):
            shutil.rmtree(folder, ignore_errors=True)
            removed.append(folder)
    return removed


def _is_ours(folder: Path, clock: Clock) -> bool:
    try:
        found = folder.lstat()
    except OSError:
        return False
    private = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
    return private and clock.now().timestamp() - found.st_mtime > SETTLED_SECONDS


def _is_free(lock: Path) -> bool:
    try:
        descriptor = os.open(lock, os.O_RDWR | os.O_NOFOLLOW)
    except FileNotFoundError:
        # It was killed between making the folder and locking it.
        return True
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(descriptor)
    return True
