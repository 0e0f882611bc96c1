"""Patterns in accounts: what each shows, why that is believed, and what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from engine.queries import PATTERNS, AskPatterns, PatternView

from ..keymap import Scope
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import ago, count
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell
from .page import PageScreen

_MARKS: Final = {
    "critical_risk": ("▲ critical risk", "high"),
    "high_risk": ("▲ high risk", "high"),
    "medium_risk": ("◆ risk", "medium"),
    "buying_signal": ("● buying signal", "good"),
    "engagement_change": ("↕ engagement", "accent"),
}
_SHOWN: Final = 500


def _cells(item: PatternView, now: datetime) -> tuple[Cell, ...]:
    word, tone = _MARKS.get(item.type, (item.type, "text"))
    gone = item.gone_at is not None
    return (
        cell(word, "dim" if gone else tone),
        cell(f"{item.confidence} %", "dim" if gone else "text"),
        cell(item.account_name, "dim" if gone else "strong"),
        cell("; ".join(text for _, text in item.evidence), "dim"),
        cell("gone" if gone else item.action_status or "nothing yet", "dim" if gone else "accent"),
        cell(ago(item.found_at, now), "dim"),
    )


class PatternsScreen(PageScreen[PatternView]):
    """The patterns."""

    SCOPE = Scope.PATTERNS
    NAME = "Patterns in accounts"
    SHAPE = Shape(
        columns=(
            Column(8, most=16),
            Column(5, right=True),
            Column(10, most=28),
            Column(10, flex=1, wide=70),
            Column(8, most=12),
            Column(4, right=True, fleeting=True),
        ),
        key=lambda item: item.id,
        cells=_cells,
        empty="No account shows anything.  Patterns come from the CRM tables: watchfloor import crm FOLDER.",
    )

    async def load(self) -> Sequence[PatternView]:
        """The patterns that last."""
        page = await self.console.client.query(PATTERNS, AskPatterns(limit=_SHOWN))
        return page.items

    def heading(self, items: Sequence[PatternView]) -> tuple[str, ...]:
        """How many, and how many of them are risks."""
        risks = sum(item.type.endswith("_risk") for item in items)
        return (f"{len(items)} now", count(risks, "risk"))

    def explain(self, item: PatternView | None) -> tuple[Paragraph, ...]:
        """The evidence, piece by piece, and what was done about it."""
        if item is None:
            return ()
        word, tone = _MARKS.get(item.type, (item.type, "text"))
        done = f"proposal {item.action}, {item.action_status}" if item.action else "nothing yet; the next look proposes"
        return (
            paragraph(f"{item.account_name} ({item.account})", "account", tone="strong"),
            paragraph(f"{word}, confidence {item.confidence} %", "pattern", tone=tone),
            paragraph(f"{item.found_at:%Y-%m-%d %H:%M} UTC, last seen {item.seen_at:%Y-%m-%d %H:%M} UTC", "found"),
            paragraph(done, "done about it"),
            GAP,
            heading("Evidence, and how sure each piece alone would make one"),
            *(paragraph(text, f"{weight} %") for weight, text in item.evidence),
        )
