"""The console as an application: what joins the engine's client to the screens."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import events, on, work
from textual.binding import BindingType
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import Screen
from textual.widget import Widget
from textual.worker import Worker, WorkerState

from engine.clock import Clock
from engine.errors import WatchfloorError

from .remap import rebind
from .safe import display
from .screens.away import Away
from .screens.calm import unchanged
from .screens.main import MainScreen
from .screens.palette import KeyProvider
from .shipped import STYLES
from .terminal import MAX_ENCODED, TerminalApp
from .widgets.header import Seat, needs_you
from .widgets.notices import Notices, broken
from .widgets.theme_shelf import ThemeShelf
from .widgets.title import Title

if TYPE_CHECKING:
    from engine.client import EngineClient, Reply
    from engine.commands import Arguments
    from engine.view import ApprovalView, View

TICK_SECONDS: Final = 1.0
"""How often the clock and the times that pass are painted."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How the settings want this console to behave.

    Attributes:
        workspace_name: shown in the header and in the terminal's title.
        bell: whether to ring when something new needs an operator.
        copy_limit: how many characters, after encoding, this terminal takes as one copy.
    """

    workspace_name: str
    bell: bool
    copy_limit: int


class ViewArrived(Message):
    """The engine has made a new view. A newer one takes the place of one that still waits."""

    def can_replace(self, message: Message) -> bool:
        """The newest is enough."""
        return isinstance(message, ViewArrived)


class ConsoleApp(TerminalApp[int], inherit_bindings=False):
    """The console.

    Args:
        client: the way to the engine; it stays open when the console ends.
        workspace_name: shown in the header.
        clock: the time, for everything that is painted.
        shelf: the themes.
        bell: whether to ring when something new needs an operator.
        copy_limit: how many characters, after encoding, this terminal takes as one copy.
        manners: asked once the engine answers; what it says takes the place of the arguments above.
        tick_seconds: how often passing time is painted; nothing paints it never (tests).
    """

    CSS_PATH = STYLES
    TITLE = "watchfloor"
    COMMANDS: ClassVar = {KeyProvider}
    COMMAND_PALETTE_BINDING = "f12"
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init__(
        self,
        client: EngineClient,
        *,
        workspace_name: str,
        clock: Clock,
        shelf: ThemeShelf,
        bell: bool = False,
        copy_limit: int = MAX_ENCODED,
        manners: Callable[[], Manners] | None = None,
        tick_seconds: float | None = TICK_SECONDS,
    ) -> None:
        super().__init__()
        self._shelf = shelf
        shelf.dress(self)
        self.client = client
        self.clock = clock
        self.copy_limit = copy_limit
        self._rings = bell
        self._manners = manners
        self._needs: int | None = None
        self._tick_seconds = tick_seconds
        self._notices = Notices(self, clock)
        self._unsubscribe: Callable[[], None] | None = None
        self.failure: WatchfloorError | None = None
        self._sending = asyncio.Lock()
        self.away = Away(self)
        self.main = MainScreen(Seat(workspace_name, client.operator, client.attached), clock)

    def get_default_screen(self) -> Screen[None]:
        """The first screen."""
        return self.main

    def on_mount(self) -> None:
        """Listen to the engine and to the clock."""
        rebind(self._bindings)
        self._unsubscribe = self.client.subscribe(lambda _view: self._arrived())
        self.show()
        if self._tick_seconds is not None:
            self.set_interval(self._tick_seconds, self._tick)
        # The engine is only reached for once the screen is there: starting both at a time would make both late.
        self.call_after_refresh(self._join)

    @work(exit_on_error=False, group="join")
    async def _join(self) -> None:
        try:
            await self.client.ready()
        except WatchfloorError as error:
            self.failure = error
            self.exit(1)
            return
        if self._manners is not None:
            manners = self._manners()
            self._rings, self.copy_limit = manners.bell, manners.copy_limit
            self.main.take(Seat(manners.workspace_name, self.client.operator, self.client.attached))
        await asyncio.to_thread(self._shelf.load)
        for mistake in self._shelf.fill(self):
            self._notices.complain(mistake)

    def _register_child(self, parent: DOMNode, child: Widget, before: int | None, after: int | None) -> None:
        # Screens were made with the shipped keys; these are those that hold.
        if isinstance(child, Screen):
            rebind(child._bindings)  # noqa: SLF001  # Textual's own way of remapping loses bindings
        super()._register_child(parent, child, before, after)

    def on_unmount(self) -> None:
        """Stop listening."""
        if self._unsubscribe is not None:
            self._unsubscribe()

    async def on_event(self, event: events.Event) -> None:
        """Notice that somebody is there."""
        if isinstance(event, events.Key | events.Paste | events.MouseDown):
            self.away.key()
        await super().on_event(event)

    def show(self) -> None:
        """Show the newest view on every screen that is open, as it looks now."""
        view = self.client.view
        self.away.arrived(view)
        for screen in self.screen_stack:
            receive: Callable[[View | None], None] | None = getattr(screen, "show", None)
            if receive is not None:
                receive(view)
            if isinstance(head := getattr(screen, "head", None), Title):
                head.tell(view, self.clock.now())
        if view is not None:
            self._ring(view.needs)
        self.title = f"watchfloor {self.main.seat.workspace} {needs_you(view)}".strip()
        self.set_terminal_title(display(self.title, limit=120, multiline=False))

    def _ring(self, needs: int) -> None:
        # The first view brings nothing new: who opens the console sees what waited.
        if self._rings and self._needs is not None and needs > self._needs:
            self.bell()
        self._needs = needs

    @work(exit_on_error=False, group="send")
    async def send(self, command: str, arguments: Arguments, then: Callable[[Reply], object] | None = None) -> None:
        """Have the engine carry out a command, and tell how it went.

        Args:
            command: one of :data:`engine.commands.COMMANDS`.
            arguments: its arguments.
            then: goes on with the answer instead of telling it; not called where the engine said no.
        """
        try:
            # One after the other: what was typed last has to be carried out last.
            async with self._sending:
                reply = await self.client.send(command, arguments)
        except WatchfloorError as error:
            self._notices.complain(error)
        else:
            if then is None:
                self._notices.tell(reply.text)
            else:
                then(reply)

    def complain(self, error: WatchfloorError) -> None:
        """Say what failed, why and what to do."""
        self._notices.complain(error)

    def tell(self, text: str) -> None:
        """Say that something worked."""
        self._notices.tell(text)

    @work(exclusive=True, exit_on_error=False, group="fetch")
    async def fetch_action(
        self, action: ApprovalView, then: Callable[[ApprovalView], None], *, changed: bool = False
    ) -> None:
        """Get the whole of an action that the view had to cut.

        Args:
            action: as it was shown.
            then: goes on with the whole.
            changed: it may have changed since; else that is refused.
        """
        from engine.queries import DETAIL, AskDetail

        try:
            detail = await self.client.query(DETAIL, AskDetail(scope="action", id=action.id))
        except WatchfloorError as error:
            self._notices.complain(error)
            return
        whole = detail.approval
        if whole is None or not (changed or (whole.revision, whole.digest) == (action.revision, action.digest)):
            self._notices.complain(WatchfloorError("This action changed while it was fetched", remedy="Look again."))
        else:
            then(whole)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """Work that broke in a way nobody foresaw is told, and the console goes on."""
        if event.state is WorkerState.ERROR:
            self._notices.complain(broken(event.worker.error))

    def _tick(self) -> None:
        for error in self._shelf.refresh(self):
            self._notices.complain(error)
        self.show()

    def _arrived(self) -> None:
        self.post_message(ViewArrived())

    @on(ViewArrived)
    def _on_view(self) -> None:
        view, last = self.client.view, self.main.view
        if view is None or last is None or not unchanged(view, last):
            self.show()
        # Else nothing is new but its time; the clock's next tick takes that over.


async def run_console(
    client: EngineClient,
    *,
    workspace_name: str,
    themes_dir: Path | None,
    theme: str,
    manners: Callable[[], Manners],
    clock: Clock,
) -> int:
    """Open the console and run it until the operator leaves.

    Args:
        client: the way to the engine, made on this event loop; the caller closes it afterwards.
        workspace_name: shown in the header until the engine answers.
        themes_dir: where the workspace keeps themes of its own.
        theme: the theme's name.
        manners: how the console behaves; asked once the engine answers.
        clock: the time, for everything that is painted.

    Returns:
        the exit code.

    Raises:
        WatchfloorError: the engine could not be started or reached.
    """
    app = ConsoleApp(
        client,
        workspace_name=workspace_name,
        clock=clock,
        shelf=ThemeShelf(themes_dir, theme, os.environ),
        manners=manners,
    )
    answer = await app.run_async()
    if app.failure is None:
        await app.away.leave()
    if app.failure is not None:
        raise app.failure
    return app.return_code or 0 if answer is None else answer
