"""Panel 3: what waits for the personas, the most urgent first."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engine.view import MessageView, View

from ..keymap import Scope, shown
from ..widgets.figures import ago, short
from ..widgets.order import Order
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .base import Panel


def standing(message: MessageView) -> Cell:
    """What a message is at, where it does not simply wait for the first time."""
    match message.state:
        case "in_progress":
            return cell("▸ at it" if message.attempts < 2 else f"▸ at it ×{message.attempts}", "accent")
        case "dead":
            return cell("✕ dead", "bad")
        case "pending" if message.held_for:
            return cell(f"after {', '.join(message.held_for)}", "warn")
        case "pending" if message.attempts:
            return cell(f"again ×{message.attempts}", "warn")
        case "pending":
            return cell(f"+{message.merged} merged" if message.merged else "", "dim")
        case other:
            return cell(other, "dim")


def urgency(message: MessageView) -> Cell:
    """The effective priority, and what moves it: waiting, or an operator."""
    tone = "bad" if message.priority >= 90 else "warn" if message.priority >= 70 else "text"
    mark = "»" if message.pinned else "↑" if message.rising else " "
    return (run(f"{message.priority:>3}", tone if message.state != "dead" else "dim"), run(mark, "accent"))


def age(message: MessageView) -> datetime:
    """When it was written, as far as that is known."""
    return message.sent_at or message.arrived_at


def _cells(message: MessageView, now: datetime) -> tuple[Cell, ...]:
    return (
        urgency(message),
        cell(message.persona, "strong"),
        cell(message.text),
        cell(f"#{message.channel}" if message.channel else "", "dim"),
        standing(message),
        cell(message.sender, "text" if message.sender_kind in {"human", "operator"} else "dim"),
        cell(ago(message.arrived_at, message.ended_at or now), "dim"),
        cell(f"{ago(age(message), now)} old", "dim"),
    )


SHAPE: Final[Shape[MessageView]] = Shape(
    columns=(
        Column(4),
        Column(6, most=8),
        Column(18, flex=1),
        Column(0, most=16, wide=92),
        Column(0, most=10, wide=58),
        Column(3, most=8),
        Column(2, most=4, right=True, fleeting=True),
        Column(7, most=8, right=True, fleeting=True, wide=110),
    ),
    key=lambda message: message.id,
    cells=_cells,
    empty='Nothing waits.  Write to a persona: 1, choose one, m — or  watchfloor send helper "hello"',
    orders=(
        Order("oldest", lambda message: (message.arrived_at.timestamp(),)),
        Order("newest", lambda message: (-message.arrived_at.timestamp(),)),
        Order("persona", lambda message: (message.persona,)),
    ),
)


class InboxPanel(Panel[MessageView]):
    """The inboxes."""

    SCOPE = Scope.INBOX
    NUMBER = 3
    NAME = "Inbox"

    def __init__(self) -> None:
        super().__init__(SHAPE)

    def items(self, view: View) -> tuple[MessageView, ...]:
        """The messages that wait."""
        return view.inbox.items

    def heading(self, view: View, now: datetime) -> tuple[str, ...]:
        """How many wait."""
        total = view.inbox.total
        shown = sum(message.state == "pending" for message in view.inbox.items)
        parts = [f"{shown} of {short(total)} waiting" if total > shown else f"{total} waiting"] if total else []
        crowded = sum(persona.overloaded for persona in view.personas)
        if crowded:
            parts.append(f"▲ {crowded} overloaded")
        return tuple(parts)

    def footnote(self, view: View, now: datetime) -> Cell:
        """What did not get through."""
        inbox = view.inbox
        runs = [
            run(f"dropped {inbox.dropped}", "warn" if inbox.dropped else "dim"),
            run(f" · merged {inbox.merged} · ", "dim"),
            run(f"dead {inbox.dead}", "bad" if inbox.dead else "dim"),
        ]
        if inbox.dead or inbox.total > len(inbox.items):
            runs.append(run(f" · {shown('page.inbox')} shows all", "dim"))
        return tuple(runs)

    def summary(self, view: View, now: datetime) -> Cell:
        """How many wait and the most urgent."""
        if not view.inbox.items:
            return cell("nothing waits", "dim")
        first = view.inbox.items[0]
        return (run(f"{short(view.inbox.total)} waiting · top {first.priority} "), run(first.text, "dim"))
