"""When a screen paints: a key at once, data at most so many times a second.

Textual wakes a sleeping screen on a fixed beat, so that at ten frames a second a key waits up to 100 ms for its answer.
A pacer stands in for that timer: the first change after a pause is painted at once, what follows is gathered.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from typing import Final

from textual import constants

__all__ = ["ANSWER_SECONDS", "THIN_SECONDS", "Beat", "FramePacer"]

ANSWER_SECONDS: Final = 1 / 60
"""The least time between two frames when a key or click asks for the second."""

THIN_SECONDS: Final = 0.25
"""The least time between two frames that no key asked for, on a link that cannot keep up."""


class Beat:
    """The moments of the last frame and of the last input; one for the whole application."""

    def __init__(self, frame_seconds: float = 1 / constants.MAX_FPS) -> None:
        self._frame_seconds = frame_seconds
        self.thin = False
        """The link is slow: what no key asked for comes only :data:`THIN_SECONDS` after the last frame."""
        self._last_frame = 0.0
        self._last_input = 0.0

    def note_input(self, now: float) -> None:
        """The operator did something."""
        self._last_input = now

    def note_frame(self, now: float) -> None:
        """A frame is being made."""
        self._last_frame = now

    def next_frame(self, now: float) -> float:
        """When the next frame may be made."""
        answering = self._last_input > self._last_frame
        pause = max(THIN_SECONDS, self._frame_seconds) if self.thin else self._frame_seconds
        return max(now, self._last_frame + (ANSWER_SECONDS if answering else pause))


class FramePacer:
    """Stands in for the update timer of one screen.

    Args:
        loop: the loop of the application.
        beat: shared by all screens of the application.
        paint: paints the screen.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, beat: Beat, paint: Callable[[], None]) -> None:
        self._loop = loop
        self._beat = beat
        self._paint = paint
        self._handle: asyncio.TimerHandle | None = None

    def resume(self) -> None:
        """The screen has something to paint."""
        when = self._beat.next_frame(self._loop.time())
        if self._handle is not None:
            if self._handle.when() <= when:
                return
            self._handle.cancel()
        self._handle = self._loop.call_at(when, self._fire, context=contextvars.copy_context())

    def pause(self) -> None:
        """The screen has nothing to paint any more."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def stop(self) -> None:
        """As :meth:`pause`; part of what a timer offers."""
        self.pause()

    def _fire(self) -> None:
        self._handle = None
        self._beat.note_frame(self._loop.time())
        self._paint()
