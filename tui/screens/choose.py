"""A small menu: one key for each choice."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.screen import ModalScreen

from engine.view import View

from ..widgets.line import Line
from ..widgets.tones import COMPONENTS, Cell, run


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the menu: its key, what it is, and a word about it."""

    key: str
    name: str
    about: str = ""


class Choose(ModalScreen[str | None]):
    """The choices; their keys choose, ``esc`` leaves."""

    COMPONENT_CLASSES = COMPONENTS

    def __init__(self, title: Cell, choices: tuple[Choice, ...]) -> None:
        super().__init__()
        self._title = title
        self._choices = choices

    def compose(self) -> ComposeResult:
        """Title, choices, the way out."""
        with Vertical(id="dialog"):
            yield Line(self._title, id="title")
            width = max([8, *(len(one.name) for one in self._choices)])
            for one in self._choices:
                yield Line((run(f"  {one.key}  ", "accent"), run(f"{one.name:<{width}}  "), run(one.about, "dim")))
            yield Line((run("esc", "accent"), run(" back", "dim")), id="hint")

    def show(self, view: View | None) -> None:
        """News of the engine change nothing here."""

    def on_key(self, event: events.Key) -> None:
        """A choice, or none; any other key does nothing."""
        event.stop()
        if event.key in {one.key for one in self._choices}:
            self.dismiss(event.key)
        elif event.key in {"escape", "ctrl+c"}:
            self.dismiss(None)
