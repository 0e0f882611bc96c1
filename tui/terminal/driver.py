"""The console's own Textual driver: tolerant input, output that never waits, and an exit that always comes.

Everything runs on the event loop; there is no thread that a frozen link could block or a bad byte could kill.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import termios
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from rich.color import ColorSystem
from textual import constants, events
from textual.driver import Driver
from textual.geometry import Size
from textual.message import Message

from . import modes
from .display import Display
from .keyboard import TICK_SECONDS, Keyboard, swallow
from .link import PIECE, PROBE, Link
from .outlet import Outlet, open_output
from .pacing import Beat
from .shutdown import EXIT_SECONDS, ExitReason, leave_within

if TYPE_CHECKING:
    from textual.app import App

__all__ = ["TerminalDriver"]

_COLOURS: Final = {
    "truecolor": ColorSystem.TRUECOLOR,
    "256": ColorSystem.EIGHT_BIT,
    "standard": ColorSystem.STANDARD,
}
_READ_BYTES: Final = 16 * 1024
_MAX_WAITING_MESSAGES: Final = 500
"""When so many messages wait in the application, input is left in the kernel for a while."""
_REST_SECONDS: Final = 0.02
_RESTORE_SECONDS: Final = 0.25
"""How long a terminal that does not read may delay the exit."""


class TerminalDriver(Driver):
    """Drives a terminal; see the arguments of :class:`textual.driver.Driver`."""

    def __init__(
        self, app: App[Any], *, debug: bool = False, mouse: bool = True, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._input = sys.__stdin__.fileno() if sys.__stdin__ else 0
        self._output = next((fd for fd in (2, 1) if os.isatty(fd)), 1)
        self._forced_size = size
        self._size = self._measure()
        self.display = Display(*self._size, None if app.no_color else _COLOURS.get(app.console.color_system or ""))
        """The screen as this terminal should show it."""
        self.beat = Beat()
        """When frames are due."""
        self.on_end: Callable[[ExitReason], None] = lambda reason: app.exit(return_code=reason.value)
        """Called once, on the loop, when the session is over; the process ends at most ``EXIT_SECONDS`` later."""
        self._keyboard = Keyboard()
        self._tick: asyncio.TimerHandle | None = None
        self._outlet: Outlet | None = None
        self._link = Link()
        self._shared_output = False
        self._attributes: list[Any] | None = None
        self._ending: ExitReason | None = None
        self._stopped_by_signal = False
        self._title = ""
        if threading.current_thread() is threading.main_thread():
            for number, reason in _ENDINGS.items():
                signal.signal(number, partial(self._on_ending_signal, reason))
            self._loop.add_signal_handler(signal.SIGTSTP, self._on_stop_signal)
            self._loop.add_signal_handler(signal.SIGCONT, self._on_continue_signal)

    @property
    def can_suspend(self) -> bool:
        """Whether other programs may borrow the terminal."""
        return True

    @property
    def outlet(self) -> Outlet | None:
        """The way out, while the terminal is ours."""
        return self._outlet

    # Output

    def write(self, data: str) -> None:
        """Send a control sequence; it must hold nothing that came from data."""
        if self._outlet is not None:
            self._outlet.control(data)

    def want_frame(self) -> None:
        """Bring the terminal to what :attr:`display` wants, as soon as it reads."""
        if self._outlet is not None:
            self._outlet.want_frame()

    def set_title(self, title: str) -> None:
        """Show a title on the window; control characters are taken out."""
        title = self.display.guard.clean(title)
        if title != self._title:
            self._title = title
            self.write(modes.title_sequence(title))

    # Taking the terminal and giving it back

    def start_application_mode(self) -> None:
        """Take the terminal: raw input, alternate screen, own modes."""
        if self._outlet is not None:
            return
        descriptor, self._shared_output = open_output(self._output)
        self._link = Link()
        self._outlet = Outlet(
            descriptor,
            self._loop,
            self.display.frame,
            partial(self._end, ExitReason.HANGUP),
            more=lambda: self.display.unfinished,
            link=self._link,
        )
        self._attributes = modes.make_raw(self._input)
        self.write(self._enter_sequence())
        if self._link.sent(0, self._loop.time()):
            self.write(PROBE)  # what this link takes for nothing at all
        self._keyboard = Keyboard()
        # Not every kind of input can be waited for; a plain file has no keys to offer anyway.
        with contextlib.suppress(PermissionError):
            self._loop.add_reader(self._input, self._on_readable)
        if threading.current_thread() is threading.main_thread():
            self._loop.add_signal_handler(signal.SIGWINCH, self._on_resize_signal)
        self._announce_size()
        self.display.invalidate()
        self.want_frame()

    def disable_input(self) -> None:
        """Read no more keys, and forget those not yet read."""
        self._loop.remove_reader(self._input)
        if self._tick is not None:
            self._tick.cancel()
        if self._outlet is not None:
            with contextlib.suppress(termios.error):
                termios.tcflush(self._input, termios.TCIFLUSH)

    def stop_application_mode(self) -> None:
        """Give the terminal back; takes at most a quarter of a second, even if it does not read."""
        if self._outlet is None:
            return
        self.disable_input()
        if threading.current_thread() is threading.main_thread():
            self._loop.remove_signal_handler(signal.SIGWINCH)
        if self._outlet.finish(self._leave_sequence(), _RESTORE_SECONDS) and self._ending is not ExitReason.HANGUP:
            swallow(self._input, self._link.open)
        self._outlet.close()
        self._outlet = None
        if self._shared_output:
            os.set_blocking(self._output, True)
        modes.restore(self._input, self._attributes)
        self._attributes = None
        self._title = ""

    def close(self) -> None:
        """Nothing is left to close: the terminal has been given back before."""
        self.stop_application_mode()

    def _enter_sequence(self) -> str:
        kitty = not constants.DISABLE_KITTY_KEY
        return modes.enter_sequence(mouse=self._mouse, kitty_keys=kitty, environ=os.environ)

    def _leave_sequence(self) -> str:
        return modes.leave_sequence(mouse=self._mouse, kitty_keys=not constants.DISABLE_KITTY_KEY)

    # Input

    def send_message(self, message: Message) -> None:
        """Hand a message to the application; always from the loop's own thread."""
        self._app.post_message(message)

    def _on_readable(self) -> None:
        try:
            data = os.read(self._input, _READ_BYTES)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._loop.remove_reader(self._input)
            if self._attributes is not None:
                self._end(ExitReason.HANGUP)
            return
        for message in self._keyboard.feed(data):
            if isinstance(message, events.CursorPosition) and self._link.answered(self._loop.time()):
                self._adapt()
            else:
                self.beat.note_input(self._loop.time())
                self.process_message(message)
        if self._tick is not None:
            self._tick.cancel()
        self._tick = self._loop.call_later(TICK_SECONDS, self._on_tick)
        if self._app.message_queue_size > _MAX_WAITING_MESSAGES:
            self._loop.remove_reader(self._input)
            self._loop.call_later(_REST_SECONDS, self._read_again)

    def _adapt(self) -> None:
        """More of what was sent has arrived, in good time or late."""
        self.beat.thin = self._link.thin(self._loop.time())
        self.display.most = PIECE if self.beat.thin else 0
        if self._outlet is not None:
            self._outlet.arrived()

    def _on_tick(self) -> None:
        for message in self._keyboard.tick():
            self.beat.note_input(self._loop.time())
            self.process_message(message)

    def _read_again(self) -> None:
        if self._outlet is None:
            return
        if self._app.message_queue_size > _MAX_WAITING_MESSAGES:
            self._loop.call_later(_REST_SECONDS, self._read_again)
        else:
            self._loop.add_reader(self._input, self._on_readable)

    # Size

    def _measure(self) -> tuple[int, int]:
        if self._forced_size is not None:
            return self._forced_size
        for descriptor in (self._output, self._input):
            with contextlib.suppress(OSError):
                columns, rows = os.get_terminal_size(descriptor)
                if columns and rows:
                    return columns, rows
        return 80, 24

    def _announce_size(self) -> None:
        self._size = self._measure()
        if self.display.size != self._size:
            self.display.resize(*self._size)
        size = Size(*self._size)
        self.send_message(events.Resize(size, size))

    def _on_resize_signal(self) -> None:
        # A terminal moves its text about when it is resized, so nothing is known of what it shows.
        self.display.invalidate()
        self._announce_size()

    # The end, and job control

    def _on_ending_signal(self, reason: ExitReason, _number: int, _frame: object) -> None:
        self._end(reason)

    def _end(self, reason: ExitReason) -> None:
        if self._ending is None:
            self._ending = reason
            leave_within(EXIT_SECONDS, reason, self._last_words)
            with contextlib.suppress(RuntimeError):  # the loop has ended by itself a moment ago
                self._loop.call_soon_threadsafe(self.on_end, reason)

    def _last_words(self) -> None:
        """Give the terminal back from another thread, without waiting for anything."""
        modes.restore(self._input, self._attributes)
        if self._outlet is not None:
            self._outlet.finish(self._leave_sequence(), 0.0)

    def _on_stop_signal(self) -> None:
        if self._auto_restart and self._outlet is not None:
            self.stop_application_mode()
            self._stopped_by_signal = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _on_continue_signal(self) -> None:
        if not self._auto_restart:
            return
        if modes.in_background(self._input):
            os.kill(os.getpid(), signal.SIGSTOP)
        elif self._stopped_by_signal:
            self._stopped_by_signal = False
            self.start_application_mode()
            self.send_message(self.SignalResume())
        elif self._outlet is not None:
            # Stopped without being asked; the shell may have used the terminal meanwhile.
            modes.make_raw(self._input)
            self.write(self._enter_sequence())
            self.display.invalidate()
            self.want_frame()


_ENDINGS: Final = {
    signal.SIGHUP: ExitReason.HANGUP,
    signal.SIGTERM: ExitReason.TERMINATE,
    signal.SIGINT: ExitReason.INTERRUPT,
}
