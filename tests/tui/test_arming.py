"""When a key counts as an answer: once the question could be read, and not right behind another key."""

from __future__ import annotations

from datetime import timedelta

from engine.clock import SimulatedClock
from tui.widgets.arming import ARM_SECONDS, QUIET_SECONDS, Arming

A_LITTLE = 0.01


class Screen:
    def __init__(self) -> None:
        self.clock = SimulatedClock()
        self.arming = Arming(self.clock)

    def key_after(self, seconds: float) -> bool:
        self.clock.step(timedelta(seconds=seconds))
        return self.arming.deliberate()


def test_what_was_never_painted_is_never_answered() -> None:
    screen = Screen()
    assert not screen.key_after(10)
    assert not screen.arming.armed


def test_a_key_that_comes_too_early_starts_the_waiting_again() -> None:
    screen = Screen()
    screen.arming.painted()
    assert not screen.key_after(ARM_SECONDS - A_LITTLE)
    assert not screen.key_after(ARM_SECONDS - A_LITTLE)
    assert screen.key_after(ARM_SECONDS + A_LITTLE)


def test_new_words_are_to_be_read_anew() -> None:
    screen = Screen()
    screen.arming.painted()
    assert screen.key_after(ARM_SECONDS + A_LITTLE)
    screen.arming.painted()
    assert not screen.key_after(QUIET_SECONDS + A_LITTLE)


def test_a_key_right_behind_another_one_is_no_answer() -> None:
    screen = Screen()
    screen.arming.painted()
    assert screen.key_after(ARM_SECONDS + A_LITTLE)
    assert not screen.key_after(QUIET_SECONDS - A_LITTLE)
    assert screen.key_after(QUIET_SECONDS + A_LITTLE)
