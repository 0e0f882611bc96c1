"""The console behind a thin link: ``python -m tests.benchmarks.thin [--rate BYTES] [--seconds N]``.

The demo runs in a 120×40 pty whose other end takes so many bytes a second and no more, and answers as a terminal does.
Every second a key moves the cursor; told is how long the cursor took to move on the far screen, how many bytes came,
and how many wait in between at the end. Beside it stand a fast link, and a thin one whose terminal answers nothing, so
that the program cannot know how much has arrived.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import Final

import pyte

WIDTH: Final = 120
HEIGHT: Final = 40
SLICE_SECONDS: Final = 0.01
PATIENCE_SECONDS: Final = 60.0
FAST: Final = 1e7
_ODD: Final = re.compile(rb"\x1b\[>25u|\x1b\[<u")


class FarTerminal:
    """A terminal at the end of a thin link, with a program before it."""

    def __init__(self, argv: list[str], rate: float, *, answers: bool) -> None:
        self._rate = rate
        self._answers = answers
        self._screen = pyte.Screen(WIDTH, HEIGHT)
        self._stream = pyte.ByteStream(self._screen)
        self._tail = b""
        self.taken = 0
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", HEIGHT, WIDTH, 0, 0))
        environment = os.environ | {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, env=environment, start_new_session=True
        )
        os.close(slave)
        self._due = time.monotonic()

    def live(self, seconds: float) -> None:
        """Take what the link carries in a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            room = int((time.monotonic() - self._due) * self._rate)
            if room < 1 or not select.select([self.master], [], [], SLICE_SECONDS)[0]:
                # An idle link saves nothing up.
                self._due = max(self._due, time.monotonic() - SLICE_SECONDS)
                time.sleep(SLICE_SECONDS / 4)
                continue
            data = os.read(self.master, min(room, 256))
            self._due += len(data) / self._rate
            self.taken += len(data)
            self._stream.feed(_ODD.sub(b"", data))
            asked = (self._tail + data).count(b"\x1b[6n") - self._tail.count(b"\x1b[6n")
            self._tail = (self._tail + data)[-3:]
            if self._answers:
                os.write(self.master, b"\x1b[1;1R" * asked)

    def cursor(self) -> int:
        """The line on which the console shows its cursor; -1 where there is none."""
        for number, line in enumerate(self._screen.display):
            if "▌" in line:
                return number
        return -1

    def press(self, key: bytes) -> float:
        """Seconds until a key has moved the cursor."""
        before, began = self.cursor(), time.monotonic()
        os.write(self.master, key)
        while self.cursor() == before and time.monotonic() - began < PATIENCE_SECONDS:
            self.live(SLICE_SECONDS)
        return time.monotonic() - began

    def waiting(self) -> int:
        """Bytes between the program and the terminal, once it says nothing more."""
        self.process.send_signal(signal.SIGSTOP)
        left = 0
        while select.select([self.master], [], [], 0.2)[0]:
            left += len(os.read(self.master, 65_536))
        return left

    def close(self) -> None:
        """End the program."""
        self.process.send_signal(signal.SIGCONT)
        self.process.send_signal(signal.SIGHUP)
        self.process.wait(10)
        os.close(self.master)


def measure(rate: float, seconds: int, *, answers: bool) -> None:
    """One run, told in a line."""
    program = Path(sys.executable).with_name("watchfloor")
    far = FarTerminal([str(program), "demo", "--seed", "1"], rate, answers=answers)
    try:
        began = time.monotonic()
        while far.cursor() < 0 and time.monotonic() - began < PATIENCE_SECONDS:
            far.live(0.1)
        far.live(15)
        os.write(far.master, b"5")
        far.live(5)
        taken, began, waits = far.taken, time.monotonic(), []
        for number in range(seconds):
            waits.append(far.press(b"j" if number // 5 % 2 == 0 else b"k"))
            far.live(1.0)
        rate_seen = (far.taken - taken) / (time.monotonic() - began)
        waits.sort()
        p50, p95 = (waits[int(len(waits) * share)] * 1_000 for share in (0.5, 0.95))
        who = "answers" if answers else "answers nothing"
        print(
            f"{who:16} {rate_seen:8,.0f} B/s of {rate:,.0f}   key to paint p50 {p50:5.0f} ms  p95 {p95:5.0f} ms"
            f"  max {waits[-1] * 1_000:5.0f} ms   in between {far.waiting():6,} B",
            flush=True,
        )
    finally:
        far.close()


def main() -> None:
    """Measure with and without answers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=float, default=9_600.0, help="bytes a second")
    parser.add_argument("--seconds", type=int, default=40)
    chosen = parser.parse_args()
    # First a link that carries everything at once: what a key takes then is the machine's share.
    measure(FAST, chosen.seconds, answers=True)
    for answers in (True, False):
        measure(chosen.rate, chosen.seconds, answers=answers)


if __name__ == "__main__":
    main()
