"""One engine per workspace: an advisory lock that the kernel frees with its holder, however that dies."""

from __future__ import annotations

import fcntl
import json
import os
import socket
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ..errors import WatchfloorError

LOCK_NAME: Final = "engine.lock"


class WorkspaceLocked(WatchfloorError):
    """Another engine holds the workspace.

    Attributes:
        briefly: only a command or a look holds it, which is over in seconds.
    """

    def __init__(self, what: str, *, why: str, remedy: str, briefly: bool) -> None:
        super().__init__(what, why=why, remedy=remedy)
        self.briefly = briefly


class WorkspaceLock:
    """The right to run the engine of a workspace; a context manager.

    Args:
        state_dir: the workspace's private folder; it must exist.
        briefly: said to whoever finds the workspace taken: this holder is gone in seconds, so that waiting is worth it.
    """

    def __init__(self, state_dir: Path, *, briefly: bool = False) -> None:
        self._path = state_dir / LOCK_NAME
        self._briefly = briefly
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Take the lock at once or not at all.

        Raises:
            WorkspaceLocked: another process holds it; the error names its number and machine.
            WatchfloorError: the lock file cannot be opened.
        """
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise WatchfloorError(
                f"{self._path} cannot be opened",
                why=error.strerror or str(error),
                remedy="Make the workspace writable for this user.",
            ) from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder, briefly = _describe(os.pread(descriptor, 1_000, 0))
            os.close(descriptor)
            raise WorkspaceLocked(
                "another engine runs in this workspace",
                why=holder,
                remedy="Attach to it with `watchfloor`, or stop it first.",
                briefly=briefly,
            ) from None
        except BaseException:
            os.close(descriptor)
            raise
        os.ftruncate(descriptor, 0)
        holder_of = {"pid": os.getpid(), "host": socket.gethostname(), "briefly": self._briefly}
        os.pwrite(descriptor, json.dumps(holder_of).encode(), 0)
        self._descriptor = descriptor

    def release(self) -> None:
        """Give the lock back; doing it twice does nothing. The file stays: removing it would let two engines in."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _describe(raw: bytes) -> tuple[str, bool]:
    try:
        holder = json.loads(raw)
        who = f"process {int(holder['pid'])} on {str(holder['host'])[:100]} holds {LOCK_NAME}"
        return who, bool(holder.get("briefly", False))
    except (ValueError, KeyError, TypeError):
        # Between taking the lock and writing the name lie microseconds.
        return f"a process that has not said its name yet holds {LOCK_NAME}", True
