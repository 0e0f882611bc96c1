"""A program does not outlive who started it, however that one ends."""

from __future__ import annotations

import os
import signal
import subprocess
from typing import Final

_SCRIPT: Final = 'read -r _; kill -s KILL -- "-$1"'
"""Reads a pipe that nobody writes to: it ends when the process that holds its other end does."""


class Guard:
    """A watcher beside one process group, which it kills once this process has died.

    It is a process of its own, so that it also sees a SIGKILL. Let go of it before the group's leader is reaped: until
    then the group's number can belong to nobody else.

    Args:
        group: the process group.

    Raises:
        OSError: no process can be started.
    """

    def __init__(self, group: int) -> None:
        inherited, self._lifeline = os.pipe()
        try:
            self._popen = subprocess.Popen(
                ["/bin/sh", "-c", _SCRIPT, "sh", str(group)],
                stdin=inherited,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={},
                start_new_session=True,
            )
        except BaseException:
            os.close(self._lifeline)
            raise
        finally:
            os.close(inherited)

    def let_go(self) -> None:
        """Watch no longer. Call it once."""
        self._popen.send_signal(signal.SIGKILL)
        self._popen.wait()
        os.close(self._lifeline)
