"""Where the gate meets budgets and standing rules: what may go on by itself, and what a start uses up."""

from __future__ import annotations

from typing import Final

from ..storage import Reader, Transaction
from . import budgets, standing
from .action import Action
from .budgets import Excess, Use
from .desk import Desk
from .facts import ActionFacts
from .guardrails import classify
from .ports import Effect, PreparedCall

SUBJECTS: Final = 500
"""Most subjects whose use is told at once."""


def over_budget(desk: Desk, tx: Transaction, action: Action, call: PreparedCall) -> Excess | None:
    """The budget that an action would go past, were it to start now by itself; nothing where it fits."""
    if not _counts(desk, action):
        return None
    return budgets.excess(tx, desk.limits, budgets.spending_of(action, call), tx.now)


def spend(desk: Desk, tx: Transaction, action: Action, call: PreparedCall) -> None:
    """Count an action's first start, whoever let it run; what changes nothing is not counted."""
    if _counts(desk, action):
        budgets.record(tx, action.id, budgets.spending_of(action, call))


def used(desk: Desk, reader: Reader, subject: str) -> tuple[Use, ...]:
    """How much of each limit on one subject is used now."""
    now = desk.clock.now()
    return tuple(budgets.use_of(reader, limit, now) for limit in desk.limits.on(subject))


def uses(desk: Desk, reader: Reader) -> tuple[Use, ...]:
    """How much of each limit is used now, of every subject that a limit names or that used anything lately."""
    named = {limit.subject for limit in desk.limits.all if not limit.subject.endswith(":*")}
    subjects = sorted(named | set(budgets.subjects(reader, SUBJECTS)))
    return tuple(use for subject in subjects[:SUBJECTS] for use in used(desk, reader, subject))


def notes(desk: Desk, reader: Reader, facts: ActionFacts) -> tuple[str, ...]:
    """What standing rules and budgets would say to such an action, were it proposed at ``facts.now``."""
    verdict = classify(facts, desk.policy)
    return (*standing.notes(reader, facts, verdict), *budgets.notes(reader, desk.limits, facts))


def _counts(desk: Desk, action: Action) -> bool:
    spec = desk.toolbox.spec(action.tool)
    return spec is not None and spec.effect is not Effect.NONE
