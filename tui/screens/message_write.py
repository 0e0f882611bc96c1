"""Writing to a persona, with its answers in place: each message is followed until something has come of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen
from textual.widgets import Input
from textual.worker import Worker, WorkerState

from engine.commands import MessageTarget, SendMessage
from engine.errors import WatchfloorError
from engine.queries import MESSAGE, AskMessage
from engine.view import View

from ..widgets.arming import Arming
from ..widgets.document import Document, Paragraph, paragraph
from ..widgets.line import Line
from ..widgets.notices import broken
from ..widgets.title import Title
from ..widgets.tones import COMPONENTS, Run, run
from .message_talk import OPEN, PATIENCE_SECONDS, Step, Turn, told

if TYPE_CHECKING:
    from ..app import ConsoleApp

LONGEST: Final = 10_000
"""Most characters of a message that is typed here."""
_CANCELLED: Final = "taken back by who wrote it"


class WriteScreen(Screen[None], inherit_bindings=False):
    """What was said, what is going on with it, and a line to type in.

    Args:
        to: the persona's id.
        name: how it is shown.
        console: the application.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "leave", "back", show=False),
        Binding("ctrl+x", "cancel", "take back", show=False, priority=True),
        Binding("pageup", "page(-1)", show=False, priority=True),
        Binding("pagedown", "page(1)", show=False, priority=True),
        Binding("ctrl+l", "app.repaint", show=False),
    ]
    COMPONENT_CLASSES = COMPONENTS

    def __init__(self, to: str, name: str, console: ConsoleApp) -> None:
        super().__init__()
        self.clock = console.clock
        self.view: View | None = console.client.view
        self.turns: list[Turn] = []
        self.head = Title(id="title")
        self.body = Document(label_width=18, id="talk")
        self._to = to
        self._who = name
        self._me = console.client.operator.name
        self._hint = Line(id="hint")
        self._arming = Arming(console.clock)
        self._asking = False
        self._following = True
        self._trouble = ""

    @property
    def console(self) -> ConsoleApp:
        """The application that this screen belongs to."""
        return cast("ConsoleApp", self.app)

    @property
    def open_turn(self) -> Turn | None:
        """The last message, while it is not answered."""
        last = self.turns[-1] if self.turns else None
        return last if last is not None and last.step in OPEN else None

    def compose(self) -> ComposeResult:
        """Title, what was said, the line, the keys."""
        yield self.head
        yield self.body
        box = Input(max_length=LONGEST, compact=True, placeholder="write, then ⏎")
        box.cursor_blink = False
        yield box
        yield self._hint

    def on_mount(self) -> None:
        """Ready to type."""
        self.paint()
        self.query_one(Input).focus()
        self.call_after_refresh(self._arming.painted)

    def show(self, view: View | None) -> None:
        """The engine has news, or time has passed."""
        self.view = view
        now = self.clock.now()
        for turn in tuple(self.turns):
            if turn.step in OPEN and (now - turn.sent_at).total_seconds() > PATIENCE_SECONDS:
                self._put(turn.given_up())
        self._follow()
        self.paint()

    def paint(self) -> None:
        """Show all as it is now."""
        now = self.clock.now()
        lines = [line for turn in self.turns for line in told(turn, self._me, self._who, now)]
        at_end = self.body.at_end or self._following
        self.body.show(tuple(lines) or self._opening())
        if at_end:
            self.call_after_refresh(self.body.move_to_end)
        self._following = False
        persona = next((one for one in (self.view.personas if self.view else ()) if one.id == self._to), None)
        state: tuple[Run, ...] = ()
        if persona is not None:
            word = "paused" if persona.paused else "resting" if persona.circuit_open else persona.mode
            state = (run(f"  {word} · {persona.mood} · energy {persona.energy} · {persona.waiting} waiting", "dim"),)
        self.head.show((run("Write to ", "strong"), run(self._who, "accent", limit=60), *state))
        if self._trouble:
            self._hint.show((run("✕ ", "bad"), run(self._trouble, "bad")))
            return
        keys = [("⏎", "send"), ("esc", "back; what was sent goes on")]
        if self.open_turn is not None and self.open_turn.step is Step.WAITING:
            keys.insert(1, ("ctrl+x", "take back"))
        self._hint.show(tuple(part for key, what in keys for part in (run(key, "accent"), run(f" {what}  ", "dim"))))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Send what was typed."""
        event.stop()
        text = event.value.strip()
        if not text or not self._arming.armed or (self.turns and self.turns[-1].step is Step.SENDING):
            return
        event.input.clear()
        turn = Turn(text, self.clock.now())
        self.turns.append(turn)
        self._following = True
        self.paint()
        self._send(len(self.turns) - 1, text)

    def action_leave(self) -> None:
        """Back; whatever was sent goes on."""
        self.dismiss(None)

    def action_page(self, by: int) -> None:
        """Scroll what was said."""
        self.body.page(by)

    def action_cancel(self) -> None:
        """Take the last message back, while it waits."""
        turn = self.open_turn
        if turn is None or turn.step is not Step.WAITING or not turn.message_id:
            return
        self._take_back(turn)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error that nobody foresaw is told, and the screen goes on."""
        if event.state is WorkerState.ERROR:
            self.console.complain(broken(event.worker.error))

    @work(exit_on_error=False, group="write")
    async def _send(self, number: int, text: str) -> None:
        turn = self.turns[number]
        try:
            reply = await self.console.client.send("message.send", SendMessage(to=self._to, text=text))
        except WatchfloorError as error:
            self.turns[number] = turn.failed(error)
        else:
            self.turns[number] = turn.taken_in(self._to, reply)
        self._following = True
        self.paint()
        self._follow()

    def _follow(self) -> None:
        """Ask how the open messages stand, one question at a time."""
        if not self._asking and any(turn.step in OPEN for turn in self.turns):
            self._asking = True
            self._look()

    @work(exit_on_error=False, group="follow")
    async def _look(self) -> None:
        try:
            for turn in [one for one in self.turns if one.step in OPEN]:
                report = await self.console.client.query(MESSAGE, AskMessage(id=turn.message_id))
                self._put(turn.seen(report))
        except WatchfloorError as error:
            self._trouble = error.sentence()
        else:
            self._trouble = ""
        finally:
            self._asking = False
        self.paint()

    @work(exit_on_error=False, group="write")
    async def _take_back(self, turn: Turn) -> None:
        try:
            await self.console.client.send("message.drop", MessageTarget(id=turn.message_id, reason=_CANCELLED))
        except WatchfloorError as error:
            self.console.complain(error)
        self._follow()

    def _put(self, turn: Turn) -> None:
        """What is known of a message now; it may have been answered meanwhile."""
        for number, known in enumerate(self.turns):
            if known.message_id == turn.message_id and known.step in OPEN and known.text == turn.text:
                self._following = self._following or known.step is not turn.step
                self.turns[number] = turn

    def _opening(self) -> tuple[Paragraph, ...]:
        return (
            paragraph(
                f"Nothing said here yet. What you write goes through {self._who}'s inbox like any message.", tone="dim"
            ),
        )
