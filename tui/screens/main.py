"""The first screen: six panels that show one view."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Container
from textual.screen import Screen
from textual.widget import Widget

from engine.clock import Clock
from engine.view import ApprovalView, View

from ..keymap import BY_ID, Scope, available, bindings
from ..panels.activity import ActivityPanel
from ..panels.agents import AgentsPanel
from ..panels.approvals import ApprovalsPanel
from ..panels.base import Panel
from ..panels.goals import GoalsPanel
from ..panels.inbox import InboxPanel
from ..panels.personas import PersonasPanel
from ..widgets.banner import Banner, notices
from ..widgets.header import Header, Seat, age
from ..widgets.keybar import KeyBar
from ..widgets.line import Line
from ..widgets.table import RowTable
from ..widgets.tones import COMPONENTS, Toned, run
from .applies import applies
from .calm import calm
from .onekey import OneKey
from .unused import does_not_fit, tell_unused

if TYPE_CHECKING:
    from ..app import ConsoleApp

LEAST = (80, 24)
"""The smallest terminal that shows anything useful."""
BLIND = frozenset({"halt", "rollout.back", "quit", "repaint"})
"""What works on a terminal that is too small to show what a key would act upon."""
ROOMY = (110, 30)
"""From here on all panels fit side by side."""


_TELLS = frozenset({"approve", "reject", "edit", "undo", "snooze", "claim", "withdraw", "pause"})
"""What says by itself why it does not fit a row."""


class MainScreen(Screen[None], inherit_bindings=False):
    """A pure function of the newest view, the time, and what the keyboard chose: focus, zoom, cursors, filters."""

    BINDINGS: ClassVar[list[BindingType]] = bindings()
    AUTO_FOCUS = ""
    COMPONENT_CLASSES = COMPONENTS

    def __init__(self, seat: Seat, clock: Clock) -> None:
        super().__init__()
        self.seat = seat
        self.clock = clock
        self.view: View | None = None
        approvals = ApprovalsPanel()
        self.current: Panel[object] = approvals  # type: ignore[assignment]  # a panel of some item
        self._one_key = OneKey(self, approvals, clock)
        self.panels: tuple[Panel[object], ...] = (  # type: ignore[assignment]  # each shows items of its own
            PersonasPanel(),
            self.current,
            InboxPanel(),
            GoalsPanel(),
            AgentsPanel(),
            ActivityPanel(),
        )
        self._header = Header(seat)
        self._banner = Banner()
        self._keys = KeyBar()
        self._small = Line(id="small")
        self._shown_at = clock.now()

    @property
    def console(self) -> ConsoleApp:
        """The application that this screen belongs to."""
        return cast("ConsoleApp", self.app)

    @property
    def scope(self) -> Scope:
        """Which panel is focused."""
        return self.current.SCOPE

    @property
    def selected(self) -> object | None:
        """The item under the focused panel's cursor."""
        return self.current.table.current

    @property
    def marked(self) -> Sequence[object]:
        """The marked items of the focused panel."""
        return self.current.table.rows.marked

    @property
    def settling(self) -> bool:
        """A yes by one key was given and may still be taken back by another."""
        return self._one_key.settling

    @property
    def now(self) -> datetime:
        """The time."""
        return self.clock.now()

    def compose(self) -> ComposeResult:
        """Header, banner, the six panels, the keys."""
        yield self._header
        yield self._banner
        yield Container(*self.panels, id="body")
        yield self._keys
        yield self._small

    def on_mount(self) -> None:
        """Fit the terminal before the first paint."""
        self._fit(self.app.size.width, self.app.size.height)
        self.focus_panel(self.current)
        self.tick()

    def take(self, seat: Seat) -> None:
        """It is known by now who sits here, and whether the engine is elsewhere."""
        self.seat = seat
        self._header.take(seat)
        self.tick()

    def on_resize(self, event: events.Resize) -> None:
        """Fit the new size."""
        self._fit(event.size.width, event.size.height)
        self.tick()

    def show(self, view: View | None) -> None:
        """Show a view, or the same one at a later moment."""
        quiet = calm(view, self.view, self._shown_at, self.now)
        self.view = view
        if quiet:
            self._pass(view, self.now)
            self._one_key.look()
        else:
            self.tick()

    def tick(self) -> None:
        """Show the same view as it looks now."""
        view, now = self.view, self.now
        self._shown_at = now
        self._pass(view, now)
        if view is None:
            for panel in self.panels:
                panel.start()
            self._offer()
            return
        self.set_class(view.engine.halted, "-halted")
        self._banner.show(notices(view, now))
        for panel in self.panels:
            panel.show(view, now)
        self._offer()
        self._one_key.look()

    def on_key(self, event: events.Key) -> None:
        """Every key passes here before it does anything."""
        self._one_key.key()
        if not self.has_class("-tiny"):
            tell_unused(self, event, self.scope, self.seat.operator.role, self.selected)

    def on_screen_suspend(self) -> None:
        """Something lies above: what was seen here has to be seen anew."""
        self._one_key.forget()

    def on_screen_resume(self) -> None:
        """Nothing lies above any more."""
        self._one_key.look()

    def once_quiet(self, action: ApprovalView, then: Callable[[], None]) -> bool:
        """Go on where the last key may answer for this action by itself, and no other key follows at once."""
        return self._one_key.answer(action, then)

    def focus_panel(self, panel: Panel[object]) -> None:
        """Make a panel the one that keys go to."""
        self.current.remove_class("-current")
        self.current = panel
        panel.add_class("-current")
        panel.table.focus(scroll_visible=False)
        self._offer()

    def hold(self) -> None:
        """Let the focused list hold still while a decision is open."""
        self.current.table.hold()

    def release(self) -> None:
        """The decision is made: let newcomers in."""
        for panel in self.panels:
            panel.table.release()
        self.tick()

    def unmark(self) -> None:
        """Take all marks of the focused panel away."""
        self.current.table.unmark()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A verb works where its table says so, for whom it says so."""
        if action != "verb":
            return True
        key = BY_ID[str(parameters[0])]
        if self.has_class("-tiny") and key.id not in BLIND:
            return False
        if key.filtered is not None and key.filtered != bool(self.current.table.rows.expression):
            return False
        return key.works_in(self.scope) and key.allows(self.seat.operator.role)

    def action_verb(self, id: str) -> None:  # noqa: A002  # the key's own word
        """Do what a key stands for."""
        from .moves import MOVES
        from .verbs import VERBS

        if not (applies(id, self.selected, self.seat.operator.name) or self.marked or id in _TELLS):
            self.console.tell(does_not_fit(BY_ID[id], self.selected))
            return
        (MOVES.get(id) or VERBS[id])(self)
        self._one_key.look()

    @on(KeyBar.Pressed)
    def _pressed(self, event: KeyBar.Pressed) -> None:
        self._one_key.key()
        if self.check_action("verb", (event.id,)):
            self.action_verb(event.id)

    @on(RowTable.Moved)
    def _moved(self) -> None:
        if self.view is not None:
            self.current.show(self.view, self.now)
            self._offer()
            self._one_key.look()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """A click can move the focus too."""
        panel = _panel_of(event.widget)
        if panel is not None and panel is not self.current:
            self.focus_panel(panel)

    def _pass(self, view: View | None, now: datetime) -> None:
        self._header.show(view, now)
        self._fade(old=view is not None and age(view, now) > 0)

    def _fade(self, *, old: bool) -> None:
        if old != self.has_class("-stale"):
            self.set_class(old, "-stale")
            for widget in self.query(Toned):
                widget.refresh()

    def _offer(self) -> None:
        item, me = self.selected, self.seat.operator
        keys = available(self.scope, me.role, alone=self.view is None)
        self._keys.show(key for key in keys if applies(key.id, item, me.name))

    def _fit(self, width: int, height: int) -> None:
        tiny = width < LEAST[0] or height < LEAST[1]
        self.set_class(tiny, "-tiny")
        self.set_class(not tiny and (width < ROOMY[0] or height < ROOMY[1]), "-compact")
        if tiny:
            text = f"Watchfloor needs {LEAST[0]}×{LEAST[1]}; this is {width}×{height}."
            self._small.show((run(text, "warn"),))


def _panel_of(widget: Widget) -> Panel[object] | None:
    return next((node for node in widget.ancestors_with_self if isinstance(node, Panel)), None)
