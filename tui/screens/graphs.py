"""Goals that were split into tasks: how far each is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from engine.queries import GRAPHS, AskGraphs, GraphRow

from ..keymap import Scope
from ..widgets.document import Paragraph, paragraph
from ..widgets.figures import ago, bar, count
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell
from .page import PageScreen

_STATES: Final = {
    "open": ("▸ open", "accent"),
    "done": ("✓ done", "good"),
    "failed": ("✕ failed", "bad"),
    "cancelled": ("– cancelled", "dim"),
}
_SHOWN: Final = 500


def _cells(graph: GraphRow, now: datetime) -> tuple[Cell, ...]:
    word, tone = _STATES.get(graph.state, (graph.state, "text"))
    full, empty = bar(100 * graph.done // max(1, graph.total))
    return (
        cell(word, tone),
        cell(full + empty, "dim"),
        cell(f"{graph.done}/{graph.total}", "text"),
        cell(graph.title, "strong"),
        cell(graph.origin, "dim"),
        cell(graph.actor, "dim"),
        cell(ago(graph.created_at, now), "dim"),
    )


class GraphsScreen(PageScreen[GraphRow]):
    """The goals."""

    SCOPE = Scope.GRAPHS
    NAME = "Goals in steps"
    SHAPE = Shape(
        columns=(
            Column(6, most=12),
            Column(8, wide=70),
            Column(5, most=9, right=True),
            Column(12, flex=1),
            Column(0, most=24, wide=90),
            Column(0, most=20, wide=110),
            Column(4, right=True, fleeting=True),
        ),
        key=lambda graph: graph.id,
        cells=_cells,
        empty="No goal was split into tasks yet.  See the templates:  watchfloor goal templates",
    )

    async def load(self) -> Sequence[GraphRow]:
        """The newest goals."""
        return (await self.console.client.query(GRAPHS, AskGraphs(limit=_SHOWN))).items

    def heading(self, items: Sequence[GraphRow]) -> tuple[str, ...]:
        """How many, and how many are not done."""
        return (str(len(items)), f"{sum(one.state == 'open' for one in items)} open")

    def explain(self, item: GraphRow | None) -> tuple[Paragraph, ...]:
        """Where it comes from."""
        if item is None:
            return ()
        word, tone = _STATES.get(item.state, (item.state, "text"))
        return (
            paragraph(item.title, "goal", "strong"),
            paragraph(f"{word}, {item.done} of {count(item.total, 'task')} done", "state", tone),
            paragraph(f"{item.origin}, by {item.actor}", "from"),
            paragraph(item.id, "id", "dim"),
        )

    def enter(self) -> None:
        """All steps of the selected goal."""
        from .graph import GraphScreen

        if self.selected is not None:
            self.console.push_screen(GraphScreen(self.selected.id, self.console))

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {"graphs.open": enter}
