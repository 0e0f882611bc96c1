"""Runs a program in a terminal of its own and looks at what it does there."""

from __future__ import annotations

import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import pyte

PATIENCE = 40.0
"""Seconds until a condition that never comes fails the test; passing tests do not wait for it."""
ROOT = Path(__file__).parents[3]


class Host:
    """A program in a terminal.

    Args:
        arguments: the name of the program in ``programs.py``, and what it is given.
        width: columns of the terminal.
        height: rows of the terminal.
        environment: variables to add.
    """

    def __init__(
        self, *arguments: str, width: int = 80, height: int = 24, environment: dict[str, str] | None = None
    ) -> None:
        self.master, slave = os.openpty()
        self.before = termios.tcgetattr(slave)
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        inherited = {
            k: v
            for k, v in os.environ.items()
            if not k.startswith(("TEXTUAL", "TMUX", "NO_COLOR", "COLUMNS", "LINES", "COV"))
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.tui.terminal.programs", *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            start_new_session=True,
            env=inherited | {"TERM": "xterm-256color", "COLORTERM": "truecolor"} | (environment or {}),
        )
        self.slave = slave
        self.output = bytearray()
        self.screen = pyte.Screen(width, height)
        self._stream = pyte.ByteStream(self.screen)

    def __enter__(self) -> Host:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.close()

    def close(self) -> None:
        """Tear the terminal away."""
        for descriptor in (self.master, self.slave):
            if descriptor >= 0:
                os.close(descriptor)
        self.master = self.slave = -1

    def send(self, data: bytes) -> None:
        """Press keys."""
        os.write(self.master, data)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", height, width, 0, 0))
        self.screen.resize(height, width)
        self.process.send_signal(signal.SIGWINCH)

    def read(self, seconds: float = 0.05) -> bytes:
        """What the program writes within some time; the screen takes it in."""
        if not select.select([self.master], [], [], seconds)[0]:
            return b""
        try:
            data = os.read(self.master, 65536)
        except OSError:
            return b""
        self.output += data
        # The emulator takes the private parameters of Kitty's protocol and of titles for text.
        self._stream.feed(data.replace(b"\x1b[>25u", b"").replace(b"\x1b[<u", b""))
        return data

    def until(self, condition: Callable[[], bool]) -> None:
        """Read until something is so.

        Raises:
            TimeoutError: it never was.
        """
        deadline = time.monotonic() + PATIENCE
        while not condition():
            self.read()
            if time.monotonic() > deadline:
                raise TimeoutError("\n".join(self.lines()))

    def until_shown(self, text: str) -> None:
        """Read until the screen shows a text."""
        self.until(lambda: any(text in line for line in self.lines()))

    def until_quiet(self) -> None:
        """Read until nothing more comes for a while."""
        while self.read(0.4):
            pass

    def until_gone(self) -> int:
        """Read until the program has ended; returns its exit status."""
        self.until(lambda: self.process.poll() is not None)
        while self.read(0.0):
            pass
        return self.process.wait()

    def lines(self) -> list[str]:
        """What the screen shows."""
        rows = (self.screen.buffer[y] for y in range(self.screen.lines))
        return ["".join(row[x].data for x in range(self.screen.columns)) for row in rows]

    def restored(self) -> bool:
        """Whether the terminal is as it was before."""
        given_back = b"\x1b[?1049l" in self.output and b"\x1b[?25h" in self.output
        return given_back and termios.tcgetattr(self.slave) == self.before
