"""Standing rules: what operators always allow or always deny, how often each answered, and how to end it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from engine.commands import RevokeRule
from engine.queries import RULES, AskRules, RuleView

from ..keymap import Scope, shown
from ..widgets.document import GAP, Paragraph, heading, paragraph
from ..widgets.figures import ago, bar, left
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .confirm import Confirm, Question
from .detail import DetailScreen, Subject
from .page import PageScreen

_EFFECTS: Final = {"allow": ("✓ allow", "good"), "deny": ("✕ deny", "bad")}
_SHOWN: Final = 500


def _cells(rule: RuleView, now: datetime) -> tuple[Cell, ...]:
    active = rule.state == "active"
    word, tone = _EFFECTS.get(rule.effect, (rule.effect, "text"))
    filled, rest = bar(rule.uses * 100 // max(1, rule.limit), 5)
    used = (run(filled, "accent"), run(rest, "dim"), run(f" {rule.uses}/{rule.limit}", "text" if active else "dim"))
    return (
        cell(word, tone if active else "dim"),
        cell(rule.kind, "strong" if active else "dim"),
        cell(_narrow(rule), "dim"),
        used,
        cell(rule.made_by, "text" if active else "dim"),
        cell(f"{ago(rule.last_used, now)} ago" if rule.last_used else "unused", "dim"),
        cell(left(rule.expires_at, now) if active else rule.state, "text" if active else "dim"),
    )


def _narrow(rule: RuleView) -> str:
    """The parts of the scope that say more than the kind."""
    return ", ".join(f"{name} {value}" for name, value in rule.scope if name not in {"kind", "tool"})


class RulesScreen(PageScreen[RuleView]):
    """The standing rules."""

    SCOPE = Scope.RULES
    NAME = "Standing rules"
    SHAPE = Shape(
        columns=(
            Column(7),
            Column(12, most=28),
            Column(10, flex=1),
            Column(9, most=15),
            Column(4, most=10, wide=70),
            Column(6, most=10, wide=92, fleeting=True),
            Column(7, most=9, right=True),
        ),
        key=lambda rule: rule.id,
        cells=_cells,
        empty=(
            "No standing rule holds.  One is made from an example: select an approval, "
            f"then {shown('always.allow')} to allow or {shown('always.deny')} to deny."
        ),
    )
    ended = False
    """Those that ended are listed too."""

    async def load(self) -> Sequence[RuleView]:
        """The newest first."""
        page = await self.console.client.query(RULES, AskRules(ended=self.ended, limit=_SHOWN))
        return page.items

    def heading(self, items: Sequence[RuleView]) -> tuple[str, ...]:
        """How many hold."""
        active = sum(rule.state == "active" for rule in items)
        return (f"{active} in force", *([f"{len(items) - active} ended"] if self.ended else []))

    def fits(self, id: str, item: RuleView | None) -> bool:  # noqa: A002  # the key's own word
        """Only a rule in force can be revoked; what ended can always be asked for."""
        if id == "rule.revoke":
            return item is not None and item.state == "active"
        return id == "rule.ended" or super().fits(id, item)

    def explain(self, item: RuleView | None) -> tuple[Paragraph, ...]:
        """Its scope, its limits, who made it."""
        if item is None:
            return ()
        word, tone = _EFFECTS.get(item.effect, (item.effect, "text"))
        last = f", last at {_at(item.last_used)}" if item.last_used else ", never yet"
        return (
            paragraph(f"{word} {item.kind}", "rule", tone=tone),
            paragraph(item.state, "state", tone="text" if item.state == "active" else "warn"),
            paragraph(f"answered {item.uses} of {item.limit} times{last}", "used"),
            paragraph(f"until {_at(item.expires_at)}", "holds"),
            *([paragraph(f"“{item.reason}”", "proposers read")] if item.reason else []),
            paragraph(f"{item.made_by} at {_at(item.made_at)}", "made by"),
            paragraph(f"{item.example} · {item.id}", "example, id", tone="dim"),
            GAP,
            heading("Covers only what has"),
            *(paragraph(value, name) for name, value in item.scope),
        )

    def revoke(self) -> None:
        """Ask, then end the rule."""
        rule = self.selected
        if rule is None:
            return
        question = Question(
            title=(run("Revoke  ", "strong"), run(f"{rule.effect} {rule.kind}", "strong")),
            body=(
                paragraph("it answers nothing more; what it allowed and has not started is asked again", "effect"),
                *self.explain(rule),
            ),
            yes="revoke it",
            no="let it hold",
        )

        def decide(yes: bool | None) -> None:  # noqa: FBT001  # Textual's callback
            self.release()
            if yes:
                self.console.send("rule.revoke", RevokeRule(id=rule.id), self._revoked)

        self.hold()
        self.console.push_screen(Confirm(question, self.clock, self.view), decide)

    def toggle_ended(self) -> None:
        """List those that ended too, or no longer."""
        self.ended = not self.ended
        self.refresh_rows()

    def open_rule(self) -> None:
        """Everything about the rule, with what it answered."""
        if self.selected is not None:
            self.console.push_screen(DetailScreen(Subject("rule", self.selected.id), self.console))

    def _revoked(self, reply: Any) -> None:
        self.console.tell(reply.text)
        self.refresh_rows()

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "rule.revoke": revoke,
        "rule.ended": toggle_ended,
        "rule.open": open_rule,
    }


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}Z"
