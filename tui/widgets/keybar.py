"""The last line: the keys that do something here and now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from textual import events
from textual.message import Message
from textual.strip import Strip

from ..keymap import Key
from .tones import Run, Toned, fit, run, width_of

_LAST: Final = ("quit", "help")


class KeyBar(Toned):
    """As many keys as there is room for, the most important first."""

    DEFAULT_CSS = """
    KeyBar { height: 1; dock: bottom; }
    """

    class Pressed(Message):
        """A key of the bar was clicked."""

        def __init__(self, id: str) -> None:  # noqa: A002  # the key's own word
            super().__init__()
            self.id = id

    def __init__(self) -> None:
        super().__init__()
        self._keys: tuple[Key, ...] = ()

    def show(self, keys: Iterable[Key]) -> None:
        """Show these keys, those with a rank only."""
        ranked = tuple(sorted((key for key in keys if key.footer), key=lambda key: key.footer))
        if ranked != self._keys:
            self._keys = ranked
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """The line."""
        width = self.size.width
        runs = [run(" ")]
        for _, part in self._placed(width):
            runs += part
        return self.strip_of(fit(runs, width), width)

    def on_click(self, event: events.Click) -> None:
        """Do what the clicked key does."""
        edge = 1
        for key, part in self._placed(self.size.width):
            edge += width_of(part)
            if event.x < edge:
                self.post_message(self.Pressed(key.id))
                return

    def _placed(self, width: int) -> list[tuple[Key, list[Run]]]:
        # The way out and help always have their place: from there the rest can be found.
        room = width - 2
        parts = [
            (key, [run(key.shown.split(" ", maxsplit=1)[0], "accent"), run(f" {key.title}  ", "dim")])
            for key in self._keys
        ]
        last = [part for name in _LAST for part in parts if part[0].id == name]
        room -= sum(width_of(part) for _, part in last)
        placed: list[tuple[Key, list[Run]]] = []
        for key, part in parts:
            if key.id in _LAST:
                continue
            if width_of(part) > room:
                break
            placed.append((key, part))
            room -= width_of(part)
        return placed + last
