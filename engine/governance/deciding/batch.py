"""One answer to several questions that were all on the screen: each is checked and answered by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from ...operators import Operator
from ...storage import Transaction
from .. import repository
from ..desk import Desk
from .answering import approve, reject
from .question import Shown
from .refusal import Decided, DecisionRefused, RefusalCode, told

MANY: Final = 200
"""Most questions that one answer covers."""


def decide_many(
    desk: Desk,
    tx: Transaction,
    verdict: Literal["approve", "reject"],
    items: Sequence[Shown],
    operator: Operator,
    reason: str,
) -> tuple[tuple[str, Decided], ...]:
    """Answer several questions of one kind, the kind of the first; those of another kind are refused by themselves.

    Returns:
        for each in turn: its id, and what came of it. A refusal of one leaves the others as they are.
    """
    kind = _kind(tx, items)
    return tuple((item.id, _one(desk, tx, verdict, item, operator, reason, kind)) for item in items[:MANY])


def _one(
    desk: Desk,
    tx: Transaction,
    verdict: Literal["approve", "reject"],
    item: Shown,
    operator: Operator,
    reason: str,
    kind: str | None,
) -> Decided:
    action = repository.get(tx, item.id)
    if action is not None and action.kind != kind:
        why = f"it is {action.kind}; one answer covers one kind, here {kind}"
        refused = DecisionRefused(RefusalCode.ANOTHER_KIND, why, "Answer it by itself.", action)
        return told(tx, item.id, operator, refused)
    if verdict == "approve":
        return approve(desk, tx, item.id, item.revision, item.digest, operator)
    return reject(desk, tx, item.id, item.revision, item.digest, operator, reason)


def _kind(tx: Transaction, items: Sequence[Shown]) -> str | None:
    found = (repository.get(tx, item.id) for item in items)
    return next((action.kind for action in found if action is not None), None)
