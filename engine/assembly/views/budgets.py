"""Budgets as an operator sees them, and the allowances that the personas' settings give."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from ...governance.budgets import Allowance, Measure, Use
from ...governance.gate import Gate
from ...settings.personas import PersonaSettings
from ...storage import Reader
from ...view import PersonaView

if TYPE_CHECKING:
    from ...queries import BudgetPage, BudgetView


def budget_page(reader: Reader, gate: Gate) -> BudgetPage:
    """Every limit, the most used first."""
    from ...queries import BudgetPage

    return BudgetPage(tuple(_view(use) for use in sorted(gate.budgets(reader), key=_by_use)))


def with_budgets(reader: Reader, gate: Gate, personas: tuple[PersonaView, ...]) -> tuple[PersonaView, ...]:
    """The personas, each with what it used of its budgets."""
    return tuple(
        replace(
            persona,
            spent=tuple(
                (use.limit.measure.value, use.used, use.limit.most)
                for use in gate.spent(reader, f"persona:{persona.id}")
            ),
        )
        for persona in personas
    )


def allowances(personas: Mapping[str, PersonaSettings]) -> tuple[Allowance, ...]:
    """What each persona may do and spend in a day by its settings."""
    return tuple(
        Allowance(f"persona:{persona_id}", measure, most)
        for persona_id, persona in personas.items()
        for measure, most in (
            (Measure.ACTIONS_PER_DAY, persona.daily_actions),
            (Measure.CENTS_PER_DAY, persona.daily_cents),
        )
    )


def _by_use(use: Use) -> tuple[int, str, str]:
    share = use.used * 10_000 // use.limit.most if use.limit.most else 10_000
    return (-share, use.limit.subject, use.limit.measure.value)


def _view(use: Use) -> BudgetView:
    from ...queries import BudgetView

    return BudgetView(use.limit.subject, use.limit.measure.value, use.used, use.limit.most, use.ends)
