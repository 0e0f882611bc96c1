"""What the guardrails say to an action or a kind, rule by rule, and what would change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from engine.queries import EXPLAIN, AskExplain, Explanation, RuleAnswer
from engine.view import ApprovalView

from ..keymap import Scope
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import count, span
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .ask import Ask, Prompt
from .page import PageScreen

if TYPE_CHECKING:
    from ..app import ConsoleApp

TIERS: Final = {
    "autonomous": ("● runs by itself", "good"),
    "approval": ("◆ asks an operator", "warn"),
    "hard_stop": ("✕ never runs", "bad"),
}
_FIELDS: Final = frozenset({"tool", "account", "stage", "proposer"})
_HINT: Final = "send_proposal tool:email stage:negotiation account:… proposer:persona:helper"


def asked(text: str) -> AskExplain | str:
    """A question from a line: a kind, then ``field:value``; or what is wrong with the line."""
    words, fields = [], {}
    for word in text.split():
        name, colon, value = word.partition(":")
        if not colon:
            words.append(word)
        elif name not in _FIELDS or not value:
            return f"{name[:20]}: is none of tool:, account:, stage:, proposer:"
        else:
            fields[name] = value
    kind = " ".join(words)
    if not kind and "tool" not in fields:
        return "a kind, or tool:NAME"
    if max(map(len, (kind, *fields.values()))) > 60:
        return "too long"
    return AskExplain(kind=kind, **fields)


def _tier(tier: str) -> tuple[str, str]:
    return TIERS.get(tier, (tier, "text"))


def _cells(answer: RuleAnswer, _now: datetime) -> tuple[Cell, ...]:
    word, tone = _tier(answer.tier)
    return (
        cell("▸" if answer.decides else "", "accent"),
        cell(answer.layer, "text" if answer.decides else "dim"),
        cell(answer.rule, "strong" if answer.decides else "text"),
        cell(word, tone if answer.decides else "dim"),
        cell(answer.why, "text" if answer.decides else "dim"),
    )


class ExplainScreen(PageScreen[RuleAnswer]):
    """Every rule that matched, the deciding one first. It begins with the selected approval, else asks for a kind.

    Args:
        console: the application.
        about: what to explain first; the selected approval where nothing is given.
    """

    SCOPE = Scope.EXPLAIN
    NAME = "Policy"
    SHAPE = Shape(
        columns=(Column(1), Column(8, most=10), Column(10, most=40), Column(18), Column(10, flex=1, wide=70)),
        key=lambda answer: f"{answer.layer}:{answer.rule}:{answer.tier}",
        cells=_cells,
        empty="Nothing is asked yet.  e asks about a kind.",
    )

    def __init__(self, console: ConsoleApp, about: AskExplain | None = None) -> None:
        super().__init__(console)
        chosen = console.main.selected
        if about is None and isinstance(chosen, ApprovalView):
            about = AskExplain(action=chosen.id)
        self._about = about
        self._line = ""
        self._answer: Explanation | None = None

    def on_mount(self) -> None:
        """Explain, or ask what."""
        super().on_mount()
        if self._about is None:
            self.call_after_refresh(self.ask_kind)

    async def load(self) -> Sequence[RuleAnswer]:
        """The answers of all rules."""
        about = self._about
        if about is None:
            return ()
        answer = await self.console.client.query(EXPLAIN, about)
        if about is self._about:
            self._answer = answer
        return answer.answers

    def heading(self, items: Sequence[RuleAnswer]) -> tuple[str, ...]:
        """What it is about, and the verdict."""
        if self._answer is None:
            return ("what would happen, and why",)
        word, _ = _tier(self._answer.tier)
        return (self._answer.kind or "any kind", word, count(len(items), "rule"))

    def explain(self, item: RuleAnswer | None) -> tuple[Paragraph, ...]:
        """The verdict first, then the selected rule."""
        answer = self._answer
        if answer is None:
            return ()
        word, tone = _tier(answer.tier)
        lines = [
            paragraph(f"{word}: {answer.kind or 'any kind'}", "verdict", tone=tone),
            paragraph(f"{answer.why} ({answer.rule})", "because"),
        ]
        if answer.remedy or answer.tier == "hard_stop":
            lines.append(paragraph(answer.remedy or "nothing: no setting, role or operator", "would change"))
        if answer.quorum:
            people = count(answer.quorum, "operator")
            lines.append(paragraph(f"{people} within {span(answer.expiry_seconds)}; then the answer is no", "asks"))
            lines.append(paragraph(f"{answer.grace_seconds:g} s after the yes", "undo"))
        lines.append(paragraph(answer.policy, "policy", tone="dim"))
        lines += [paragraph(note, "▲ note", tone="warn", label_tone="warn") for note in answer.notes]
        if item is not None:
            tier, colour = _tier(item.tier)
            lines += [
                GAP,
                heading(f"Selected rule: {item.rule}"),
                paragraph(item.layer, "layer"),
                paragraph(tier, "asks for", tone=colour),
                paragraph(item.why, "why"),
            ]
        return tuple(lines)

    def ask_kind(self) -> None:
        """Ask which kind to explain."""

        def check(text: str) -> str:
            found = asked(text)
            return found if isinstance(found, str) else ""

        def answer(text: str | None) -> None:
            found = asked(text) if text else ""
            if not isinstance(found, str):
                self._line, self._about, self._answer = text or "", found, None
                self.refresh_rows()

        prompt = Prompt((run("What would happen with…", "strong"),), _HINT, self._line, check=check, limit=300)
        self.console.push_screen(Ask(prompt, self.clock, self.view), answer)

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {"explain.kind": ask_kind}

    def fits(self, id: str, item: RuleAnswer | None) -> bool:  # noqa: A002  # the key's own word
        """A kind can always be asked about."""
        return id == "explain.kind" or super().fits(id, item)
