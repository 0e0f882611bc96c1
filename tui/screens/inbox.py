"""All inboxes: everything that waits, what was given up, and what became of the rest, page by page."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final, Literal, get_args

from textual import work

from engine.errors import WatchfloorError
from engine.queries import INBOX, MESSAGE, AskInbox, AskMessage, InboxPage, MessageReport
from engine.view import MessageView, View

from ..keymap import Scope
from ..panels.inbox import SHAPE
from ..widgets.document import Paragraph, paragraph
from ..widgets.figures import short, span
from ..widgets.tones import run
from .aging import fade
from .applies import applies
from .choose import Choice, Choose
from .message_text import short as in_short
from .message_text import whole
from .message_verbs import drop, move, put, retry, write
from .paged import PagedScreen

if TYPE_CHECKING:
    from ..app import ConsoleApp

State = Literal["waiting", "in_progress", "dead", "done", "declined", "dropped", "merged", "all"]
Order = Literal["urgent", "oldest", "newest"]

PAGE: Final = 200
_STATES: Final[dict[str, tuple[State, str]]] = {
    "w": ("waiting", "in an inbox, not taken up yet"),
    "i": ("in_progress", "a persona is at it"),
    "d": ("dead", "given up after every attempt; u tries again"),
    "a": ("done", "answered"),
    "n": ("declined", "answered with a no"),
    "x": ("dropped", "made room, or dropped by an operator"),
    "m": ("merged", "the same was waiting already"),
    "e": ("all", "everything, the latest change first"),
}
_ORDERS: Final[tuple[Order, ...]] = get_args(Order)


class InboxScreen(PagedScreen[MessageView, AskInbox, InboxPage]):
    """The messages of all inboxes."""

    SCOPE = Scope.INBOXES
    NAME = "Inboxes"
    SHAPE = replace(SHAPE, empty="No message is in this state.  s chooses another; f and esc show all personas again.")
    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "inbox.open": lambda page: page.open(),
        "inbox.state": lambda page: page.choose_state(),
        "inbox.persona": lambda page: page.narrow_to_persona(),
        "inbox.order": lambda page: page.turn_order(),
        "inbox.next": lambda page: page.turn(further=True),
        "inbox.previous": lambda page: page.turn(further=False),
        "mark": lambda page: page.table.mark(),
        "mark.range": lambda page: page.mark_range(),
        "raise": partial(move, change="raise"),
        "lower": partial(move, change="lower"),
        "top": partial(move, change="top"),
        "set": put,
        "drop": drop,
        "retry": retry,
        "write": write,
    }
    LABELS = 10

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__(console, AskInbox(limit=PAGE))
        self._reports: dict[str, MessageReport] = {}
        self._known: set[str] = set()
        self._fetching = ""
        self._old = 0

    def on_mount(self) -> None:
        """What is old already says so; the rest is done as on every screen with a list."""
        self._old = fade(self, self.view, self.now)

    def fits(self, id: str, item: MessageView | None) -> bool:  # noqa: A002  # the key's own word
        """A verb only where it has something to do."""
        special = {
            "inbox.next": self.further,
            "inbox.previous": self.back,
            "inbox.state": True,
            "inbox.order": self.ask.state == "waiting",
            "inbox.persona": item is not None or bool(self.ask.persona),
            "mark": item is not None and item.state in {"pending", "dead"},
        }
        special["mark.range"] = special["mark"]
        if id in special:
            return special[id]
        return super().fits(id, item) and (id not in self.VERBS or applies(id, item))

    async def load(self) -> Sequence[MessageView]:
        """One page."""
        self.answer = await self.console.client.query(INBOX, self.ask)
        return self.answer.items

    def show(self, view: View | None) -> None:
        """What became of messages is asked anew, also where the rows stand still."""
        self._known.clear()
        self._old = fade(self, view, self.now)
        super().show(view)

    def heading(self, items: Sequence[MessageView]) -> tuple[str, ...]:
        """Which messages these are, and how many there are of each sort."""
        ask, page = self.ask, self.answer
        parts = [f"data {span(self._old)} old"] if self._old else []
        parts.append(ask.state.replace("_", " "))
        if ask.persona:
            parts.append(f"only {ask.persona}")
        if ask.state == "waiting":
            parts.append({"urgent": "most urgent first", "oldest": "oldest first", "newest": "newest first"}[ask.order])
        if page is not None:
            counts = f"{short(page.waiting)} waiting, {page.at_hand} at hand, {page.dead} dead"
            parts.append(f"{counts}, {short(page.dropped)} dropped, {short(page.merged)} merged")
        parts += self.place()
        if self.table.rows.marks:
            parts.append(f"✓ {len(self.table.rows.marked)} marked")
        return tuple(parts)

    def explain(self, item: MessageView | None) -> tuple[Paragraph, ...]:
        """What became of the selected message and why; its text."""
        if item is None:
            return ()
        if item.id not in self._known and self._fetching != item.id:
            self._fetching = item.id
            self._fetch(item.id)
        report = self._reports.get(item.id)
        return in_short(item, self.now) if report is None else whole(report, self.now)

    def words(self, item: MessageView) -> str:
        """A message as text, for the clipboard."""
        return f"{item.sender}: {item.text}"

    def widen(self) -> bool:
        """Show all personas again, then what waits."""
        if self.ask.persona:
            self.go(persona="", after="")
        elif self.ask.state != "waiting":
            self.go(state="waiting", after="")
        else:
            return False
        return True

    def open(self) -> None:
        """Open the selected message."""
        from .message import MessageScreen

        if self.selected is not None:
            self.console.push_screen(MessageScreen(self.selected.id, self.console))

    def choose_state(self) -> None:
        """Ask which messages to show."""
        choices = tuple(Choice(key, state.replace("_", " "), about) for key, (state, about) in _STATES.items())

        def chosen(key: str | None) -> None:
            if key is not None:
                self.go(state=_STATES[key][0], after="")

        self.console.push_screen(Choose((run("Which messages?", "strong"),), choices), chosen)

    def narrow_to_persona(self) -> None:
        """Show only the selected message's persona, or all again."""
        if self.ask.persona:
            self.go(persona="", after="")
        elif self.selected is not None:
            self.go(persona=self.selected.persona, after="")

    def turn_order(self) -> None:
        """The next order."""
        following = _ORDERS[(_ORDERS.index(self.ask.order) + 1) % len(_ORDERS)]
        self.go(order=following, after="")

    def go(self, **changes: object) -> None:
        """Ask for something else, and anew about each message."""
        self._known.clear()
        super().go(**changes)

    @work(exclusive=True, exit_on_error=False, group="explain")
    async def _fetch(self, message_id: str) -> None:
        try:
            report = await self.console.client.query(MESSAGE, AskMessage(id=message_id))
        except WatchfloorError as error:
            if self.selected is not None and self.selected.id == message_id:
                self.text.show((paragraph(error.sentence(), "failed", tone="bad"),))
            return
        finally:
            if self._fetching == message_id:
                self._fetching = ""
            self._known.add(message_id)
        # Only what is looked at is kept.
        self._reports = {message_id: report}
        if self._loaded:
            self._tell()
