"""What the real console costs in a pty: ``uv run python -m tests.benchmarks.console [--runs N] [--demo]``.

It makes a workspace with shipped defaults, opens the console in a 120×40 pty and measures the time to the first screen
and to the engine's first view, the bytes written and the processor time used while nothing happens but the clock, and
what a key costs that moves the cursor: bytes, and the time until they are there, at rest and while another process
sends commands as fast as the engine takes them. A minimal Textual application, started in turns with it, is the
yardstick. ``--demo`` measures the demo too, in which every panel changes all the time.
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
LOAD = """
import asyncio, sys
from tui.cli.reach import reach, settle
from tui.cli.session import Session
from engine.commands import SubmitTask
from pathlib import Path
async def main():
    async with reach(settle(Session(folder=Path(sys.argv[1])))) as client:
        async def send():
            while True:
                await client.send("task.submit", SubmitTask(title="load"))
        async with asyncio.TaskGroup() as group:
            for _ in range(8):
                group.create_task(send())
asyncio.run(main())
"""
"""Another process that keeps the engine busy."""
QUIET_SECONDS = 15.0
"""The shipped jobs' first runs are over by then."""
TELLS = b"leading"
"""What the header says with the engine's first view."""


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

    def wait_for(self, mark: bytes) -> float:
        """Seconds from the start until ``mark`` was written."""
        screen = self.read(30, until=mark)
        if mark not in screen:
            raise SystemExit(f"never showed {mark!r}; it wrote {screen[-500:]!r}")
        return time.monotonic() - self.began

    def press(self, key: bytes) -> tuple[float, int]:
        """Seconds until the answer to a key begins to be there, and how many bytes it has."""
        self.read(0.05)
        began = time.monotonic()
        os.write(self.master, key)
        select.select([self.master], [], [], 2.0)
        return time.monotonic() - began, len(self.read(0.05))

    def cost(self, seconds: float) -> tuple[float, float]:
        """Bytes a second, and processor seconds a second of the process and its children, over the next ``seconds``."""
        before = processor_seconds(self.process.pid)
        began = time.monotonic()
        written = len(self.read(seconds))
        passed = time.monotonic() - began
        return written / passed, (processor_seconds(self.process.pid) - before) / passed

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


@dataclass(frozen=True, slots=True)
class Keys:
    """What keys cost that move the cursor: seconds until painted, sorted, and bytes."""

    seconds: list[float]
    size: float

    def __str__(self) -> str:
        p50, p99 = (self.seconds[min(len(self.seconds) - 1, int(len(self.seconds) * part))] for part in (0.5, 0.99))
        return f"p50 {p50 * 1000:.1f} ms, p99 {p99 * 1000:.1f} ms, {self.size:.0f} bytes"


def processor_seconds(pid: int) -> float:
    """Processor time of a process so far."""
    times = psutil.Process(pid).cpu_times()
    return times.user + times.system


def keys(terminal: Terminal, count: int) -> Keys:
    """Move the cursor in the list of personas, up and down."""
    terminal.press(b"1")
    pressed = [terminal.press(b"j" if number % 2 == 0 else b"k") for number in range(count)]
    return Keys(sorted(seconds for seconds, _ in pressed), statistics.median(size for _, size in pressed))


def starts(command: list[str], workspace: Path, env: dict[str, str], runs: int) -> None:
    """Start the minimal application and the console in turns and print the medians."""
    took: dict[str, list[float]] = {"minimal Textual app": [], "first screen": [], "engine's first view": []}
    spent: dict[str, list[float]] = {name: [] for name in took}
    for _ in range(runs + 1):
        minimal = Terminal([sys.executable, "-c", MINIMAL], workspace, env)
        took["minimal Textual app"].append(minimal.wait_for(b"READY-TO-SEE"))
        spent["minimal Textual app"].append(processor_seconds(minimal.process.pid))
        minimal.close()
        console = Terminal(command, workspace, env)
        for name, mark in (("first screen", b"Approvals"), ("engine's first view", TELLS)):
            took[name].append(console.wait_for(mark))
            spent[name].append(processor_seconds(console.process.pid))
        console.close()
    for name, values in took.items():
        # The first of all has to read everything from the disk.
        wall, processor = statistics.median(values[1:]), statistics.median(spent[name][1:])
        print(f"{name:22}{wall * 1000:7.0f} ms{processor * 1000:7.0f} ms of processor time")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5, help="starts of each")
    parser.add_argument("--idle", type=float, default=10.0, help="seconds of idling")
    parser.add_argument("--keys", type=int, default=100, help="keys of each sort")
    parser.add_argument("--demo", action="store_true", help="measure the demo too")
    options = parser.parse_args()
    env = dict(os.environ, TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "tui.cli"]
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        subprocess.run([*command, "init", folder], check=True, env=env, stdout=subprocess.DEVNULL)
        starts(command, workspace, env, options.runs)
        console = Terminal(command, workspace, env)
        try:
            console.wait_for(TELLS)
            console.read(QUIET_SECONDS)
            written, used = console.cost(options.idle)
            print(f"idle: {written:.0f} B/s, {used * 100:.1f} % of a core")
            print(f"a key, engine idle: {keys(console, options.keys)}")
            with subprocess.Popen([sys.executable, "-c", LOAD, folder], env=env) as load:
                console.read(3)
                _, used = console.cost(2)
                print(f"a key, engine at full load ({used * 100:.0f} % of a core): {keys(console, options.keys)}")
                load.kill()
        finally:
            console.close()
    if options.demo:
        demo = Terminal([*command, "demo"], Path.cwd(), env)
        try:
            demo.wait_for(TELLS)
            demo.read(QUIET_SECONDS)
            written, used = demo.cost(options.idle)
            print(f"demo, every panel changing: {written:.0f} B/s, {used * 100:.1f} % of a core")
        finally:
            demo.close()


if __name__ == "__main__":
    main()
