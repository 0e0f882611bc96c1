"""The palette: everything that the key table offers, to be found by its words."""

from __future__ import annotations

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from ..keymap import Key, available
from ..safe import content, display
from .main import MainScreen


class KeyProvider(Provider):
    """Offers what works on the first screen now; nothing elsewhere."""

    def _keys(self) -> list[Key]:
        screen = self.screen
        if not isinstance(screen, MainScreen):
            return []
        return [key for key in available(screen.scope, screen.seat.operator.role) if key.id != "palette"]

    async def discover(self) -> Hits:
        """Everything, in the order of the table."""
        for key in self._keys():
            yield DiscoveryHit(content(display(_line(key))), partial(self._run, key), key.title, key.tooltip)

    async def search(self, query: str) -> Hits:
        """What fits the words."""
        matcher = self.matcher(query)
        for key in self._keys():
            line = _line(key)
            if (score := matcher.match(f"{line} {key.tooltip}")) > 0:
                yield Hit(score, content(display(line)), partial(self._run, key), key.title, key.tooltip)

    def _run(self, key: Key) -> None:
        screen = self.screen
        if isinstance(screen, MainScreen) and screen.check_action("verb", (key.id,)):
            screen.action_verb(key.id)


def _line(key: Key) -> str:
    return f"{key.title}  ({key.shown})" if key.keys else key.title
