"""The way out to the terminal, which never waits for a terminal that has stopped reading.

One frame at a time is on its way. While it is, changes gather in the wanted screen; when it has gone, the next frame is
made from whatever is wanted by then. So frames coalesce, the latest wins, and nothing queues up.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import select
import termios
import time
from collections.abc import Callable
from typing import Final

from .link import PROBE, Link

__all__ = ["CONTROL_LIMIT", "Outlet", "open_output"]

CONTROL_LIMIT: Final = 256 * 1024
"""How many characters of control sequences (bell, title, clipboard) may wait; what comes beyond is dropped."""
_CANCEL: Final = b"\x18"
"""CAN ends an escape sequence of which the terminal has read only the beginning."""


def open_output(descriptor: int) -> tuple[int, bool]:
    """A non-blocking descriptor of the same terminal.

    Opened anew, because the blocking mode of an inherited descriptor is shared with the shell that started us.

    Returns:
        The new descriptor, and whether it does share its mode (where the terminal has no name to open).
    """
    flags = os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        return os.open(os.ttyname(descriptor), flags), False
    except OSError:
        duplicate = os.dup(descriptor)
        os.set_blocking(duplicate, False)
        return duplicate, True


class Outlet:
    """Writes frames and control sequences to one terminal.

    Args:
        descriptor: a non-blocking descriptor of the terminal; it is closed by :meth:`close`.
        loop: the event loop of the caller; every method is called on its thread.
        frame: makes the next frame from what is wanted now; empty where nothing changed.
        on_lost: called once, when the terminal is gone.
        more: whether the frame that was made last left something to the next one.
        link: how much may be on its way; nothing where the terminal is not asked what has arrived.
    """

    def __init__(
        self,
        descriptor: int,
        loop: asyncio.AbstractEventLoop,
        frame: Callable[[], str],
        on_lost: Callable[[], None],
        *,
        more: Callable[[], bool] = lambda: False,
        link: Link | None = None,
    ) -> None:
        self.written = 0
        """Bytes the terminal has taken."""
        self.dropped = 0
        """Control sequences dropped because the terminal took nothing for long."""
        self._descriptor = descriptor
        self._loop = loop
        self._frame = frame
        self._on_lost = on_lost
        self._more = more
        self._link = link
        self._later: asyncio.TimerHandle | None = None
        self._controls: list[str] = []
        self._controls_size = 0
        self._wanted = False
        self._buffer = b""
        self._offset = 0
        self._waiting = False
        self._closed = False

    @property
    def stalled(self) -> bool:
        """Whether the terminal has not yet taken what was sent to it."""
        return self._waiting

    @property
    def backlog(self) -> int:
        """Bytes and characters that wait; bounded by one frame and :data:`CONTROL_LIMIT`."""
        return len(self._buffer) - self._offset + self._controls_size

    def control(self, data: str) -> None:
        """Send a control sequence, after the frame that is on its way and before the next one."""
        if self._closed:
            return
        if self._controls_size + len(data) > CONTROL_LIMIT:
            self.dropped += 1
            return
        self._controls.append(data)
        self._controls_size += len(data)
        if not self._waiting:
            self._pump()

    def arrived(self) -> None:
        """The terminal has taken in more of what was sent."""
        if self._wanted and not self._waiting and not self._closed:
            self._pump()

    def want_frame(self) -> None:
        """Send a frame as soon as the terminal has taken the last one."""
        self._wanted = True
        if not self._waiting and not self._closed:
            self._pump()

    def finish(self, data: str, seconds: float) -> bool:
        """Write the last words and stop; a frame that is not yet on its way is forgotten.

        Args:
            data: the sequences that give the terminal back as it was.
            seconds: how long to wait at most for a terminal that does not read.

        Returns:
            Whether the terminal took them.
        """
        if self._closed:
            return False
        self._stop_waiting()
        self._stop_resting()
        self._wanted = False
        last_words = (_CANCEL if self._offset else b"") + data.encode()
        self._buffer, self._offset = b"", 0
        self._controls.clear()
        self._controls_size = 0
        left = self._write_within(last_words, seconds)
        if left:
            # The terminal does not read: throw away what it has not read, to make room for what it must read.
            with contextlib.suppress(termios.error):
                termios.tcflush(self._descriptor, termios.TCOFLUSH)
            left = self._write_within(_CANCEL + last_words, 0.0)
        return not left

    def close(self) -> None:
        """Write nothing more, and close the descriptor."""
        if not self._closed:
            self._stop_waiting()
            self._stop_resting()
            self._closed = True
            os.close(self._descriptor)

    def _write_within(self, data: bytes, seconds: float) -> bytes:
        """Write for a limited time; returns what was not taken."""
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        deadline = time.monotonic() + seconds
        while data:
            try:
                taken = os.write(self._descriptor, data)
            except BlockingIOError:
                left = deadline - time.monotonic()
                if left <= 0 or not poll.poll(left * 1000):
                    break
            except OSError:
                break
            else:
                self.written += taken
                data = data[taken:]
        return data

    def _pump(self) -> None:
        try:
            while self._fill():
                taken = os.write(self._descriptor, memoryview(self._buffer)[self._offset :])
                self.written += taken
                self._offset += taken
        except BlockingIOError:
            if not self._waiting:
                self._waiting = True
                self._loop.add_writer(self._descriptor, self._pump)
            return
        except OSError:
            self._stop_waiting()
            self.close()
            self._on_lost()
            return
        self._stop_waiting()

    def _fill(self) -> bool:
        """Whether there is something to write, making the next frame where the last one has gone."""
        if self._offset < len(self._buffer):
            return True
        self._offset = 0
        if self._controls:
            self._buffer = "".join(self._controls).encode("utf-8", "replace")
            self._controls.clear()
            self._controls_size = 0
        elif self._wanted and not self._rests():
            frame = self._frame().encode("utf-8", "replace")
            self._wanted = self._more()
            asks = self._link is not None and frame and self._link.sent(len(frame), self._loop.time())
            self._buffer = frame + PROBE.encode() if asks else frame
        else:
            self._buffer = b""
        return bool(self._buffer)

    def _rests(self) -> bool:
        """Whether the next frame has to wait until more of the last ones has arrived."""
        self._stop_resting()
        seconds = self._link.wait(self._loop.time()) if self._link is not None else 0.0
        if seconds > 0:
            self._later = self._loop.call_later(seconds, self.arrived)
        return seconds > 0

    def _stop_resting(self) -> None:
        if self._later is not None:
            self._later.cancel()
            self._later = None

    def _stop_waiting(self) -> None:
        if self._waiting:
            self._waiting = False
            self._loop.remove_writer(self._descriptor)
