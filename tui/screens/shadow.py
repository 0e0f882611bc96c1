"""The shadow report: message by message what was done at once, and what autonomy would have done."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.queries import SHADOW, AskShadow, ShadowPage, ShadowSide, ShadowSummary, ShadowView

from ..keymap import Scope
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import ago, count
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .page import PageScreen

if TYPE_CHECKING:
    from ..app import ConsoleApp

_SHOWN: Final = 300
_VERDICTS: Final = {
    "open": ("· open", "dim"),
    "equal": ("= equal", "good"),
    "different": ("≠ different", "warn"),
    "only_sync": ("◂ only at once", "warn"),
    "only_auto": ("▸ only by itself", "accent"),
    "unfinished": ("– unfinished", "dim"),
}
_ASKED: Final = ("", "different", "only_sync", "only_auto", "equal", "open", "unfinished")
"""What the key for the next verdict goes through."""
_TIERS: Final = {"autonomous": "text", "approval": "warn", "hard_stop": "bad"}


def _side(side: ShadowSide | None) -> Cell:
    if side is None:
        return cell("…", "dim")
    if not side.proposals:
        return cell(side.outcome, "bad" if side.outcome == "failed" else "dim")
    kind, _, _, tier, _ = side.proposals[0]
    more = f" +{len(side.proposals) - 1}" if len(side.proposals) > 1 else ""
    mark = {"approval": " asks", "hard_stop": " forbidden"}.get(tier, "")
    return (run(f"{kind}{more}", _TIERS.get(tier, "dim")), run(mark, "warn"), run(f" {side.seconds:.1f} s", "dim"))


def _cells(item: ShadowView, now: datetime) -> tuple[Cell, ...]:
    word, tone = _VERDICTS[item.verdict]
    return (
        cell(word, tone),
        cell(item.persona, "strong"),
        _side(item.sync),
        _side(item.auto),
        cell(item.text, "dim"),
        cell(ago(item.arrived_at, now), "dim"),
    )


class ShadowScreen(PageScreen[ShadowView]):
    """The comparison."""

    SCOPE = Scope.SHADOW
    NAME = "Shadow report"
    SHAPE = Shape(
        columns=(
            Column(11, most=17),
            Column(8, most=16),
            Column(18, most=34),
            Column(18, most=34),
            Column(8, flex=1, wide=90),
            Column(4, right=True, fleeting=True),
        ),
        key=lambda item: item.id,
        cells=_cells,
        empty="Nothing was compared.  Put a persona in shadow mode: M on the persona, or watchfloor rollout mode.",
    )

    def __init__(self, console: ConsoleApp) -> None:
        super().__init__(console)
        self._page: ShadowPage | None = None
        self._verdict = 0

    async def load(self) -> Sequence[ShadowView]:
        """The newest messages that compare as asked."""
        ask = AskShadow.model_validate({"verdict": _ASKED[self._verdict], "limit": _SHOWN})
        self._page = await self.console.client.query(SHADOW, ask)
        return self._page.items

    def heading(self, items: Sequence[ShadowView]) -> tuple[str, ...]:
        """Of how many messages, and how many compare in each way."""
        del items
        summaries = self._page.summaries if self._page else ()
        total: dict[str, int] = {}
        for one in summaries:
            for verdict, number in one.verdicts:
                total[verdict] = total.get(verdict, 0) + number
        parts = [f"{number} {_VERDICTS[verdict][0][2:]}" for verdict, number in total.items()]
        wanted = _ASKED[self._verdict]
        return (*parts, f"only {_VERDICTS[wanted][0][2:]}") if wanted else tuple(parts)

    def explain(self, item: ShadowView | None) -> tuple[Paragraph, ...]:
        """Both sides of a message, then the persona's figures."""
        lines: list[Paragraph] = []
        if item is not None:
            word, tone = _VERDICTS[item.verdict]
            lines += [
                paragraph(f"{item.sender}: {item.text}", "message", tone="strong"),
                paragraph(f"{word}{': ' if item.differs else ''}{item.differs}", "compared", tone=tone),
                *_told("at once", item.sync),
                *_told("by itself", item.auto),
                GAP,
            ]
        for one in self._page.summaries if self._page else ():
            if item is None or one.persona == item.persona:
                lines += [heading(f"{one.name}, {one.mode}: {count(one.compared, 'message')} compared"), *_figures(one)]
        return tuple(lines)

    def verdict(self) -> None:
        """Show only those that compare in one way, the next one; or all again."""
        self._verdict = (self._verdict + 1) % len(_ASKED)
        self.refresh_rows()

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {"shadow.verdict": verdict}

    def fits(self, id: str, item: ShadowView | None) -> bool:  # noqa: A002  # the key's own word
        """The key for the verdict works also where none compares so."""
        return id == "shadow.verdict" or super().fits(id, item)


def _told(label: str, side: ShadowSide | None) -> list[Paragraph]:
    if side is None:
        return [paragraph("not yet", label, tone="dim")]
    head = f"{side.outcome} after {side.seconds:.1f} s"
    lines = [paragraph(f"{head}: {side.reason}" if side.reason else head, label)]
    for kind, tool, account, tier, shown in side.proposals:
        about = f" about {account}" if account else ""
        lines.append(paragraph(f"{kind} by {tool}{about}, {tier.replace('_', ' ')}: {shown}"))
    return lines


def _figures(one: ShadowSummary) -> list[Paragraph]:
    return [
        paragraph(", ".join(f"{number} {name.replace('_', ' ')}" for name, number in one.verdicts), "compared"),
        paragraph(f"{_times(one.sync_seconds)}; {_counted(one.sync_tiers)}", "at once"),
        paragraph(f"{_times(one.auto_seconds)}; {_counted(one.auto_tiers)}", "by itself"),
        paragraph(_counted(one.outcomes), "ended"),
    ]


def _counted(counts: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{number} {name.replace('_', ' ')}" for name, number in counts) or "none"


def _times(seconds: Sequence[float]) -> str:
    if len(seconds) != 2:
        return "no answers"
    return f"{seconds[0]:.1f} s in the middle, 95 of 100 within {seconds[1]:.1f} s"
