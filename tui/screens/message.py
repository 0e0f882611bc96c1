"""One message: its whole text, what became of it and why, its history; and the keys of the inbox for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual.binding import BindingType

from engine.errors import WatchfloorError
from engine.queries import MESSAGE, AskMessage
from engine.view import MessageView, View

from ..widgets.tones import cell, run
from .message_text import FATES, whole
from .message_verbs import drop, move, put, retry, write
from .subject import Subject, verb_keys

if TYPE_CHECKING:
    from ..app import ConsoleApp

_VERBS: Final[Mapping[str, Callable[[MessageScreen], None]]] = {
    "raise": partial(move, change="raise"),
    "lower": partial(move, change="lower"),
    "top": partial(move, change="top"),
    "set": put,
    "drop": drop,
    "retry": retry,
    "write": write,
}


class MessageScreen(Subject[MessageView]):
    """Everything about one message, told anew whenever there is news."""

    VERBS = _VERBS
    BINDINGS: ClassVar[list[BindingType]] = [*verb_keys(_VERBS, "message_screen")]

    def __init__(self, message_id: str, console: ConsoleApp) -> None:
        super().__init__((run("message ", "dim"), run(message_id, "strong")), console)
        self._message_id = message_id

    def due(self, view: View) -> bool:
        """One that waits changes by itself, so it is asked about at every tick."""
        waits = self.selected is not None and self.selected.state in {"pending", "in_progress"}
        return waits or super().due(view)

    async def load(self) -> None:
        """All there is to say about it."""
        report = await self.console.client.query(MESSAGE, AskMessage(id=self._message_id))
        self.selected = report.message
        word, tone = FATES.get(report.why.state, (report.why.state, "text"))
        about = cell(report.message.text, "strong", limit=60)
        self.head.show(
            (run("message  ", "dim"), run(word, tone), run("  "), *about, run(f"  {report.message.id}", "dim"))
        )
        self.read(whole(report, self.clock.now()))
        self.offer_verbs()

    def fail(self, error: WatchfloorError) -> None:
        """Nothing can be done to what cannot be seen."""
        self.selected = None
        super().fail(error)
