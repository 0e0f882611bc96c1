"""Budgets: how much may happen by itself, by persona and kind, and how much of it is used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from engine.queries import BUDGETS, AskNothing, BudgetView

from ..keymap import Scope
from ..widgets.document import Paragraph, paragraph
from ..widgets.figures import bar, count, left
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .page import PageScreen

MEASURES: Final = {
    "actions_per_hour": "actions an hour",
    "actions_per_day": "actions a day",
    "recipients_per_day": "recipients a day",
    "cents_per_day": "money a day",
}
_TIGHT: Final = 80
"""Percent from which a budget is nearly used up."""


def used(value: int, measure: str) -> str:
    """A figure in its measure: money in units with cents, everything else as a count."""
    return f"{value // 100:,}.{value % 100:02}" if measure == "cents_per_day" else f"{value:,}"


def share(budget: BudgetView) -> int:
    """How much is used, in percent; a limit of nothing is used up."""
    return 100 if budget.limit <= 0 else budget.used * 100 // budget.limit


def _look(budget: BudgetView) -> tuple[str, str]:
    percent = share(budget)
    return ("✕ used up", "bad") if percent >= 100 else ("▲ nearly", "warn") if percent >= _TIGHT else ("", "good")


def _cells(budget: BudgetView, now: datetime) -> tuple[Cell, ...]:
    word, tone = _look(budget)
    filled, rest = bar(share(budget), 10)
    return (
        cell(who(budget.subject), "strong"),
        cell(MEASURES.get(budget.measure, budget.measure)),
        (run(filled, tone), run(rest, "dim")),
        cell(f"{used(budget.used, budget.measure)} of {used(budget.limit, budget.measure)}"),
        cell(word, tone),
        cell(f"frees in {left(budget.window_ends, now)}" if budget.window_ends else "", "dim"),
    )


def who(subject: str) -> str:
    """Whom a budget binds, for people."""
    return "everything together" if subject == "*" else subject.replace(":", " ", 1)


class BudgetsScreen(PageScreen[BudgetView]):
    """The budgets, the most used first."""

    SCOPE = Scope.BUDGETS
    NAME = "Budgets"
    SHAPE = Shape(
        columns=(
            Column(12, most=40),
            Column(15, most=17),
            Column(10),
            Column(8, most=26, right=True),
            Column(0, most=9),
            Column(0, most=16, flex=1, wide=70, fleeting=True),
        ),
        key=lambda budget: f"{budget.subject}:{budget.measure}",
        cells=_cells,
        empty="No budget is set.  A persona has daily_actions and daily_cents; the policy sets limits by kind.",
    )

    async def load(self) -> Sequence[BudgetView]:
        """All of them."""
        return (await self.console.client.query(BUDGETS, AskNothing())).items

    def heading(self, items: Sequence[BudgetView]) -> tuple[str, ...]:
        """How many are used up or nearly."""
        over = sum(share(item) >= 100 for item in items)
        near = sum(_TIGHT <= share(item) < 100 for item in items)
        return (
            count(len(items), "limit"),
            *([f"{over} used up"] if over else []),
            *([f"{near} nearly"] if near else []),
        )

    def explain(self, item: BudgetView | None) -> tuple[Paragraph, ...]:
        """What the limit means, and what happens beyond it."""
        if item is None:
            return ()
        word, tone = _look(item)
        figure = f"{used(item.used, item.measure)} of {used(item.limit, item.measure)}, {share(item)} %"
        frees = f"the oldest use leaves the window at {item.window_ends:%Y-%m-%d %H:%M}Z" if item.window_ends else ""
        return (
            paragraph(who(item.subject), "binds", tone="strong"),
            paragraph(MEASURES.get(item.measure, item.measure), "measure"),
            paragraph(figure, "used", tone=tone if word else "text"),
            *([paragraph(frees, "frees")] if frees else []),
            paragraph("what would pass it asks an operator instead of running by itself", "beyond", tone="dim"),
        )
