"""Small applications that tests run in a real terminal: ``python -m tests.tui.terminal.programs NAME``."""

from __future__ import annotations

from tui.terminal import prepare

prepare()

import asyncio  # noqa: E402  # the environment must be prepared before Textual is imported
import contextlib  # noqa: E402
import fcntl  # noqa: E402
import itertools  # noqa: E402
import os  # noqa: E402
import sys  # noqa: E402
import termios  # noqa: E402
import threading  # noqa: E402
import time  # noqa: E402

from rich.text import Text  # noqa: E402
from textual.app import App, ComposeResult  # noqa: E402
from textual.containers import Horizontal  # noqa: E402
from textual.content import Content  # noqa: E402
from textual.drivers.linux_driver import LinuxDriver  # noqa: E402
from textual.screen import ModalScreen  # noqa: E402
from textual.widgets import Button, DataTable, Input, Label, OptionList, RichLog, Static  # noqa: E402

from tui.terminal import ExitReason, TerminalApp  # noqa: E402
from tui.terminal.pacing import FramePacer  # noqa: E402

from .payloads import PAYLOADS  # noqa: E402


class Dashboard(TerminalApp[None]):
    """A table, a log and a clock; ``n`` changes one cell, the arrows move the cursor."""

    CSS = "DataTable { width: 2fr; } RichLog { width: 1fr; }"

    def compose(self) -> ComposeResult:
        yield Static("ready", id="clock")
        with Horizontal():
            yield DataTable(cursor_type="row", zebra_stripes=True)
            yield RichLog()

    def on_mount(self) -> None:
        table = self.query_one(DataTable)
        table.add_columns("name", "state", "score")
        for number in range(60):
            table.add_row(f"persona {number}", "active", str(number), key=str(number))
        table.focus()
        self.changes = itertools.count(1)

    def key_n(self) -> None:
        self.query_one("#clock", Static).update(Content(f"change {next(self.changes)}"))

    def key_q(self) -> None:
        self.exit()


class StockDashboard(Dashboard):
    """The same, on Textual's own driver."""

    def __init__(self) -> None:
        super().__init__(driver_class=LinuxDriver)


class Hostile(TerminalApp[None]):
    """Every payload through every kind of widget, uncleaned, as if the border had been forgotten."""

    CSS = "Static, Label, Button { height: auto; }"

    def compose(self) -> ComposeResult:
        payload = PAYLOADS[0]
        yield Static(payload, markup=False, id="static")
        yield Label(Content(payload))
        yield Button(Content(payload))
        yield Input(payload)
        yield OptionList(Content(payload))
        yield DataTable()
        yield RichLog()

    def on_mount(self) -> None:
        self.query_one(DataTable).add_column("text", width=60)
        self.shown = 0
        self._next()

    def _next(self) -> None:
        if self.shown == len(PAYLOADS):
            self.query_one("#static", Static).update("all shown")
            return
        payload = PAYLOADS[self.shown]
        self.shown += 1
        static = self.query_one("#static", Static)
        static.update(Content(payload))
        static.border_title = Content(payload)
        static.styles.border = ("round", "white")
        self.query_one(Label).update(Content(payload))
        self.query_one(Button).label = Content(payload)
        self.query_one(Input).value = payload
        self.query_one(DataTable).add_row(Text(payload))
        self.query_one(RichLog).write(payload)
        with contextlib.suppress(Exception):
            self.query_one(OptionList).add_option(Content(payload))
        self.notify(payload, title=payload, markup=False, timeout=0.2)
        if self.terminal is not None:
            self.terminal.set_title(payload)
        self.call_after_refresh(self._next)


class Typing(TerminalApp[None]):
    """Shows what was typed."""

    def compose(self) -> ComposeResult:
        yield Static("ready", id="ready")
        yield Input(id="input")
        yield Static(id="timer")

    def on_mount(self) -> None:
        # The timer that wakes the screen, and that of a dialog.
        self.push_screen(ModalScreen())
        timers = {type(screen._update_timer).__name__ for screen in self.screen_stack}
        self.pop_screen()
        self.query_one("#timer", Static).update(Content(f"paced:{timers == {FramePacer.__name__}}:"))

    def on_input_changed(self, event: Input.Changed) -> None:
        self.query_one("#ready", Static).update(Content(f"typed:{event.value}:"))


class Busy(TerminalApp[None]):
    """Changes the whole screen all the time, and counts the beats of its loop into a file."""

    def compose(self) -> ComposeResult:
        yield Static("ready", id="all")

    def on_mount(self) -> None:
        self.query_one("#all").styles.height = "1fr"
        self.beats = 0
        self.set_interval(0.02, self._beat)

    def _beat(self) -> None:
        self.beats += 1
        text = "\n".join(chr(33 + (self.beats + row) % 90) * 300 for row in range(100))
        self.query_one("#all", Static).update(Content(text))
        outlet = self.terminal.outlet if self.terminal else None
        backlog = outlet.backlog if outlet else 0
        with open(sys.argv[2], "a") as file:  # noqa: PTH123  # its place comes from the test
            file.write(f"{self.beats} {backlog} {int(outlet.stalled) if outlet else 0}\n")


class Draining(Dashboard):
    """Writes down that it drained, and why."""

    async def drain(self, reason: ExitReason) -> None:
        await asyncio.sleep(0.05)
        with open(sys.argv[2], "w") as file:  # noqa: PTH123, ASYNC230  # its place comes from the test
            file.write(reason.name)


class Stuck(Dashboard):
    """Cannot be stopped in a civil way: its loop is blocked, and a thread of its will not end."""

    def key_b(self) -> None:
        threading.Thread(target=time.sleep, args=(600,)).start()
        self.query_one("#clock", Static).update("blocked")
        self.call_after_refresh(self.call_later, time.sleep, 600)


class Broken(Dashboard):
    """Fails with a secret among its local variables."""

    def key_b(self) -> None:
        secret = "hunter2"  # noqa: F841  # it must not be printed
        raise RuntimeError("it broke \x1b]0;owned\x07")


def main() -> None:
    """Run one of the applications on the terminal at standard input."""
    with contextlib.suppress(OSError):
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)
        os.tcsetpgrp(0, os.getpgrp())
    applications: dict[str, type[App[None]]] = {
        each.__name__: each for each in (Dashboard, StockDashboard, Hostile, Typing, Busy, Draining, Stuck, Broken)
    }
    app = applications[sys.argv[1]]()
    app.run()
    sys.exit(app.return_code or 0)


if __name__ == "__main__":
    main()
