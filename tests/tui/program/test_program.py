"""The real program in a real terminal: panels, keys, sizes, and both ways in which its terminal ends."""

from __future__ import annotations

import os
import signal

import psutil
import pytest

from ..cli.program import Program
from ..cli.terminal import ProgramHost

TIMES = int(os.environ.get("WATCHFLOOR_SIGNAL_ROUNDS", "3"))
MESSAGES = 3
PANELS = ("Personas", "Approvals", "Inbox", "Goals", "Agents", "Activity")

pytestmark = pytest.mark.timeout(30 + 10 * TIMES)


def test_the_panels_show_what_the_engine_has(program: Program) -> None:
    with ProgramHost(program) as host:
        for panel in PANELS:
            host.until_shown(panel)
        host.until_shown("Helper")
        program.ok("send", "helper", "please send a proposal to bob@example.com about the harbour")
        host.until_shown("send_proposal")
        host.until_shown("1 needs you")


def test_the_bell_and_the_clipboard_are_as_the_settings_say(program: Program) -> None:
    chosen = {"WATCHFLOOR_CONSOLE__BELL": "on", "WATCHFLOOR_CONSOLE__CLIPBOARD_LIMIT": "256"}
    with ProgramHost(program, environment=chosen) as host:
        host.until_shown("Helper")
        assert b"\x07" not in host.output
        program.ok("send", "helper", "please send a proposal to bob@example.com about the harbour")
        host.until_shown("1 needs you")
        assert host.output.count(b"\x07") == 1
        host.send(b"1y")
        host.until_shown("Sent 6 characters")
        assert b"\x1b]52;c;aGVscGVy\x07" in host.output
        host.send(b"2y")
        host.until_shown("Too long")


def test_every_key_does_what_it_says(program: Program) -> None:
    with ProgramHost(program) as host:
        host.until_shown("Helper")
        host.send(b"?")
        host.until_shown("Approve exactly what is shown")
        host.send(b"\x1b")
        host.until(lambda: not any("Approve exactly what is shown" in line for line in host.lines()))
        host.send(b"1")
        host.send(b"j")
        host.send(b"k")
        host.send(b"\r")
        host.until_shown("Last messages, and why")
        host.send(b"\x1b")
        host.until(lambda: not any("Last messages, and why" in line for line in host.lines()))
        for key in b"23456":
            host.send(bytes([key]))
        host.send(b"/")
        host.send(b"engine")
        host.until_shown("engine")
        host.send(b"\x1b")
        host.until_quiet()
        assert host.process.poll() is None
        host.send(b"q")
        host.until_shown("stops")
        host.until_quiet()
        host.send(b"y")
        assert host.until_gone() == 0
        assert host.restored()
    assert program.processes() == []


def test_every_size_shows_the_panels_again(program: Program) -> None:
    with ProgramHost(program) as host:
        host.until_shown("Helper")
        for width, height in ((80, 24), (60, 20), (200, 50), (1, 1), (120, 40)):
            host.resize(width, height)
            host.until_quiet()
            assert host.process.poll() is None
        for panel in PANELS:
            host.until_shown(panel)
        host.send(b"?")
        host.until_shown("Approve exactly what is shown")


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_ends_everything_and_saves_it(program: Program, number: signal.Signals) -> None:
    for _ in range(TIMES):
        with ProgramHost(program) as host:
            host.until_shown("Helper")
            host.signal(number)
            assert host.until_gone() == 128 + number
            assert host.restored()
        assert program.processes() == []
    rows = program.ok("journal", "--limit", "1000", "--json").data["items"]
    assert sum(row["kind"] == "engine.stopped" for row in rows) == TIMES
    program.ok("audit", "verify")


def test_a_terminal_that_goes_away_ends_everything(program: Program) -> None:
    for _ in range(TIMES):
        with ProgramHost(program) as host:
            host.until_shown("Helper")
            os.close(host.master)
            os.close(host.slave)
            host.master = host.slave = -1
            assert host.process.wait() == 128 + signal.SIGHUP
        assert program.processes() == []
    rows = program.ok("journal", "--limit", "1000", "--json").data["items"]
    assert sum(row["kind"] == "engine.stopped" for row in rows) == TIMES


def test_a_terminal_that_nobody_reads_holds_nothing_up(program: Program) -> None:
    """The engine goes on working, and what it does meanwhile is on the screen once somebody looks again."""
    with ProgramHost(program, width=200, height=60) as host:
        host.until_shown("Helper")
        for number in range(MESSAGES):
            program.ok("send", "helper", f"please send a proposal to bob@example.com about matter {number}")

        def proposed() -> int:
            page = program.ok("approvals", "list", "--json").data
            return len(page["items"])

        # Nobody has read the terminal since; answers come all the same.
        while proposed() < MESSAGES:
            os.sched_yield()
        before = psutil.Process(host.process.pid).memory_info().rss
        assert before < 400 * 2**20
        host.until_shown(f"{MESSAGES} need you")
