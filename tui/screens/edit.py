"""Changes an action's arguments: field by field, or as JSON. Nothing leaves this screen that is not strict JSON."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar, Final

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.widgets import Input, TextArea

from engine.canonical import JsonError
from engine.view import ApprovalView, View

from ..widgets.line import Line
from ..widgets.rows import Column, Shape
from ..widgets.table import RowTable
from ..widgets.tones import COMPONENTS, Cell, cell, run
from .decide import still_open, title
from .draft import WHOLE, Field, composed, fields_of, problem, same, whole_of, with_text

if TYPE_CHECKING:
    from ..app import ConsoleApp

_MOST: Final = 6
"""Most fields that are listed at once."""


@dataclass(frozen=True, slots=True)
class Edited:
    """What an operator made of the arguments.

    Attributes:
        arguments: as JSON text.
        reason: why, for the proposer.
    """

    arguments: str
    reason: str


def _cells(field: Field, _now: datetime) -> tuple[Cell, ...]:
    wrong = problem(field)
    state = cell(f"✕ {wrong}", "bad") if wrong else cell("± changed", "warn") if field.changed else ()
    shown = " ↵ ".join(field.text.split("\n"))
    return (
        cell(field.name or "all of them, as JSON", "strong"),
        cell("text" if field.plain else "JSON", "dim"),
        cell(shown, "dim"),
        state,
    )


SHAPE: Final = Shape(
    columns=(Column(8, most=24), Column(4), Column(10, flex=2), Column(0, most=46)),
    key=lambda field: field.name or "*",
    cells=_cells,
    empty="no arguments: ctrl+t writes them as JSON",
)


class EditScreen(Screen[Edited | None], inherit_bindings=False):
    """The fields, the text of one of them, a word why. ``ctrl+s`` shows the difference, ``esc`` leaves.

    Args:
        action: the whole action.
        console: the application.
        draft: what was written before, where an operator comes back.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s,f2", "done", "done", show=False, priority=True),
        Binding("ctrl+t", "turn", "JSON or fields", show=False, priority=True),
        Binding("tab", "step(1)", "next field", show=False, priority=True),
        Binding("shift+tab", "step(-1)", "field before", show=False, priority=True),
        Binding("escape", "leave", "back", show=False, priority=True),
    ]
    AUTO_FOCUS = ""
    COMPONENT_CLASSES = COMPONENTS

    def __init__(self, action: ApprovalView, console: ConsoleApp, draft: Edited | None = None) -> None:
        super().__init__()
        self._action = action
        self._clock = console.clock
        self._view = console.client.view
        self._void: Callable[[View | None, datetime], str] = still_open(action)
        self._fields = _against(action, draft.arguments) if draft else fields_of(action.arguments)
        self._at = 0
        self._complaint = ""
        self._leaving = False
        self._table: RowTable[Field] = RowTable(SHAPE)
        self._table.can_focus = False
        self._box = TextArea(soft_wrap=True, tab_behavior="focus", compact=True, id="text")
        self._box.cursor_blink = False
        self._why = Input(draft.reason if draft else "", max_length=2_000, compact=True, id="why")
        self._why.cursor_blink = False
        self._head = Line(id="title")
        self._hint = Line(id="hint")
        self._keys = Line(id="keys")

    @property
    def fields(self) -> Sequence[Field]:
        """The fields as they are now."""
        return self._fields

    def compose(self) -> ComposeResult:
        """Title, fields, text, reason, what is wrong, keys."""
        yield self._head
        yield self._table
        yield self._box
        with Vertical(id="reason"):
            yield Line(cell("why, for the proposer; may be empty", "dim"))
            yield self._why
        yield self._hint
        yield self._keys

    def on_mount(self) -> None:
        """Ready to type."""
        self._load()
        self._box.focus()
        self._tell()

    def show(self, view: View | None) -> None:
        """The engine has news: the action may have changed or been decided meanwhile."""
        self._view = view
        self._tell()

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        """A field has another text."""
        event.stop()
        if self._fields and self._box.text != self._fields[self._at].text:
            self._fields = with_text(self._fields, self._at, self._box.text)
            self._complaint, self._leaving = "", False
            self._tell()

    def on_input_changed(self) -> None:
        """A reason is being typed."""
        self._leaving = False

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """The reason is the last line."""
        event.stop()
        self.action_done()

    def on_row_table_moved(self, event: RowTable.Moved) -> None:
        """A click chooses a field."""
        event.stop()
        if self._table.rows.index not in {-1, self._at}:
            self._go(self._table.rows.index)

    def action_step(self, by: int) -> None:
        """To another field; after the last comes the reason."""
        places = len(self._fields) + 1
        now = len(self._fields) if self._why.has_focus else self._at
        to = (now + by) % places
        if to == len(self._fields):
            self._why.focus()
            self._tell()
        else:
            self._go(to)

    def action_turn(self) -> None:
        """From fields to one JSON text, or back."""
        try:
            text = composed(self._fields)
        except JsonError as error:
            self._complaint = error.why
            self._tell()
            return
        if self._fields and self._fields[0].name == WHOLE:
            self._fields = _against(self._action, text)
        else:
            (before,) = whole_of(self._action.arguments)
            self._fields = tuple(_since(field, before) for field in whole_of(text))
        self._at = 0
        self._load()
        self._box.focus()
        self._tell()

    def action_done(self) -> None:
        """Show what changes, if it is strict JSON and anything does."""
        try:
            text = composed(self._fields)
        except JsonError as error:
            self._complaint = error.why
        else:
            if same(text, self._action.arguments):
                self._complaint = "nothing is changed yet"
            elif not self._gone():
                self.dismiss(Edited(text, self._why.value.strip()))
                return
        self._tell()

    def action_leave(self) -> None:
        """Back; what was typed is lost, so a second time is asked for."""
        if self._leaving or not (self._why.value or any(field.changed for field in self._fields)):
            self.dismiss(None)
            return
        self._leaving, self._complaint = True, "what you typed would be lost: esc once more leaves"
        self._tell()

    def _go(self, index: int) -> None:
        self._at = index
        self._complaint = ""
        self._load()
        self._box.focus()
        self._tell()

    def _load(self) -> None:
        field = self._fields[self._at] if self._fields else Field("", "", plain=True, before="")
        self._box.read_only = not self._fields
        self._box.show_line_numbers = not field.plain
        self._box.load_text(field.text)

    def _gone(self) -> str:
        return self._void(self._view, self._clock.now())

    def _tell(self) -> None:
        now = self._clock.now()
        self._table.styles.height = max(1, min(_MOST, len(self._fields)))
        self._table.show(self._fields, now)
        if self._fields and self._table.rows.index != self._at:
            self._table.move_to(self._at)
        self._head.show(title("Edit", self._action, now))
        field = self._fields[self._at] if self._fields else None
        wrong = self._gone() or self._complaint or (problem(field) if field else "")
        ready = (run("the guardrails judge it again; you are then asked about the new revision", "dim"),)
        self._hint.show((run(f"✕ {wrong}", "bad"),) if wrong else ready)
        turn = "fields" if field is not None and field.name == WHOLE else "all as JSON"
        keys = (("ctrl+s", "show the difference"), ("tab", "next field"), ("ctrl+t", turn), ("esc", "back"))
        self._keys.show(tuple(part for key, what in keys for part in (run(key, "accent"), run(f" {what}  ", "dim"))))


def _against(action: ApprovalView, arguments: str) -> tuple[Field, ...]:
    """Arguments as fields, each with what stands in the action as what was before."""
    before = {field.name: field for field in fields_of(action.arguments)}
    return tuple(_since(field, before.get(field.name)) for field in fields_of(arguments))


def _since(field: Field, before: Field | None) -> Field:
    return Field(field.name, field.text, field.plain, before.text if before else "")
