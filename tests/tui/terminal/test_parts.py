"""The parts of the way to the terminal, each by itself."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import os

from hypothesis import given
from hypothesis import strategies as st
from rich.color import ColorSystem
from rich.style import Style
from textual import events
from textual.widgets import Static

from tui.safe import display
from tui.terminal import TerminalApp
from tui.terminal.clipboard import copy_sequence
from tui.terminal.keyboard import Keyboard
from tui.terminal.outlet import CONTROL_LIMIT, Outlet
from tui.terminal.pacing import Beat, FramePacer
from tui.terminal.sgr import PLAIN, Look, Looks, transition

from .screens import Emulator

LOOKS = st.builds(
    Look,
    st.integers(0, 2**9 - 1).map(lambda bits: bits & 0b1_0110_1111 & ~0b10_0010),
    st.sampled_from(["", "38;2;1;2;3", "31", "38;5;200"]),
    st.sampled_from(["", "48;2;9;8;7", "44"]),
)


def _pen(sequence: str) -> object:
    terminal = Emulator()
    terminal.feed(sequence + "x")
    return terminal.screen.buffer[0][0]


@given(LOOKS, LOOKS)
def test_a_transition_leads_to_the_same_look_from_anywhere(before: Look, after: Look) -> None:
    assert _pen(transition(PLAIN, before) + transition(before, after)) == _pen("\x1b[m" + transition(PLAIN, after))


@given(LOOKS)
def test_no_transition_where_nothing_changes(look: Look) -> None:
    assert transition(look, look) == ""


def test_one_code_for_two_attributes_keeps_the_one_that_stays() -> None:
    both, dim = Look(0b11), Look(0b10)
    assert transition(both, dim) in {"\x1b[22;2m", "\x1b[;2m"}


def test_looks_know_the_terminal() -> None:
    style = Style(color="#ff0000", bgcolor="#000000", bold=True)
    assert Looks(ColorSystem.TRUECOLOR).of(style, False) == Look(1, "38;2;255;0;0", "48;2;0;0;0")
    assert Looks(ColorSystem.TRUECOLOR).of(style, True) == Look(0, "", "48;2;0;0;0")
    assert Looks(None).of(style, False) == Look(1)


@given(st.binary(max_size=80))
def test_no_bytes_break_the_keyboard(data: bytes) -> None:
    keyboard = Keyboard()
    for index in range(len(data)):
        list(keyboard.feed(data[index : index + 1]))
    list(keyboard.tick())
    # The end of a paste that began, and of a sequence that began; then a key is a key again.
    list(keyboard.feed(b"\x1b[201~" + b"~" * 40))
    pressed = [message for message in keyboard.feed(b"k") if isinstance(message, events.Key)]
    assert [each.key for each in pressed] == ["k"]


def test_a_paste_is_one_message_and_no_keys() -> None:
    messages = list(Keyboard().feed(b"\x1b[200~lay a table\x1b[201~"))
    assert [type(each) for each in messages] == [events.Paste]


class Pipe:
    """A terminal of which a test decides when it reads."""

    def __init__(self) -> None:
        self.reader, self.writer = os.pipe()
        os.set_blocking(self.writer, False)
        os.set_blocking(self.reader, False)

    def read(self) -> bytes:
        data = b""
        with contextlib.suppress(BlockingIOError):
            while more := os.read(self.reader, 65536):
                data += more
        return data


async def test_frames_coalesce_and_the_latest_wins() -> None:
    pipe, wanted = Pipe(), "first"
    lost: list[bool] = []
    outlet = Outlet(pipe.writer, asyncio.get_running_loop(), lambda: wanted * 50_000, lambda: lost.append(True))
    outlet.want_frame()
    assert outlet.backlog
    for wanted in ("second", "third", "last"):  # noqa: B007  # read by the frame function
        outlet.want_frame()
    taken = b""
    while outlet.stalled:
        taken += pipe.read()
        await asyncio.sleep(0)
    taken += pipe.read()
    assert taken == b"first" * 50_000 + b"last" * 50_000
    assert not lost
    outlet.close()
    os.close(pipe.reader)


async def test_controls_are_bounded_while_nobody_reads() -> None:
    pipe = Pipe()
    outlet = Outlet(pipe.writer, asyncio.get_running_loop(), lambda: "", lambda: None)
    for _ in range(100):
        outlet.control("x" * 10_000)
    assert outlet.dropped
    assert outlet.backlog <= 2 * CONTROL_LIMIT
    assert not outlet.finish("bye", 0.0)
    outlet.close()
    os.close(pipe.reader)


async def test_last_words_end_a_sequence_that_was_cut_off() -> None:
    pipe = Pipe()
    outlet = Outlet(pipe.writer, asyncio.get_running_loop(), lambda: "x" * 100_000, lambda: None)
    outlet.want_frame()
    taken = pipe.read()
    assert outlet.finish("bye", 0.0)
    assert (taken + pipe.read()).endswith(b"x\x18bye")
    outlet.close()
    os.close(pipe.reader)


async def test_a_lost_terminal_is_told_once() -> None:
    pipe = Pipe()
    lost: list[bool] = []
    outlet = Outlet(pipe.writer, asyncio.get_running_loop(), lambda: "frame", lambda: lost.append(True))
    os.close(pipe.reader)
    outlet.want_frame()
    outlet.want_frame()
    outlet.control("x")
    assert lost == [True]


def test_data_waits_for_the_beat_and_a_key_does_not() -> None:
    beat = Beat(0.1)
    assert beat.next_frame(5.0) == 5.0
    beat.note_frame(5.0)
    assert beat.next_frame(5.01) == 5.1
    beat.note_input(5.05)
    assert beat.next_frame(5.05) == 5.05
    beat.note_frame(5.05)
    assert beat.next_frame(5.06) > 5.1


async def test_a_pacer_paints_once_for_many_wishes() -> None:
    painted: list[int] = []
    done = asyncio.Event()

    def paint() -> None:
        painted.append(1)
        done.set()

    pacer = FramePacer(asyncio.get_running_loop(), Beat(0.1), paint)
    for _ in range(5):
        pacer.resume()
    await done.wait()
    assert painted == [1]
    pacer.resume()
    pacer.pause()
    await asyncio.sleep(0)
    assert painted == [1]


def test_copies_reach_the_terminal_through_multiplexers() -> None:
    text = display("hello")
    code = base64.b64encode(b"hello").decode()
    assert copy_sequence(text, {}) == f"\x1b]52;c;{code}\x07"
    assert f"\x1bPtmux;\x1b\x1b]52;c;{code}\x07\x1b\\" in (copy_sequence(text, {"TMUX": "/tmp/x"}) or "")
    assert (copy_sequence(text, {"TERM": "screen-256color"}) or "").startswith("\x1bP\x1b]52;c;")
    assert copy_sequence(display("x" * 60_000, limit=100_000), {}) is None
    assert copy_sequence(display("x" * 60_000, limit=100_000), {}, limit=80_000) is not None


async def test_headless_applications_stay_stock() -> None:
    class Small(TerminalApp[None]):
        def compose(self) -> object:  # type: ignore[override]  # a generator, as everywhere in Textual
            yield Static("hello")

    app = Small()
    async with app.run_test() as pilot:
        await pilot.press("ctrl+l")
        assert app.terminal is None
        assert not app.copy(display("x"))
        assert "hello" in app.export_screenshot()
