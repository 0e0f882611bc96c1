"""A screen with one long text to read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar, Final, cast

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.screen import Screen

from engine.view import View

from ..keymap import BY_ID, Scope, shown
from ..widgets.document import Document, Paragraph
from ..widgets.line import Line
from ..widgets.title import Title
from ..widgets.tones import COMPONENTS, Cell, run
from .everywhere import EVERYWHERE, do

if TYPE_CHECKING:
    from ..app import ConsoleApp

_MOVES: Final = {
    "down": "move(1)",
    "up": "move(-1)",
    "payload.down": "move(1)",
    "payload.up": "move(-1)",
    "page.down": "page(1)",
    "page.up": "page(-1)",
    "first": "top",
    "last": "bottom",
    "back": "leave",
    "quit": "leave",
    "repaint": "app.repaint",
}
_TOLD: Final = (
    (("back",), "back"),
    (("down", "up"), "scroll"),
    (("page.down", "page.up"), "page"),
    (("first", "last"), "first, last line"),
)


class Reading(Screen[None], inherit_bindings=False):
    """A title, the text, and the keys to move about in it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(",".join(BY_ID[name].keys), action, show=False, id=f"reading.{name}")
            for name, action in _MOVES.items()
        ),
        *(
            Binding(",".join(BY_ID[name].keys), f"everywhere('{name}')", show=False, id=f"reading.{name}")
            for name in EVERYWHERE
        ),
    ]
    SCOPE: ClassVar[Scope] = Scope.LISTS
    """What the help tells first."""

    COMPONENT_CLASSES = COMPONENTS

    def __init__(self, title: Cell, *, label_width: int = 20) -> None:
        super().__init__()
        self.head = Title(title, id="title")
        self.body = Document(label_width=label_width)
        self._keys = Line(id="keys")
        self.offer(())

    def compose(self) -> ComposeResult:
        """Title, text, keys."""
        yield self.head
        yield self.body
        yield self._keys

    def offer(self, first: Iterable[tuple[str, str]]) -> None:
        """Tell the keys: those that only this screen has, then those of every text."""
        keys = (*first, *((" ".join(map(shown, ids)), what) for ids, what in _TOLD))
        self._keys.show(tuple(part for key, what in keys for part in (run(key, "accent"), run(f" {what}  ", "dim"))))

    def read(self, paragraphs: tuple[Paragraph, ...]) -> None:
        """Show this text."""
        self.body.show(paragraphs)

    def show(self, view: View | None) -> None:
        """The engine has news."""

    def action_move(self, by: int) -> None:
        """Scroll by lines."""
        self.body.move(by)

    def action_page(self, by: int) -> None:
        """Scroll by half pages."""
        self.body.page(by)

    def action_top(self) -> None:
        """To the first line."""
        self.body.move(-1_000_000)

    def action_bottom(self) -> None:
        """To the last line."""
        self.body.move_to_end()

    def action_everywhere(self, id: str) -> None:  # noqa: A002  # the key's own word
        """Do what works on every screen."""
        do(id, cast("ConsoleApp", self.app), self.SCOPE)

    def action_leave(self) -> None:
        """Back to where the reader came from."""
        self.dismiss(None)
