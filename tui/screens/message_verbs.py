"""What the keys do to messages that wait or were given up: one of them, or all that are marked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal, Protocol

from engine.clock import Clock
from engine.commands import MessageTarget, Reprioritise, SteerMessages
from engine.view import MessageView, PersonaView, View

from ..widgets.document import Paragraph, paragraph
from ..widgets.figures import ago, count
from ..widgets.tones import Cell, cell, run
from .ask import Ask, Prompt
from .confirm import Confirm, Question

if TYPE_CHECKING:
    from ..app import ConsoleApp

MOST: Final = 200
"""Most messages that one answer reaches."""
_NAMED: Final = 8
"""So many of several messages are told in a question."""


class Place(Protocol):
    """A screen from which messages are steered."""

    clock: Clock
    view: View | None

    @property
    def console(self) -> ConsoleApp:
        """The application that it belongs to."""

    @property
    def selected(self) -> object | None:
        """The item under the cursor."""

    @property
    def marked(self) -> Sequence[object]:
        """The marked items."""

    def unmark(self) -> None:
        """Take all marks away."""

    def hold(self) -> None:
        """Let the rows hold still while a question is open."""

    def release(self) -> None:
        """The question is answered."""


def chosen(screen: Place) -> tuple[MessageView, ...]:
    """The messages that a verb is meant for: those that are marked, or else the one under the cursor."""
    return tuple(item for item in (screen.marked or (screen.selected,)) if isinstance(item, MessageView))


def move(screen: Place, change: Literal["raise", "lower", "top"]) -> None:
    """Raise, lower, or put to the top."""
    found = _few(screen, _waiting(screen, chosen(screen)))
    if len(found) == 1:
        screen.console.send("queue.reprioritise", Reprioritise(scope="message", id=found[0].id, change=change))
    elif found:
        screen.console.send("message.steer_many", SteerMessages(ids=_ids(found), change=change))


def put(screen: Place) -> None:
    """Ask for a priority, and set it."""
    found = _few(screen, _waiting(screen, chosen(screen)))
    if not found:
        return

    def check(text: str) -> str:
        return "" if text.isascii() and text.isdigit() and int(text) <= 100 else "a number from 0 to 100"

    def deliver(text: str | None) -> None:
        screen.release()
        if text and len(found) == 1:
            arguments = Reprioritise(scope="message", id=found[0].id, change="set", value=int(text))
            screen.console.send("queue.reprioritise", arguments)
        elif text:
            screen.console.send("message.steer_many", SteerMessages(ids=_ids(found), change="set", value=int(text)))

    about = "this message" if len(found) == 1 else f"{len(found)} messages"
    prompt = Prompt(cell(f"Priority of {about}", "strong"), "0 to 100, 100 is first", limit=3, check=check)
    screen.hold()
    screen.console.push_screen(Ask(prompt, screen.clock, screen.view), deliver)


def drop(screen: Place) -> None:
    """Ask once, then drop."""
    found = _few(screen, tuple(one for one in chosen(screen) if one.state in {"pending", "dead"}))
    if not found:
        _say(screen, "Only a message that waits or was given up can be dropped.")
        return

    def deliver(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        if yes:
            screen.unmark()
        screen.release()
        if not yes:
            return
        if len(found) == 1:
            screen.console.send("message.drop", MessageTarget(id=found[0].id))
        else:
            screen.console.send("message.steer_many", SteerMessages(ids=_ids(found), change="drop"))

    screen.hold()
    screen.console.push_screen(Confirm(_dropping(found, screen.clock.now()), screen.clock, screen.view), deliver)


def retry(screen: Place) -> None:
    """Give what was given up all its attempts again."""
    dead = _few(screen, tuple(one for one in chosen(screen) if one.state == "dead"))
    if not dead:
        _say(screen, "Only a message that was given up can be tried again.")
        return
    screen.unmark()
    if len(dead) == 1:
        screen.console.send("message.retry", MessageTarget(id=dead[0].id))
    else:
        screen.console.send("message.steer_many", SteerMessages(ids=_ids(dead), change="retry"))


def write(screen: Place) -> None:
    """Write to the persona that is selected, or to the one whose message is."""
    from .message_write import WriteScreen

    match screen.selected:
        case PersonaView(id=to, name=name):
            pass
        case MessageView(persona=to):
            name = name_of(screen.view, to)
        case _:
            return
    screen.console.push_screen(WriteScreen(to, name, screen.console))


def name_of(view: View | None, persona: str) -> str:
    """How a persona is shown; its id where the view does not have it."""
    return next((one.name for one in (view.personas if view else ()) if one.id == persona), persona)


def _waiting(screen: Place, found: tuple[MessageView, ...]) -> tuple[MessageView, ...]:
    waiting = tuple(one for one in found if one.state == "pending")
    if found and not waiting:
        _say(screen, "Only a message that waits can be moved.")
    return waiting


def _few(screen: Place, found: tuple[MessageView, ...]) -> tuple[MessageView, ...]:
    if len(found) <= MOST:
        return found
    _say(screen, f"{len(found)} rows are marked; at most {MOST} are reached at once.")
    return ()


def _ids(found: Sequence[MessageView]) -> tuple[str, ...]:
    return tuple(one.id for one in found)


def _say(screen: Place, text: str) -> None:
    screen.console.notify(text, markup=False, severity="warning")


def _dropping(found: Sequence[MessageView], now: datetime) -> Question:
    title: Cell
    body: tuple[Paragraph, ...]
    if len(found) == 1:
        one = found[0]
        title = (run("Drop the message of ", "strong"), run(one.sender, "accent", limit=60), run("?", "strong"))
        body = (
            paragraph(one.persona, "to"),
            paragraph(f"{one.priority}, waits {ago(one.arrived_at, now)}", "priority"),
            paragraph(one.text, "text"),
            paragraph("nobody answers it; the journal keeps that you dropped it", "then", tone="warn"),
        )
    else:
        title = cell(f"Drop {count(len(found), 'message')}?", "strong")
        lines = [paragraph(one.text, f"{one.sender} → {one.persona}"[:20]) for one in found[:_NAMED]]
        if len(found) > _NAMED:
            lines.append(paragraph(f"and {len(found) - _NAMED} more", tone="dim"))
        lines.append(paragraph("nobody answers them; the journal keeps that you dropped them", "then", tone="warn"))
        body = tuple(lines)
    return Question(title, body, yes=f"drop {count(len(found), 'message')}", no="keep", void=_still(found))


def _still(found: Sequence[MessageView]) -> Callable[[View | None, datetime], str]:
    """Says why there is nothing left to drop."""
    ids = {one.id for one in found}

    def void(view: View | None, _now: datetime) -> str:
        known = {one.id: one.state for one in (view.inbox.items if view else ()) if one.id in ids}
        if known and len(known) == len(ids) and all(state == "in_progress" for state in known.values()):
            return "it is being answered already"
        return ""

    return void
