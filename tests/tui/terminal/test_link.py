"""A slow link: what is on its way stays little, so that a key is answered at once, and nothing queues up."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from tui.terminal.keyboard import PASTE_LIMIT, Keyboard
from tui.terminal.link import PIECE, PROBE, Link
from tui.terminal.pacing import THIN_SECONDS, Beat

from .pty_host import Host
from .screens import Emulator

STEP = 0.001


@dataclass
class World:
    """A console whose screen changes all the time, behind a link of some rate and delay; a key is pressed now and then.

    Attributes:
        rate: bytes a second.
        delay: seconds from one end to the other, each way.
        answers: the terminal says where its cursor is.
    """

    rate: float
    delay: float = 0.001
    answers: bool = True
    link: Link = field(default_factory=Link)
    sent: int = 0
    waits: list[float] = field(default_factory=list)
    most: float = 0.0
    begun: float = 0.0

    def run(self, seconds: float, changes: int) -> None:
        """Live for a while; each tenth of a second some bytes change, every 0.7 s a key changes another 500."""
        beat = Beat(0.1)
        free = self.begun
        dirty, unfinished = 8_000, False
        pressed: float | None = None
        on_the_way: list[tuple[float, float | None]] = []
        answers = [free + 2 * self.delay] if self.answers and self.link.sent(0, free) else []
        for tick in range(int(seconds / STEP)):
            now = self.begun + tick * STEP
            while answers and answers[0] <= now:
                answers.pop(0)
                self.link.answered(now)
            beat.thin = self.link.thin(now)
            if tick % 100 == 0:
                dirty = min(8_000, dirty + changes)
            if tick % 700 == 350 and pressed is None:
                pressed = now
                beat.note_input(now)
            if on_the_way and on_the_way[0][0] <= now:
                arrived, since = on_the_way.pop(0)
                if since is not None:
                    self.waits.append(arrived - since)
            self.most = max(self.most, free - now)
            wanted = dirty + (500 if pressed is not None else 0)
            due = unfinished or beat.next_frame(now) <= now
            if not wanted or not due or self.link.wait(now) > 0:
                continue
            beat.note_frame(now)
            size = min(wanted, PIECE) if beat.thin else wanted
            dirty, unfinished = wanted - size, wanted > size
            self.sent += size
            free = max(free, now) + size / self.rate
            on_the_way.append((free + self.delay, pressed))
            pressed = None
            if self.link.sent(size, now) and self.answers:
                answers.append(free + 2 * self.delay)
        self.begun += seconds


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


@pytest.mark.parametrize("delay", [0.001, 0.02])
def test_a_key_is_answered_at_once_over_9600_bytes_a_second(delay: float) -> None:
    world = World(9_600, delay)
    world.run(120, 1_500)
    assert world.link.thin(120)
    assert len(world.waits) > 150
    assert _p95(world.waits[3:]) <= 0.25
    assert world.sent <= 9_600 * 121


def test_without_answers_what_is_sent_would_stand_in_the_buffers() -> None:
    """The twin of the test above: it is the link that keeps them empty, not luck."""
    world = World(4_000, answers=False)
    world.run(60, 600)
    assert world.most > 5
    world = World(4_000)
    world.run(60, 600)
    assert world.most < 3.5  # the first screen, which nothing can be known about


@pytest.mark.parametrize(("rate", "delay"), [(1e7, 0.0005), (1e6, 0.15)])
def test_a_good_link_is_never_held_up(rate: float, delay: float) -> None:
    world = World(rate, delay)
    world.run(30, 600)
    assert not world.link.thin(30)
    assert world.most < 0.05
    assert max(world.waits[1:]) < delay + 0.05


def test_a_link_that_recovers_is_used_again() -> None:
    world = World(5_000)
    world.run(20, 600)
    assert world.link.thin(20)
    world.rate = 1e7
    world.run(80, 600)
    assert not world.link.thin(100)
    assert world.waits[-1] < 0.02


def test_lost_answers_delay_one_frame_and_not_every_one() -> None:
    link = Link()
    assert link.sent(0, 0.0)
    assert link.answered(0.01)
    assert not link.answered(0.02)
    for number in range(3):
        assert link.sent(20_000, number)
    assert link.wait(3.0) > 0
    assert link.wait(5.1) == pytest.approx(0.9, abs=0.01)
    assert link.wait(8.0) == 0
    assert link.open == 0


def test_a_terminal_that_never_answers_is_asked_no_more_after_a_while() -> None:
    link = Link()
    assert sum(link.sent(1_000, number) for number in range(100)) < 10
    assert link.wait(100) == 0


def test_a_thin_link_gets_what_changed_last_first() -> None:
    from tui.terminal.grid import Grid
    from tui.terminal.sgr import PLAIN

    grid, terminal = Grid(40, 12), Emulator(40, 12)
    for row in range(12):
        grid.put(0, row, list(f"row {row} ".ljust(40, "x")), PLAIN)
    first = grid.frame(most=200)
    assert len(first) < 400
    assert grid.unfinished
    grid.put(0, 10, list("the cursor".ljust(40)), PLAIN)
    second = grid.frame(most=1)
    assert "the cursor" in second
    terminal.feed(first + second)
    while rest := grid.frame(most=PIECE):
        terminal.feed(rest)
    lines = [line.rstrip() for line in terminal.screen.display]
    assert lines[10] == "the cursor"
    assert lines[11].startswith("row 11 xxx")
    assert grid.frame() == ""


def test_data_comes_four_times_a_second_and_a_key_at_once() -> None:
    beat = Beat(0.1)
    beat.thin = True
    beat.note_frame(10.0)
    assert beat.next_frame(10.0) == 10.0 + THIN_SECONDS
    beat.note_input(10.01)
    assert beat.next_frame(10.01) < 10.05


def test_a_program_waits_for_answers_before_it_sends_more() -> None:
    with Host("Busy", "/dev/null", width=200, height=60) as host:
        answered = 0
        while len(host.output) < 60_000:
            host.read()
            asked = host.output.count(PROBE.encode())
            host.send(b"\x1b[1;1R" * (asked - answered))
            answered = asked
        # The terminal reads on and answers no more: as much as may be on its way comes, then nothing.
        before = len(host.output)
        host.until_quiet()
        assert len(host.output) - before < 200_000
        assert host.output.count(PROBE.encode()) > answered
        quiet = len(host.output)
        host.send(b"\x1b[1;1R" * (host.output.count(PROBE.encode()) - answered))
        host.until(lambda: len(host.output) > quiet + 5_000)
        assert host.process.poll() is None


def test_an_answer_is_no_key() -> None:
    with Host("Typing") as host:
        host.until_shown("ready")
        host.send(b"a\x1b[24;80Rb")
        host.until_shown("typed:ab:")


def test_a_paste_is_cut_and_what_follows_is_typed() -> None:
    keyboard = Keyboard()
    data = b"\x1b[200~" + b"x" * (3 * PASTE_LIMIT) + b"\x1b[201~y"
    messages = [message for start in range(0, len(data), 4096) for message in keyboard.feed(data[start : start + 4096])]
    pastes = [message.text for message in messages if hasattr(message, "text")]
    assert [len(text) for text in pastes] == [PASTE_LIMIT]
    assert [message.character for message in messages if hasattr(message, "character")] == ["y"]
