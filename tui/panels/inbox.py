"""Panel 3: what waits for the personas, the most urgent first."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from engine.view import MessageView, View

from ..keymap import Scope
from ..widgets.figures import ago, short
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .base import Panel


def _cells(message: MessageView, now: datetime) -> tuple[Cell, ...]:
    tone = "bad" if message.priority >= 90 else "warn" if message.priority >= 70 else "text"
    state = message.state if message.state != "pending" else ""
    if message.attempts:
        state = f"{message.state} ×{message.attempts}"
    return (
        (run(f"{message.priority:>3}", tone), run("↑" if message.rising else " ", "accent")),
        cell(message.persona, "strong"),
        cell(message.text),
        cell(f"#{message.channel}" if message.channel else "", "dim"),
        cell(state, "warn" if message.attempts else "dim"),
        cell(message.sender, "text" if message.sender_kind in {"human", "operator"} else "dim"),
        cell(ago(message.arrived_at, now), "dim"),
    )


SHAPE: Final = Shape(
    columns=(
        Column(4),
        Column(6, most=8),
        Column(18, flex=1),
        Column(0, most=16, wide=92),
        Column(0, most=12, wide=70),
        Column(3, most=8),
        Column(2, most=4, right=True, fleeting=True),
    ),
    key=lambda message: message.id,
    cells=_cells,
    empty='Nothing waits.  Write to a persona: 1, choose one, m — or  watchfloor send helper "hello"',
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
        shown, total = len(view.inbox.items), view.inbox.total
        if not total:
            return ()
        return (f"{shown} of {short(total)} waiting" if total > shown else f"{total} waiting",)

    def footnote(self, view: View, now: datetime) -> Cell:
        """What did not get through."""
        inbox = view.inbox
        return (
            run(f"dropped {inbox.dropped}", "warn" if inbox.dropped else "dim"),
            run(f" · merged {inbox.merged} · ", "dim"),
            run(f"dead {inbox.dead}", "bad" if inbox.dead else "dim"),
        )

    def summary(self, view: View, now: datetime) -> Cell:
        """How many wait and the most urgent."""
        if not view.inbox.items:
            return cell("nothing waits", "dim")
        first = view.inbox.items[0]
        return (run(f"{short(view.inbox.total)} waiting · top {first.priority} "), run(first.text, "dim"))
