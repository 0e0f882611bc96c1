"""One message: its whole text, what became of it and why, its history; and the keys of the inbox for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import work
from textual.binding import Binding, BindingType
from textual.worker import Worker, WorkerState

from engine.errors import WatchfloorError
from engine.queries import MESSAGE, AskMessage, MessageReport
from engine.view import MessageView, View

from ..keymap import BY_ID
from ..widgets.document import paragraph
from ..widgets.figures import span
from ..widgets.notices import broken
from ..widgets.tones import cell, run
from .aging import fade
from .applies import applies
from .message_text import FATES, whole
from .message_verbs import drop, move, put, retry, write
from .reading import Reading

if TYPE_CHECKING:
    from ..app import ConsoleApp

_VERBS: Final[Mapping[str, Callable[[MessageScreen], None]]] = {
    "raise": partial(move, change="raise"),
    "lower": partial(move, change="lower"),
    "top": partial(move, change="top"),
    "set": put,
    "drop": drop,
    "retry": retry,
    "write": write,
}


class MessageScreen(Reading):
    """Everything about one message, told anew whenever there is news."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(",".join(BY_ID[name].keys), f"change('{name}')", show=False, id=f"message_screen.{name}")
        for name in _VERBS
    ]

    def __init__(self, message_id: str, console: ConsoleApp) -> None:
        super().__init__((run("message ", "dim"), run(message_id, "strong")))
        self.clock = console.clock
        self.view: View | None = console.client.view
        self.selected: MessageView | None = None
        self._message_id = message_id
        self._report: MessageReport | None = None
        self._seq = -1
        self._asking = False
        self._held = False
        self._old = 0

    @property
    def console(self) -> ConsoleApp:
        """The application that this screen belongs to."""
        return cast("ConsoleApp", self.app)

    @property
    def marked(self) -> Sequence[object]:
        """Nothing is marked here."""
        return ()

    def unmark(self) -> None:
        """As above."""

    def hold(self) -> None:
        """Let the text hold still while a question is open."""
        self._held = True

    def release(self) -> None:
        """The question is answered."""
        self._held = False
        self.show(self.view)

    def on_mount(self) -> None:
        """Ask."""
        self._old = fade(self, self.view, self.clock.now())
        self.read((paragraph("asking the engine…", tone="dim"),))
        self._seq = self.view.seq if self.view else -1
        self._ask()

    def show(self, view: View | None) -> None:
        """Ask again when there is news; one that waits changes by itself, so it is asked about at every tick."""
        self.view = view
        old = fade(self, view, self.clock.now())
        if old != self._old:
            self._old = old
            self._head()
        waits = self.selected is not None and self.selected.state in {"pending", "in_progress"}
        if view is None or self._held or self._asking or (view.seq == self._seq and not waits):
            return
        self._seq = view.seq
        self._ask()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key works where it fits the message, for whom it says so."""
        if action != "change":
            return True
        key = BY_ID[str(parameters[0])]
        return (
            self.selected is not None
            and applies(key.id, self.selected)
            and key.allows(self.console.client.operator.role)
        )

    def action_change(self, id: str) -> None:  # noqa: A002  # the key's own word
        """Do what a key of the inbox does, to this message."""
        _VERBS[id](self)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error that nobody foresaw is shown in place of the message."""
        if event.state is WorkerState.ERROR:
            self._fail(broken(event.worker.error))

    @work(exit_on_error=False, group="message")
    async def _ask(self) -> None:
        self._asking = True
        try:
            report = await self.console.client.query(MESSAGE, AskMessage(id=self._message_id))
        except WatchfloorError as error:
            self._fail(error)
        else:
            self._tell(report)
        finally:
            self._asking = False

    def _tell(self, report: MessageReport) -> None:
        self._report = report
        self.selected = report.message
        self._head()
        self.read(whole(report, self.clock.now()))
        usable = (BY_ID[name] for name in _VERBS if self.check_action("change", (name,)))
        self.offer((key.shown, key.title) for key in usable)

    def _head(self) -> None:
        report = self._report
        if report is None:
            return
        word, tone = FATES.get(report.why.state, (report.why.state, "text"))
        old = (run(f"data {span(self._old)} old  ", "bad"),) if self._old else ()
        about = cell(report.message.text, "strong", limit=60)
        self.head.show(
            (run("message  ", "dim"), *old, run(word, tone), run("  "), *about, run(f"  {report.message.id}", "dim"))
        )

    def _fail(self, error: WatchfloorError) -> None:
        self.selected = None
        self._report = None
        parts = (("failed", error.what), ("because", error.why), ("do", error.remedy))
        tones = {"failed": "bad"}
        self.read(tuple(paragraph(text, label, tones.get(label, "text")) for label, text in parts if text))
