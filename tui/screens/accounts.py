"""Accounts: where each stands, what it is worth, when there was contact last, and its stage by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final

from engine.commands import SetStage
from engine.queries import ACCOUNTS, PAGE_LIMIT, AccountView, AskAccounts

from ..keymap import Scope
from ..widgets.document import GAP, Paragraph, paragraph
from ..widgets.figures import ago, amount
from ..widgets.rows import Column, Shape
from ..widgets.tones import Cell, cell, run
from .ask import Ask, Prompt
from .choose import Choice, Choose
from .detail import DetailScreen, Subject
from .page import PageScreen

_MARKS: Final = {
    "prospecting": ("· prospecting", "dim"),
    "qualification": ("○ qualification", "text"),
    "evaluation": ("◆ evaluation", "medium"),
    "negotiation": ("▲ negotiation", "high"),
    "closed_won": ("✓ closed won", "good"),
    "closed_lost": ("✕ closed lost", "warn"),
    "unknown": ("? unknown", "warn"),
}
_ABOUT: Final = {
    "prospecting": "no contact yet",
    "qualification": "in contact; follow-ups go out by themselves",
    "evaluation": "from here on everything asks",
    "negotiation": "terms are being talked about; asks",
    "closed_won": "a customer; asks",
    "closed_lost": "lost; asks",
}


def _cells(item: AccountView, now: datetime) -> tuple[Cell, ...]:
    word, tone = _MARKS.get(item.stage, (item.stage, "text"))
    return (
        cell(item.name, "strong"),
        cell(word, tone),
        cell("by hand" if item.set_by else "", "accent"),
        cell(f"{item.open} open"),
        cell(amount(item.open_value, "money"), "dim"),
        cell(f"{item.won} won", "good" if item.won else "dim"),
        cell(amount(item.won_value, "money"), "dim"),
        cell(f"{item.lost} lost", "dim"),
        cell(ago(item.last_contact, now) if item.last_contact else "never", "dim"),
    )


class AccountsScreen(PageScreen[AccountView]):
    """The accounts."""

    SCOPE = Scope.ACCOUNTS
    NAME = "Accounts"
    SHAPE = Shape(
        columns=(
            Column(12, flex=1),
            Column(13, most=15),
            Column(0, most=7),
            Column(6, most=9, right=True),
            Column(5, right=True, wide=90),
            Column(5, most=9, right=True),
            Column(5, right=True, wide=70),
            Column(6, most=9, right=True, wide=90),
            Column(5, right=True, fleeting=True),
        ),
        key=lambda item: item.id,
        cells=_cells,
        empty="No accounts.  watchfloor import crm DIR brings them in.",
    )

    async def load(self) -> Sequence[AccountView]:
        """The accounts, by id."""
        return (await self.console.client.query(ACCOUNTS, AskAccounts(limit=PAGE_LIMIT))).items

    def heading(self, items: Sequence[AccountView]) -> tuple[str, ...]:
        """How many, and how many with something open."""
        return (str(len(items)), f"{sum(item.open > 0 for item in items)} with open opportunities")

    def explain(self, item: AccountView | None) -> tuple[Paragraph, ...]:
        """What is known in short; its stages, opportunities and interactions are a key away."""
        if item is None:
            return ()
        word, tone = _MARKS.get(item.stage, (item.stage, "text"))
        facts = [paragraph(item.id, "account", tone="strong"), paragraph(word, "stage", tone=tone)]
        if item.set_by:
            said = item.derived.replace("_", " ")
            facts.append(paragraph(f"{item.set_by}, until its opportunities say something else than {said}", "set by"))
        facts += [
            paragraph(text, label)
            for label, text in (
                ("sector", item.sector),
                ("location", item.location),
                ("contact", item.contact_email),
                ("last contact", f"{item.last_contact:%Y-%m-%d %H:%M} UTC" if item.last_contact else "never"),
            )
            if text
        ]
        return (
            *facts,
            GAP,
            paragraph(f"{item.open}, worth {_money(item.open_value)}", "open"),
            paragraph(f"{item.won}, worth {_money(item.won_value)}", "won"),
            paragraph(str(item.lost), "lost"),
        )

    def open_account(self) -> None:
        """All about the account."""
        if self.selected is not None:
            self.console.push_screen(DetailScreen(Subject("account", self.selected.id), self.console))

    def set_stage(self) -> None:
        """Ask for the stage and the reason, then set it."""
        account = self.selected
        if account is None:
            return
        stages = tuple(stage for stage in _ABOUT if stage != account.stage)
        choices = tuple(
            Choice(str(number), stage.replace("_", " "), _ABOUT[stage]) for number, stage in enumerate(stages, start=1)
        )
        self.hold()

        def chosen(key: str | None) -> None:
            if key is None:
                self.release()
                return
            stage = stages[int(key) - 1]

            def deliver(reason: str | None) -> None:
                self.release()
                if reason:
                    arguments = SetStage.model_validate({"account": account.id, "stage": stage, "reason": reason})
                    self.console.send("account.stage", arguments)

            title = (run(f"{stage.replace('_', ' ')}: ", "strong"), run(account.name, "accent", limit=60))
            hint = "why, for the journal; the stage decides what asks for approval"
            self.console.push_screen(Ask(Prompt(title, hint), self.clock, self.view), deliver)

        title = (run("Set the stage of ", "strong"), run(account.name, "accent", limit=60))
        self.console.push_screen(Choose(title, choices), chosen)

    VERBS: ClassVar[Mapping[str, Callable[[Any], None]]] = {
        "account.open": open_account,
        "account.stage": set_stage,
    }


def _money(cents: int) -> str:
    return f"{cents // 100:,}.{cents % 100:02d}"
