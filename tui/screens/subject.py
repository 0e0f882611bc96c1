"""A screen that reads one thing: asked for when it opens, and again when there is news of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar, cast

from textual import work
from textual.binding import Binding
from textual.worker import Worker, WorkerState

from engine.errors import WatchfloorError
from engine.view import View

from ..keymap import BY_ID
from ..widgets.document import Paragraph, paragraph
from ..widgets.notices import broken
from ..widgets.tones import Cell
from .aging import fade
from .applies import applies
from .reading import Reading

if TYPE_CHECKING:
    from ..app import ConsoleApp

T = TypeVar("T")


def failure(error: WatchfloorError) -> tuple[Paragraph, ...]:
    """An error in place of what was asked for."""
    parts = (("failed", error.what), ("because", error.why), ("do", error.remedy))
    tones = {"failed": "bad"}
    return tuple(paragraph(text, label, tones.get(label, "text")) for label, text in parts if text)


def verb_keys(verbs: Iterable[str], screen: str) -> list[Binding]:
    """The bindings of the verbs of such a screen; its name makes them its own."""
    return [
        Binding(",".join(BY_ID[name].keys), f"change('{name}')", show=False, id=f"{screen}.{name}") for name in verbs
    ]


class Subject(Reading, Generic[T]):
    """Subclasses ``load`` the thing, show it, and keep it in ``selected`` for their ``VERBS``.

    Args:
        title: what stands in the title until the thing is there.
        console: the application.
        label_width: columns of the labels in the text.
    """

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {}
    """What can be done to it, by the keys' ids."""

    def __init__(self, title: Cell, console: ConsoleApp, *, label_width: int = 20) -> None:
        super().__init__(title, label_width=label_width)
        self.clock = console.clock
        self.view: View | None = console.client.view
        self.selected: T | None = None
        self._seq = -1
        self._asking = False
        self._again = False
        self._held = False

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
        self.ask()

    def on_mount(self) -> None:
        """Ask."""
        fade(self, self.view, self.clock.now())
        self.read((paragraph("asking the engine…", tone="dim"),))
        self.ask()

    def show(self, view: View | None) -> None:
        """Ask again when there is news, one question at a time."""
        self.view = view
        fade(self, view, self.clock.now())
        if view is not None and not self._held and not self._asking and self.due(view):
            self.ask()

    def due(self, view: View) -> bool:
        """Whether the thing may have changed since it was asked for."""
        return view.seq != self._seq

    def ask(self) -> None:
        """Ask for the thing; while it is being asked for, once more afterwards."""
        if self._asking:
            self._again = True
            return
        self._asking, self._again = True, False
        self._seq = self.view.seq if self.view is not None else -1
        self._load()

    async def load(self) -> None:
        """Ask the engine, and show what it says.

        Raises:
            WatchfloorError: it cannot tell.
        """
        raise NotImplementedError

    def fail(self, error: WatchfloorError) -> None:
        """Say what failed in place of the thing."""
        self.read(failure(error))

    def fits(self, id: str) -> bool:  # noqa: A002  # the key's own word
        """Whether a verb has something to do."""
        return applies(id, self.selected)

    def offer_verbs(self, *more: tuple[str, str]) -> None:
        """Tell the keys of the verbs that fit, then these."""
        usable = (BY_ID[name] for name in self.VERBS if self.check_action("change", (name,)))
        self.offer((*((key.shown, key.title) for key in usable), *more))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """A key works where it fits, for whom it says so."""
        if action != "change":
            return True
        key = BY_ID[str(parameters[0])]
        return self.selected is not None and self.fits(key.id) and key.allows(self.console.client.operator.role)

    def action_change(self, id: str) -> None:  # noqa: A002  # the key's own word
        """Do what a key does to such a thing elsewhere, to this one."""
        if self.selected is not None:
            self.VERBS[id](self)

    def on_worker_state_changed(self, event: Worker.StateChanged) -> None:
        """An error that nobody foresaw is shown in place of the thing."""
        if event.state is WorkerState.ERROR:
            self.fail(broken(event.worker.error))

    @work(exit_on_error=False, group="subject")
    async def _load(self) -> None:
        try:
            await self.load()
        except WatchfloorError as error:
            self.fail(error)
        finally:
            self._asking = False
        if self._again:
            self.ask()
