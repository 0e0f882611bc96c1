"""Asks for several lines of text at once: the particulars of a goal or a task."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from engine.clock import Clock
from engine.view import View

from ..widgets.arming import Arming
from ..widgets.line import Line
from ..widgets.tones import COMPONENTS, Cell, cell, run


@dataclass(frozen=True, slots=True)
class Field:
    """One line to fill in.

    Attributes:
        id: its name in the answer.
        label: its name for people.
        hint: what it may hold; shown while it has the cursor.
        initial: what stands there already.
        limit: most characters.
    """

    id: str
    label: str
    hint: str = ""
    initial: str = ""
    limit: int = 200


@dataclass(frozen=True, slots=True)
class Sheet:
    """What to ask for.

    Attributes:
        title: what it is for.
        fields: the lines, in order.
        check: says what is wrong with the whole, and in which field; an empty text where it will do.
    """

    title: Cell
    fields: tuple[Field, ...]
    check: Callable[[Mapping[str, str]], tuple[str, str]] = lambda _values: ("", "")


class Form(ModalScreen[dict[str, str] | None]):
    """Lines to type in; ``tab`` and the arrows go about, ``enter`` goes on and from the last line is done."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,ctrl+c", "leave", "back", show=False),
        Binding("tab,down", "step(1)", "next line", show=False, priority=True),
        Binding("shift+tab,up", "step(-1)", "line before", show=False, priority=True),
        # Not left to the line itself, which would tell of it later: what is typed next belongs to the next line.
        Binding("enter", "next", "next line, or done", show=False, priority=True),
        Binding("ctrl+s", "finish", "done", show=False, priority=True),
    ]

    COMPONENT_CLASSES = COMPONENTS

    def __init__(self, sheet: Sheet, clock: Clock) -> None:
        super().__init__()
        self._sheet = sheet
        self._arming = Arming(clock)
        self._inputs = [
            Input(field.initial, max_length=field.limit, compact=True, id=f"field-{field.id}") for field in sheet.fields
        ]
        self._hint = Line(id="hint")
        self._problem = ""

    def compose(self) -> ComposeResult:
        """Title, the lines, what the present one is for."""
        with Vertical(id="dialog"):
            yield Line(self._sheet.title, id="title")
            for field, box in zip(self._sheet.fields, self._inputs, strict=True):
                box.cursor_blink = False
                with Horizontal(classes="field"):
                    yield Line(cell(field.label, "dim"), classes="label")
                    yield box
            yield self._hint

    def on_mount(self) -> None:
        """Ready to type; an answer counts once the question could be read."""
        self.set_focus(self._inputs[0])
        self._tell()
        self.call_after_refresh(self._arming.painted)

    def show(self, view: View | None) -> None:
        """News of the engine change nothing here."""

    def action_leave(self) -> None:
        """No answer."""
        self.dismiss(None)

    def action_step(self, by: int) -> None:
        """To another line."""
        self._problem = ""
        self.set_focus(self._inputs[(self._place + by) % len(self._inputs)])
        self._tell()

    def action_finish(self) -> None:
        """Done, if it will do; what was typed before is still on its way into the lines."""
        self._after(tuple(self._inputs))

    def _after(self, boxes: tuple[Input, ...]) -> None:
        if boxes:
            boxes[0].call_later(self._after, boxes[1:])
        else:
            self._finish()

    def _finish(self) -> None:
        values = {field.id: box.value.strip() for field, box in zip(self._sheet.fields, self._inputs, strict=True)}
        problem, where = self._sheet.check(values)
        if problem:
            wrong = next((number for number, field in enumerate(self._sheet.fields) if field.id == where), 0)
            self._problem = problem
            self.set_focus(self._inputs[wrong])
            self._tell()
        elif self._arming.armed:
            self.dismiss(values)

    def action_next(self) -> None:
        """On to the next line, or done."""
        if self._place == len(self._inputs) - 1:
            self.action_finish()
        else:
            self.action_step(1)

    def on_input_changed(self, event: Input.Changed) -> None:
        """What was wrong may be right now."""
        event.stop()
        self._problem = ""
        self._tell()

    def on_descendant_focus(self) -> None:
        """A click can go to another line too."""
        self._tell()

    @property
    def _place(self) -> int:
        return next((number for number, box in enumerate(self._inputs) if box.has_focus), 0)

    def _tell(self) -> None:
        last = self._place == len(self._inputs) - 1
        keys = (
            run("⏎", "accent"),
            run(" done  " if last else " next  ", "dim"),
            run("ctrl+s", "accent"),
            run(" done  ", "dim"),
            run("esc", "accent"),
            run(" back  ", "dim"),
        )
        hint = self._sheet.fields[self._place].hint
        problem = self._problem
        self._hint.show((*keys, run(f"✕ {problem}" if problem else hint, "bad" if problem else "dim")))
