"""The program in a terminal of its own, in its own folder."""

from __future__ import annotations

import fcntl
import os
import struct
import subprocess
import termios

import pyte

from ..terminal.pty_host import Host
from .program import Program


class ProgramHost(Host):
    """The program as an operator opens it.

    Args:
        program: the folder and the environment.
        arguments: its command line.
        environment: variables to add.
    """

    def __init__(
        self,
        program: Program,
        *arguments: str,
        width: int = 120,
        height: int = 40,
        environment: dict[str, str] | None = None,
    ) -> None:
        self.master, self.slave = os.openpty()
        self.before = termios.tcgetattr(self.slave)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.process = subprocess.Popen(
            program.argv(*arguments),
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            cwd=program.folder,
            env=program.environment(TERM="xterm-256color", COLORTERM="truecolor", **(environment or {})),
            start_new_session=True,
        )
        self.output = bytearray()
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self.screen)
