"""A full screen with one list, and everything there is to say about the row under its cursor."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar, cast

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.screen import Screen
from textual.worker import Worker, WorkerState

from engine.clock import Clock
from engine.errors import WatchfloorError
from engine.operators import Role
from engine.view import View

from ..keymap import BY_ID, Scope, available, bindings_of
from ..widgets.document import Document, Paragraph
from ..widgets.keybar import KeyBar
from ..widgets.line import Line
from ..widgets.notices import broken
from ..widgets.rows import Shape
from ..widgets.table import RowTable
from ..widgets.title import Title
from ..widgets.tones import COMPONENTS, cell, run
from .ask import Ask, Prompt
from .unused import tell_unused

if TYPE_CHECKING:
    from ..app import ConsoleApp

T = TypeVar("T")

_MOVES: Final[Mapping[str, Callable[[PageScreen[Any]], object]]] = {
    "down": lambda page: page.table.move(1),
    "up": lambda page: page.table.move(-1),
    "first": lambda page: page.table.move_to_top(),
    "last": lambda page: page.table.move_to(-1),
    "page.down": lambda page: page.table.move(max(1, page.table.size.height // 2)),
    "page.up": lambda page: page.table.move(-max(1, page.table.size.height // 2)),
    "match.next": lambda page: page.table.move(1, wrap=True),
    "match.previous": lambda page: page.table.move(-1, wrap=True),
    "payload.down": lambda page: page.text.move(1),
    "payload.up": lambda page: page.text.move(-1),
    "filter": lambda page: page.ask_filter(),
    "copy": lambda page: page.copy(),
    "zoom": lambda page: page.toggle_class("-zoomed"),
    "back": lambda page: page.leave(),
    "quit": lambda page: page.dismiss(None),
    "repaint": lambda page: page.console.action_repaint(),
    "help": lambda page: page.help(),
}


class PageScreen(Screen[None], Generic[T], inherit_bindings=False):
    """A title, a list, the text about the selected row, and the keys. It asks the engine again when there is news.

    Subclasses name their ``SCOPE``, ``NAME``, ``SHAPE`` and the ``VERBS`` of their own, and say what to ``load`` and
    how to ``explain`` a row. Their keys stand in the key table with that scope.
    """

    SCOPE: ClassVar[Scope]
    NAME: ClassVar[str]
    SHAPE: ClassVar[Shape[Any]]
    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {}
    LABELS: ClassVar[int] = 16
    """Columns of the labels in the text."""
    COMPONENT_CLASSES = COMPONENTS
    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = []

    def __init_subclass__(cls, **arguments: Any) -> None:
        # Bindings are merged when the class is made, so they have to stand before Textual looks.
        if "SCOPE" in cls.__dict__:
            cls.BINDINGS = bindings_of(cls.SCOPE)
        super().__init_subclass__(**arguments)

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__()
        self.clock: Clock = console.clock
        self.view: View | None = console.client.view
        self.head = Title(cell(self.NAME, "strong"), id="title")
        self.table: RowTable[T] = RowTable(self.SHAPE)
        self.text: Document = Document(label_width=self.LABELS, id="about")
        self.trouble = Line(id="trouble")
        self._keys = KeyBar()
        self._items: Sequence[T] = ()
        self._seq = -1
        self._loading = False
        self._again = False
        self._loaded = False
        self._held = False
        self._told = ""

    @property
    def console(self) -> ConsoleApp:
        """The application that this screen belongs to."""
        return cast("ConsoleApp", self.app)

    @property
    def role(self) -> Role:
        """What whoever sits here may do."""
        return self.console.client.operator.role

    @property
    def selected(self) -> T | None:
        """The row under the cursor."""
        return self.table.current

    @property
    def now(self) -> datetime:
        """The time."""
        return self.clock.now()

    async def load(self) -> Sequence[T]:
        """Ask the engine for the rows.

        Raises:
            WatchfloorError: it cannot tell.
        """
        raise NotImplementedError

    def explain(self, item: T | None) -> tuple[Paragraph, ...]:
        """All there is to say about the selected row, or about there being none."""
        raise NotImplementedError

    def heading(self, items: Sequence[T]) -> tuple[str, ...]:
        """What follows the name in the title."""
        return (str(len(items)),)

    def fits(self, id: str, item: T | None) -> bool:  # noqa: A002  # the key's own word
        """Whether a key of this screen has something to do with the selected row."""
        return id not in self.VERBS or item is not None

    def words(self, item: T) -> str:
        """A row as text, for the clipboard."""
        return "\n".join(f"{part.label.text} {part.text.text}".strip() for part in self.explain(item))

    def compose(self) -> ComposeResult:
        """Title, list, text, keys."""
        yield self.head
        yield self.table
        yield self.text
        yield self.trouble
        yield self._keys

    def on_mount(self) -> None:
        """Ask."""
        self.table.empty("asking the engine…")
        self.table.show((), self.now)
        self.table.focus(scroll_visible=False)
        self._offer()
        self.refresh_rows()

    def show(self, view: View | None) -> None:
        """The engine has news, or time has passed."""
        self.view = view
        if view is not None and view.seq != self._seq:
            self.refresh_rows()
        elif self._loaded:
            self.paint()

    def refresh_rows(self) -> None:
        """Ask for the rows again; while an answer is awaited, once more after it."""
        if self._held or self._loading:
            self._again = True
            return
        self._loading, self._again = True, False
        self._seq = self.view.seq if self.view else -1
        self._load()

    def paint(self) -> None:
        """Show the rows as they are now."""
        self.table.empty(self.SHAPE.empty)
        self.table.show(self._items, self.now)
        self._tell()

    def hold(self) -> None:
        """Let the list hold still while a question is open."""
        self._held = True
        self.table.hold()

    def release(self) -> None:
        """The question is answered."""
        self._held = False
        self.table.release()
        self.refresh_rows()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key works where its table says so, for whom it says so, on what it fits."""
        if action != "verb":
            return True
        key = BY_ID[str(parameters[0])]
        return key.works_in(self.SCOPE) and key.allows(self.role) and self.fits(key.id, self.selected)

    def on_key(self, event: events.Key) -> None:
        """A key that does nothing here says why."""
        tell_unused(self, event, self.SCOPE, self.role, self.selected)

    def action_verb(self, id: str) -> None:  # noqa: A002  # the key's own word
        """Do what a key stands for."""
        from .halting import halt
        from .rolling import roll_back
        from .save import save

        everywhere = {"halt": halt, "rollout.back": roll_back, "save": save}
        (self.VERBS.get(id) or everywhere.get(id) or _MOVES[id])(self)

    def ask_filter(self) -> None:
        """Ask which rows to show."""
        prompt = Prompt(
            title=cell(f"Filter {self.NAME.lower()}", "strong"),
            hint="words · !not · field:value · empty shows all",
            initial=self.table.rows.expression,
            needed=False,
            limit=200,
            at_once=True,
        )
        self.console.push_screen(Ask(prompt, self.clock, self.view), self._narrow)

    def copy(self) -> None:
        """Send the selected row to the terminal's clipboard."""
        from .moves import send_to_clipboard

        if self.selected is not None:
            send_to_clipboard(self.console, self.words(self.selected))

    def help(self) -> None:
        """Show every key."""
        from .help import HelpScreen

        self.console.push_screen(HelpScreen(self.role, self.SCOPE))

    def leave(self) -> None:
        """End the filter, else go back to where the operator came from."""
        if self.table.rows.expression:
            self._narrow("")
        else:
            self.dismiss(None)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error that nobody foresaw is shown, and the screen goes on."""
        if event.state is WorkerState.ERROR:
            self._fail(broken(event.worker.error))

    @work(exit_on_error=False, group="page")
    async def _load(self) -> None:
        try:
            self._items = await self.load()
        except WatchfloorError as error:
            self._fail(error)
        else:
            self._loaded = True
            self.trouble.show(())
            if not self._held:
                self.paint()
        finally:
            self._loading = False
        if self._again:
            # News that came meanwhile waits for the console's next tick: one question at a time, at most one a second.
            self._seq = -1

    def _fail(self, error: WatchfloorError) -> None:
        self.table.empty("")
        self.trouble.show((run("✕ ", "bad"), run(error.sentence(), "bad")))

    def _narrow(self, text: str | None) -> None:
        if text is not None:
            self.table.narrow(text)
            self._tell()

    @on(RowTable.Moved)
    def _moved(self) -> None:
        self._tell()

    @on(KeyBar.Pressed)
    def _pressed(self, event: KeyBar.Pressed) -> None:
        if self.check_action("verb", (event.id,)):
            self.action_verb(event.id)

    def _tell(self) -> None:
        item = self.selected
        known = "" if item is None else self.SHAPE.key(item)
        self.text.show(self.explain(item), top=known != self._told)
        self._told = known
        rows = self.table.rows
        parts = list(self.heading(self._items))
        if rows.expression:
            parts.append(f"/{rows.expression} · {len(rows.shown)} of {rows.total}")
        if rows.newcomers:
            parts.append(f"+{rows.newcomers} new, held")
        self.head.show((run(self.NAME, "strong"), *(run(f" · {part}", "dim") for part in parts)))
        self._offer()

    def _offer(self) -> None:
        item = self.selected
        self._keys.show(key for key in available(self.SCOPE, self.role) if self.fits(key.id, item))
