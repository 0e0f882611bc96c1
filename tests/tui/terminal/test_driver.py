"""The real driver in a real terminal: hostile text, bad bytes, frozen links, signals."""

from __future__ import annotations

import os
import re
import signal
from pathlib import Path

import psutil
import pytest

from .pty_host import Host

# Every sequence the console may send by itself; what is left of the output after taking these out came from data.
_OWN = re.compile(
    r"\x1b\[[0-9;]*[mHABCDJ]|\x1b\[\?7l\x1b\[6n|\x1b\[\?[0-9;]+[hl]|\x1b\[\?2026\$p|\x1b\[(?:22|23);2t|\x1b\[>25u|\x1b\[<u|"
    r"\x1b\]2;[^\x00-\x1f\x7f-\x9f]*\x1b\\"
)


def test_no_control_character_of_the_data_reaches_the_terminal() -> None:
    """Every payload, uncleaned, through every kind of widget, a border title, a toast and the window's title."""
    with Host("Hostile", height=60) as host:
        host.until_shown("all shown")
        host.until_quiet()
        rest = _OWN.sub("", host.output.decode())
        assert "]52;c;ZXZpbA==" in rest
        assert {hex(ord(c)) for c in rest if not c.isprintable() and c not in "\r\n"} <= {"0xa0", "0x3000"}
        assert host.process.poll() is None


def test_a_bad_byte_is_ignored_and_the_next_key_works() -> None:
    with Host("Typing") as host:
        host.until_shown("ready")
        host.send(b"a\xe9b\xff\xfe\x1b[99999999999u\x1b[M\xff\xff\xff\x1b[<999999999999;1;1Mc")
        host.until_shown("typed:abc:")
        host.send("é日".encode()[:3])
        host.send("é日".encode()[3:])
        host.until_shown("typed:abcé日:")


def test_every_screen_answers_a_key_at_once() -> None:
    with Host("Typing") as host:
        host.until_shown("paced:True:")


def test_a_frozen_terminal_neither_blocks_the_loop_nor_fills_the_memory(tmp_path: Path) -> None:
    beats = tmp_path / "beats"

    def recorded() -> list[list[int]]:
        whole = beats.read_text().rpartition("\n")[0] if beats.exists() else ""
        return [[int(part) for part in line.split()] for line in whole.splitlines()]

    with Host("Busy", str(beats), width=200, height=60) as host:
        host.until(lambda: len(recorded()) > 5)
        while not (lines := recorded()) or not lines[-1][2]:
            os.sched_yield()
        process = psutil.Process(host.process.pid)
        stalled_at, memory = len(lines), process.memory_info().rss
        # Nobody reads the terminal now, yet the loop beats on.
        while len(recorded()) < stalled_at + 150:
            os.sched_yield()
        frozen = recorded()[stalled_at:]
        assert all(stalled for _, _, stalled in frozen)
        assert max(backlog for _, backlog, _ in frozen) < 200 * 60 * 8
        assert process.memory_info().rss < memory + 20 * 2**20
        # It reads again: the screen becomes right, and stays so.
        newest = recorded()[-1][0]
        wanted = chr(33 + (newest + 200) % 90)
        host.until(lambda: host.lines()[0].startswith(wanted * 20))
        host.signal(signal.SIGTERM)
        assert host.until_gone() == 128 + signal.SIGTERM


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_restores_and_ends(number: signal.Signals, tmp_path: Path) -> None:
    drained = tmp_path / "drained"
    with Host("Draining", str(drained)) as host:
        host.until_shown("ready")
        host.signal(number)
        assert host.until_gone() == 128 + number
        assert host.restored()
    assert drained.read_text() == {1: "HANGUP", 2: "INTERRUPT", 15: "TERMINATE"}[number]


def test_a_signal_ends_a_frozen_terminal_too(tmp_path: Path) -> None:
    beats = tmp_path / "beats"
    with Host("Busy", str(beats), width=200, height=60) as host:
        host.until(beats.exists)
        while not beats.read_text().endswith(" 1\n"):
            os.sched_yield()
        host.signal(signal.SIGHUP)
        assert host.process.wait(timeout=30) == 128 + signal.SIGHUP
        host.until_gone()
        assert host.restored()


def test_a_lost_terminal_ends_the_program(tmp_path: Path) -> None:
    drained = tmp_path / "drained"
    with Host("Draining", str(drained)) as host:
        host.until_shown("ready")
        host.close()
        assert host.process.wait(timeout=30) == 128 + signal.SIGHUP
    assert drained.read_text() == "HANGUP"


def test_a_program_that_cannot_stop_is_ended_and_the_terminal_restored() -> None:
    with Host("Stuck") as host:
        host.until_shown("ready")
        host.send(b"b")
        host.until_shown("blocked")
        host.signal(signal.SIGTERM)
        assert host.until_gone() == 128 + signal.SIGTERM
        assert host.restored()


def test_job_control_gives_the_terminal_back_and_takes_it_again() -> None:
    with Host("Dashboard") as host:
        host.until_shown("ready")
        host.signal(signal.SIGTSTP)
        host.until(lambda: psutil.Process(host.process.pid).status() == psutil.STATUS_STOPPED)
        host.until(host.restored)
        before = len(host.output)
        host.signal(signal.SIGCONT)
        host.until(lambda: b"\x1b[?1049h" in host.output[before:] and b"persona 1" in host.output[before:])
        host.send(b"n")
        host.until_shown("change 1")
        host.send(b"q")
        assert host.until_gone() == 0
        assert host.restored()


def test_resize_paints_the_new_size() -> None:
    with Host("Dashboard", height=24) as host:
        host.until_shown("persona 1 ")
        host.resize(100, 40)
        host.until_shown("persona 30")
        host.resize(30, 5)
        host.send(b"n")
        host.until_shown("change 1")


def test_ctrl_l_paints_everything_again() -> None:
    with Host("Dashboard") as host:
        host.until_shown("persona 1 ")
        host.until_quiet()
        host.screen.reset()
        host.send(b"\x0c")
        host.until_shown("persona 1 ")
        host.until_shown("ready")


def test_the_same_screen_as_with_the_stock_driver() -> None:
    with Host("Dashboard", width=100, height=30) as ours, Host("StockDashboard", width=100, height=30) as stock:
        for host in (ours, stock):
            host.until_shown("persona 20 ")
            host.send(b"n\x1b[B\x1b[B\x1b[6~")

        def same() -> bool:
            ours.read(0.01)
            stock.read(0.01)
            looks = [[[host.screen.buffer[y][x].bg for x in range(99)] for y in range(30)] for host in (ours, stock)]
            return "persona 55" in ours.lines()[-1] and ours.lines() == stock.lines() and looks[0] == looks[1]

        ours.until(same)


def test_no_colour_means_none() -> None:
    with Host("Dashboard", environment={"NO_COLOR": "1"}) as host:
        host.until_shown("persona 1 ")
        host.until_quiet()
        assert not re.search(rb"\x1b\[[0-9;]*(?:3[0-8]|4[0-8])[;m]", host.output)
        assert any(cell.reverse for cell in host.screen.buffer[2].values())


def test_a_crash_is_told_without_secrets_and_without_escapes() -> None:
    with Host("Broken", height=60) as host:
        host.until_shown("ready")
        host.send(b"b")
        assert host.until_gone() == 1
        assert host.restored()
        assert b"it broke" in host.output
        assert b"\x1b]0;owned" not in host.output
        assert b"hunter2" not in host.output.replace(b'secret = "hunter2"', b"")
