"""Asks for a line of text: a reason, a message, a number, a filter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input

from engine.clock import Clock
from engine.view import View

from ..widgets.arming import Arming
from ..widgets.line import Line
from ..widgets.tones import COMPONENTS, Cell, run
from .confirm import always


@dataclass(frozen=True, slots=True)
class Prompt:
    """What to ask for.

    Attributes:
        title: what the text is for.
        hint: who will read it, or what it may hold.
        initial: what stands there already.
        needed: an empty text is no answer.
        check: says what is wrong with a text; empty where it will do.
        void: says why the question no longer stands; empty while it does.
        at_once: changes only what is seen, so that an answer counts from the first moment.
    """

    title: Cell
    hint: str
    initial: str = ""
    needed: bool = True
    limit: int = 2_000
    check: Callable[[str], str] = lambda _text: ""
    void: Callable[[View | None, datetime], str] = always
    at_once: bool = False


class Ask(ModalScreen[str | None]):
    """A line to type in. ``esc`` leaves without an answer."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,ctrl+c", "leave", "back", show=False)]

    COMPONENT_CLASSES = COMPONENTS

    def __init__(self, prompt: Prompt, clock: Clock, view: View | None) -> None:
        super().__init__()
        self._prompt = prompt
        self._clock = clock
        self._view = view
        self._arming = Arming(clock)
        self._hint = Line(id="hint")

    def compose(self) -> ComposeResult:
        """Title, the line, what it is for."""
        with Vertical(id="dialog"):
            yield Line(self._prompt.title, id="title")
            box = Input(self._prompt.initial, max_length=self._prompt.limit, compact=True)
            box.cursor_blink = False
            yield box
            yield self._hint

    def on_mount(self) -> None:
        """Ready to type; the answer counts once the question could be read."""
        self._tell()
        self.query_one(Input).focus()
        self.call_after_refresh(self._arming.painted)

    def show(self, view: View | None) -> None:
        """The engine has news: the question may no longer stand."""
        self._view = view
        self._tell()

    def action_leave(self) -> None:
        """No answer."""
        self.dismiss(None)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """An answer, if it is one."""
        event.stop()
        text = event.value.strip()
        problem = self._prompt.void(self._view, self._clock.now())
        if not problem and self._prompt.needed and not text:
            problem = "a text is needed"
        problem = problem or (self._prompt.check(text) if text else "")
        if problem:
            self._tell(problem)
        elif self._prompt.at_once or self._arming.armed:
            self.dismiss(text)

    def _tell(self, problem: str = "") -> None:
        problem = problem or self._prompt.void(self._view, self._clock.now())
        answers = (run("⏎", "accent"), run(" done  ", "dim"), run("esc", "accent"), run(" back  ", "dim"))
        self._hint.show((*answers, run(f"✕ {problem}" if problem else self._prompt.hint, "bad" if problem else "dim")))
