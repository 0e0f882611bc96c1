"""An engine at the console's border: it shows what a test gives it, and keeps what the console sends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeVar, cast

from engine.client import Reply
from engine.clock import SimulatedClock
from engine.commands import COMMANDS, Arguments
from engine.errors import WatchfloorError
from engine.operators import Operator, Role
from engine.queries import AWAY, Ask, AwayView, Query
from engine.view import Detail, View
from tui.app import ConsoleApp
from tui.widgets.theme_shelf import ThemeShelf

from .views import NOW

R = TypeVar("R")

ANA = Operator("ana", Role.OPERATOR, "ssh")
VIC = Operator("vic", Role.VIEWER, "ssh")


class FakeClient:
    """Implements :class:`engine.client.EngineClient` for tests."""

    def __init__(self, view: View | None, operator: Operator = ANA, *, attached: bool = False) -> None:
        self.view = view
        self.operator = operator
        self.attached = attached
        self.sent: list[tuple[str, Arguments]] = []
        self.asked: list[Ask] = []
        self.failure: Exception | None = None
        self.not_ready: WatchfloorError | None = None
        self.detail: Detail | None = None
        self.answers: dict[str, object] = {}
        self.replies: dict[str, Reply] = {}
        self._listeners: list[Callable[[View], None]] = []

    def subscribe(self, listener: Callable[[View], None]) -> Callable[[], None]:
        """Have a listener told of every view."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def ready(self) -> None:
        """It always is, unless the test says why not."""
        if self.not_ready is not None:
            raise self.not_ready

    def publish(self, view: View) -> None:
        """The engine has made a view."""
        self.view = view
        for listener in tuple(self._listeners):
            listener(view)

    async def send(self, command: str, arguments: Arguments) -> Reply:
        """Keep a command."""
        assert isinstance(arguments, COMMANDS[command].arguments)
        self.sent.append((command, arguments))
        if self.failure is not None:
            raise self.failure
        return self.replies.get(command, Reply(f"{command} is done."))

    async def query(self, query: Query[R], ask: Ask) -> R:
        """Answer with what the test gave."""
        if query.name == AWAY.name and AWAY.name not in self.answers:
            return cast("R", AwayView(0, 0, None, NOW))
        self.asked.append(ask)
        if self.failure is not None:
            raise self.failure
        answer = self.answers.get(query.name, self.detail)
        assert isinstance(answer, query.result)
        return answer

    async def close(self) -> None:
        """Nothing to close."""


def clock_at(seconds: float = 0) -> SimulatedClock:
    """A clock that stands some seconds after the moment of the sample views."""
    return SimulatedClock(NOW + timedelta(seconds=seconds))


def console(
    client: FakeClient, clock: SimulatedClock | None = None, *, theme: str = "midnight", themes: Path | None = None
) -> ConsoleApp:
    """A console without timers."""
    shelf = ThemeShelf(themes, theme, {})
    return ConsoleApp(client, workspace_name="acme-ops", clock=clock or clock_at(), shelf=shelf, tick_seconds=None)
