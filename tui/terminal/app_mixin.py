"""The application class of the console: Textual's own, with our way to the terminal.

Headless and web drivers are left as they are, so that pilot tests, snapshots and exports see stock Textual. The private
parts of Textual 8.2.8 that are used here are guarded by ``tests/tui/terminal/test_pin.py``.
"""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import PurePath
from typing import Any, ClassVar, TypeVar

from rich.console import RenderableType
from rich.text import Text
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.binding import Binding, BindingType
from textual.dom import DOMNode
from textual.driver import Driver
from textual.messages import TerminalSupportsSynchronizedOutput
from textual.screen import Screen
from textual.widget import Widget

from ..safe import SafeText, display
from .clipboard import MAX_ENCODED, copy_sequence
from .driver import TerminalDriver
from .pacing import FramePacer
from .shutdown import DRAIN_SECONDS, ExitReason

__all__ = ["TerminalApp"]

ReturnType = TypeVar("ReturnType")
_REPORT_LIMIT = 20_000


class TerminalApp(App[ReturnType]):
    """An application that paints differences, never waits for its terminal, and leaves within two seconds.

    Args:
        driver_class: the driver; ours by default.
        css_path: the style sheets, as for :class:`textual.app.App`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+l", "repaint", "Repaint", show=False, id="repaint")]

    def __init__(
        self, driver_class: type[Driver] | None = None, css_path: str | PurePath | list[str | PurePath] | None = None
    ) -> None:
        super().__init__(driver_class=driver_class or TerminalDriver, css_path=css_path)
        self.copy_limit = MAX_ENCODED
        """How many characters, after encoding, this terminal takes as one copy."""
        self._leaving: asyncio.Task[None] | None = None

    async def drain(self, reason: ExitReason) -> None:
        """Save and stop what must be saved and stopped before the process ends; to be overridden.

        Called once, on the application's loop, after SIGHUP, SIGTERM, SIGINT or the loss of the terminal. It is
        cancelled after ``DRAIN_SECONDS``; the process is gone ``EXIT_SECONDS`` after the signal, whatever happens here.

        Args:
            reason: what ended the session.
        """

    @property
    def terminal(self) -> TerminalDriver | None:
        """Our driver, or ``None`` when the application runs headless or in a browser."""
        return self._driver if isinstance(self._driver, TerminalDriver) else None

    def action_repaint(self) -> None:
        """Paint the whole screen again, for terminals that were written to by somebody else."""
        if (terminal := self.terminal) is not None:
            terminal.display.invalidate()
            terminal.want_frame()

    def set_terminal_title(self, title: SafeText) -> None:
        """Show a title on the terminal's window."""
        if (terminal := self.terminal) is not None:
            terminal.set_title(title.text)

    def copy(self, safe: SafeText) -> bool:
        """Put text on the operator's clipboard.

        Returns:
            Whether the terminal was asked to; ``False`` where there is no terminal or the text is too long for it.
        """
        sequence = copy_sequence(safe, os.environ, self.copy_limit)
        if (terminal := self.terminal) is None or sequence is None:
            return False
        self._clipboard = safe.text
        terminal.write(sequence)
        return True

    def copy_to_clipboard(self, text: str) -> None:
        """Textual's own way to copy, as used by its widgets; the text is cleaned first."""
        self._clipboard = text
        self.copy(display(text, limit=len(text) + 1, tab=None))

    def fatal_report(self, error: BaseException) -> SafeText:
        """What is printed when the application breaks: where and why, but no local variables: they may hold secrets."""
        return display("".join(traceback.format_exception(error)), limit=_REPORT_LIMIT)

    # Textual's private parts

    def _build_driver(self, headless: bool, inline: bool, mouse: bool, size: tuple[int, int] | None) -> Driver:  # noqa: FBT001  # Textual's signature
        driver = super()._build_driver(headless, inline, mouse, size)
        if isinstance(driver, TerminalDriver):
            driver.on_end = self._on_end
        return driver

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        terminal = self.terminal
        update: object = renderable
        if terminal is None or not isinstance(update, CompositorUpdate):
            super()._display(screen, renderable)
            return
        try:
            if self._running and not self._closed and not self._batch_count:
                terminal.display.apply(update)
                terminal.display.cursor = self._input_cursor()
                terminal.want_frame()
        except Exception as error:  # noqa: BLE001  # as in Textual: a broken frame ends the application, it does not freeze it
            self._handle_exception(error)
        finally:
            self.post_display_hook()

    def _input_cursor(self) -> tuple[int, int] | None:
        """Where a focused input wants the terminal's cursor, for input methods and screen readers."""
        offset = getattr(self.focused, "cursor_screen_offset", None)
        return None if offset is None else (max(0, offset.x), max(0, offset.y))

    def _register_child(self, parent: DOMNode, child: Widget, before: int | None, after: int | None) -> None:
        super()._register_child(parent, child, before, after)
        terminal = self.terminal
        if terminal is not None and isinstance(child, Screen):
            pacer = FramePacer(asyncio.get_running_loop(), terminal.beat, self._painter(child))
            setattr(child, "_Screen__update_timer", pacer)  # noqa: B010  # a private name of another class

    def _painter(self, screen: Screen[Any]) -> Callable[[], None]:
        def paint() -> None:
            if self._exit:
                return
            try:
                screen._on_timer_update()  # noqa: SLF001  # what the timer would have called
            except Exception as error:  # noqa: BLE001  # as Textual's timers do
                self._handle_exception(error)

        return paint

    def _on_terminal_supports_synchronized_output(self, _message: TerminalSupportsSynchronizedOutput) -> None:
        if (terminal := self.terminal) is not None:
            terminal.display.synchronised = True
        else:
            super()._on_terminal_supports_synchronized_output(_message)

    def _set_pointer_shape(self, shape: str) -> None:
        """A console for keyboards spends no bytes on the shape of the mouse pointer."""

    def _fatal_error(self) -> None:
        error = sys.exc_info()[1] or self._exception
        if error is not None:
            self._exit_renderables.append(Text(self.fatal_report(error).text))
        self._close_messages_no_wait()

    def _on_end(self, reason: ExitReason) -> None:
        self._leaving = asyncio.ensure_future(self._leave(reason))

    async def _leave(self, reason: ExitReason) -> None:
        try:
            async with asyncio.timeout(DRAIN_SECONDS):
                await self.drain(reason)
        except Exception as error:  # noqa: BLE001  # the exit goes on; what went wrong is told after the screen is gone
            self._exit_renderables.append(Text(self.fatal_report(error).text))
        finally:
            self.exit(return_code=reason.value)
