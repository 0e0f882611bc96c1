"""Start and idle cost of the real console in a pty: ``uv run python -m tests.benchmarks.console [--runs N]``.

It makes a workspace with shipped defaults, opens the console in a 120×40 pty and measures the time to the first screen
that shows the panels, the bytes written and the processor time used while nothing happens but the clock, and the bytes
of one key that moves the cursor. A minimal Textual application, started in the same run, is the yardstick.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import pty
import select
import signal
import statistics
import struct
import subprocess
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

MINIMAL = """
from textual.app import App
from textual.widgets import Static
class Minimal(App):
    def compose(self):
        yield Static("READY-TO-SEE")
Minimal().run()
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """What one run showed; seconds, bytes per second, share of one core, bytes."""

    first_screen: float
    idle_bytes: float
    idle_cpu: float
    key_bytes: float


class Terminal:
    """A program in a pty."""

    def __init__(self, argv: list[str], cwd: Path, env: dict[str, str]) -> None:
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
        self.began = time.monotonic()
        self.process = subprocess.Popen(
            argv, stdin=slave, stdout=slave, stderr=slave, cwd=cwd, env=env, start_new_session=True, close_fds=True
        )
        os.close(slave)

    def read(self, seconds: float, until: bytes | None = None) -> bytes:
        """Everything written within ``seconds``, or until ``until`` was seen."""
        seen = b""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if select.select([self.master], [], [], left)[0]:
                try:
                    seen += os.read(self.master, 65_536)
                except OSError:
                    break
            if until is not None and until in seen:
                break
        return seen

    def close(self) -> None:
        """End the program as a lost connection would."""
        self.process.send_signal(signal.SIGHUP)
        self.read(3)
        os.close(self.master)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def measure(argv: list[str], cwd: Path, env: dict[str, str], mark: bytes, idle_seconds: float) -> Measure:
    """One run of a program."""
    terminal = Terminal(argv, cwd, env)
    try:
        screen = terminal.read(20, until=mark)
        first = time.monotonic() - terminal.began
        if mark not in screen:
            raise SystemExit(f"{argv} never showed {mark!r}; it wrote {screen[-500:]!r}")
        terminal.read(4)
        before = processor_seconds(terminal.process.pid)
        idle = terminal.read(idle_seconds)
        used = processor_seconds(terminal.process.pid) - before
        keys = []
        for key in b"jkjkjkjk":
            os.write(terminal.master, bytes([key]))
            keys.append(len(terminal.read(0.4)))
        return Measure(first, len(idle) / idle_seconds, used / idle_seconds, statistics.median(keys))
    finally:
        terminal.close()


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--idle", type=float, default=10.0, help="seconds of idling per run")
    options = parser.parse_args()
    env = dict(os.environ, TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        command = [sys.executable, "-m", "tui.cli"]
        subprocess.run([*command, "init", str(workspace)], check=True, env=env, stdout=subprocess.DEVNULL)
        minimal = [sys.executable, "-c", MINIMAL]
        rows = {"minimal Textual app": (minimal, b"READY-TO-SEE"), "watchfloor": (command, b"Approvals")}
        print(f"{'':22}{'first screen':>14}{'idle B/s':>10}{'idle CPU':>10}{'bytes a key':>13}")
        for name, (argv, mark) in rows.items():
            runs = [measure(argv, workspace, env, mark, options.idle) for _ in range(options.runs + 1)][1:]
            print(
                f"{name:22}"
                f"{statistics.median(run.first_screen for run in runs) * 1000:11.0f} ms"
                f"{statistics.median(run.idle_bytes for run in runs):10.0f}"
                f"{statistics.median(run.idle_cpu for run in runs) * 100:8.1f} %"
                f"{statistics.median(run.key_bytes for run in runs):13.0f}"
            )


if __name__ == "__main__":
    main()
