"""What operators can do to questions besides a plain yes or no."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from ...operators import Operator
from ...storage import Transaction
from ..desk import Desk
from . import attention
from .attention import Claimed, Snoozed
from .batch import decide_many
from .editing import edit
from .question import Shown
from .refusal import Decided, DecisionRefused
from .settling import settle


class Decisions:
    """Edits, batches, settlements, claims and snoozes at one desk; every method is part of a unit of work."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def edit(
        self,
        tx: Transaction,
        shown: Shown,
        operator: Operator,
        arguments: str,
        reason: str,
    ) -> Decided:
        """Give an open question other arguments: a new revision, which still has to be answered."""
        return edit(self._desk, tx, shown, operator, arguments, reason)

    def many(
        self,
        tx: Transaction,
        verdict: Literal["approve", "reject"],
        items: Sequence[Shown],
        operator: Operator,
        reason: str,
    ) -> tuple[tuple[str, Decided], ...]:
        """Answer several questions of one kind, each by itself; returns what came of each, in turn."""
        return decide_many(self._desk, tx, verdict, items, operator, reason)

    def settle(self, tx: Transaction, action_id: str, operator: Operator, *, happened: bool, note: str) -> Decided:
        """Say what became of an uncertain action."""
        return settle(self._desk, tx, action_id, operator, happened=happened, note=note)

    def claim(self, tx: Transaction, action_id: str, operator: Operator) -> Claimed | DecisionRefused:
        """Tell the others that an operator looks at a question."""
        return attention.claim(tx, action_id, operator)

    def release(self, tx: Transaction, action_id: str, operator: Operator) -> Claimed | DecisionRefused:
        """Tell the others that an operator no longer looks at it."""
        return attention.release(tx, action_id, operator)

    def snooze(self, tx: Transaction, action_id: str, operator: Operator, seconds: int) -> Snoozed | DecisionRefused:
        """Put a question out of sight for a while."""
        return attention.snooze(tx, action_id, operator, seconds)
