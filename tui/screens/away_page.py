"""All that happened while the operator was away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from engine.queries import AWAY, AskAway, AwayView
from engine.view import ActivityView

from ..keymap import Scope
from ..widgets.document import Paragraph, paragraph
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell
from .away import counts_of, line_of
from .page import PageScreen

LINES: Final = 200
"""Most lines of one digest."""


def _cells(event: ActivityView, _now: datetime) -> tuple[Cell, ...]:
    return (line_of(event), cell(event.kind, "dim"), cell(event.actor, "dim"))


class AwayScreen(PageScreen[ActivityView]):
    """All that happened since the operator last looked, the most important first."""

    SCOPE = Scope.AWAY
    NAME = "While you were away"
    SHAPE = Shape(
        columns=(Column(20, flex=1), Column(20, wide=92), Column(16, wide=110)),
        key=lambda event: str(event.seq),
        cells=_cells,
        empty="Nothing happened that concerns you.",
    )
    digest: AwayView | None = None

    async def load(self) -> Sequence[ActivityView]:
        """The last digest that was told, whole and up to now; else the one since this operator last looked."""
        if self.digest is None:
            client, told = self.console.client, self.console.away.newest
            since = AskAway(operator=client.operator.name) if told is None else AskAway(after=told.after)
            self.digest = await client.query(AWAY, since.model_copy(update={"limit": LINES}))
            self.console.away.close()
        return self.digest.lines

    def heading(self, items: Sequence[ActivityView]) -> tuple[str, ...]:
        """How often what happened."""
        if self.digest is None:
            return ()
        since = (f"since {self.digest.since:%m-%d %H:%M}Z",) if self.digest.since else ()
        return (*since, counts_of(self.digest))

    def explain(self, item: ActivityView | None) -> tuple[Paragraph, ...]:
        """The line, whole."""
        if item is None:
            return ()
        more = self.digest.more if self.digest is not None else 0
        return (
            paragraph(item.text, "what", tone="strong"),
            paragraph(f"{item.at:%Y-%m-%d %H:%M:%S} UTC", "at"),
            paragraph(f"{item.kind} · row {item.seq} · {item.subject}", "event"),
            paragraph(item.actor, "by"),
            *((paragraph(f"{more} more lines; the journal (L) has all of them", "note"),) if more else ()),
        )
