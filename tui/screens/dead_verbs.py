"""What the keys do to dead letters: the one under the cursor, or all that are marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from engine.commands import DeadLetters
from engine.queries import DeadView

from ..widgets.document import Paragraph, paragraph
from ..widgets.figures import ago, count
from ..widgets.tones import Cell, cell, run
from .confirm import Confirm, Question

if TYPE_CHECKING:
    from .dead import DeadScreen

MOST: Final = 1_000
"""Most dead letters that one answer reaches."""
_NAMED: Final = 8
"""So many of several are told in a question."""


def replay(page: DeadScreen) -> None:
    """Ask once, then give them all their attempts again."""
    then = "the attempts begin anew, and what failed because of it may go on"
    _ask(page, "dead.replay", "Replay", "replay", (paragraph(then, "then"),))


def purge(page: DeadScreen) -> None:
    """Ask, then forget them."""
    then = "the task is gone for good; the journal keeps that it failed and that you purged it"
    _ask(page, "dead.purge", "Purge", "purge", (paragraph(then, "then", tone="warn"),))


def _ask(page: DeadScreen, command: str, verb: str, word: str, then: tuple[Paragraph, ...]) -> None:
    found = tuple(page.marked) or ((page.selected,) if page.selected is not None else ())
    if not found:
        return
    if len(found) > MOST:
        text = f"{len(found)} rows are marked; at most {MOST} are reached at once."
        page.console.notify(text, markup=False, severity="warning")
        return
    title, body = _one(page, verb, found[0]) if len(found) == 1 else _many(verb, found)
    question = Question(title, (*body, *then), yes=f"{word} {count(len(found), 'task')}", no="leave")
    page.hold()
    page.console.push_screen(Confirm(question, page.clock, page.view), _deliver(page, command, found))


def _deliver(page: DeadScreen, command: str, found: tuple[DeadView, ...]) -> Callable[[bool | None], None]:
    def deliver(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
        if yes:
            page.unmark()
        page.release()
        if yes:
            page.console.send(command, DeadLetters(ids=tuple(one.id for one in found)))

    return deliver


def _one(page: DeadScreen, verb: str, item: DeadView) -> tuple[Cell, tuple[Paragraph, ...]]:
    title = (run(f"{verb} ", "strong"), run(item.title, "accent", limit=60), run("?", "strong"))
    body = (
        paragraph(item.type, "type"),
        paragraph(f"{item.attempts}, given up {ago(item.ended_at, page.now)} ago", "attempts"),
        paragraph(item.error or "it does not say why", "reason", "bad"),
    )
    return title, body


def _many(verb: str, found: tuple[DeadView, ...]) -> tuple[Cell, tuple[Paragraph, ...]]:
    lines = [paragraph(f"{one.title}: {one.error}", one.type) for one in found[:_NAMED]]
    if len(found) > _NAMED:
        lines.append(paragraph(f"and {len(found) - _NAMED} more", tone="dim"))
    return cell(f"{verb} {count(len(found), 'dead task')}?", "strong"), tuple(lines)
