"""What a standing rule would have answered in the past, had it stood."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from ...canonical import JsonError
from ...storage import Reader, to_us
from ..action import Action, ActionStatus
from ..action_row import SELECTED, action_of
from ..kinds import Tier
from .rule import Likeness, Scope

MOST: Final = 50_000
"""Most actions that are looked at, the newest first."""
AGAINST: Final = 100
"""Most rejected actions that are named."""
_PAGE: Final = 2_000
_YES: Final = frozenset({
    ActionStatus.APPROVED,
    ActionStatus.EXECUTING,
    ActionStatus.EXECUTED,
    ActionStatus.FAILED,
    ActionStatus.UNCERTAIN,
})  # fmt: skip


@dataclass(slots=True)
class Record:
    """What came of the questions that a rule would have covered.

    Attributes:
        approved: an operator, or a standing rule, said yes.
        rejected, expired: it ended in a no.
        other: open, withdrawn or blocked.
        against: ids of rejected ones, the newest first.
    """

    approved: int = 0
    rejected: int = 0
    expired: int = 0
    other: int = 0
    against: tuple[str, ...] = ()

    @property
    def matched(self) -> int:
        """How many there were."""
        return self.approved + self.rejected + self.expired + self.other


def backtest(reader: Reader, scope: Scope, now: datetime, days: int) -> Record:
    """Go through the questions of the last days.

    The tool's version does not matter here: the past was decided with the tools of the past.

    Args:
        reader: where from.
        scope: what the rule would cover.
        now: the present.
        days: how far back.
    """
    since, before, seen, record = to_us(now - timedelta(days=days)), (to_us(now) + 1, ""), 0, Record()
    while seen < MOST:
        page = [
            action_of(row)
            for row in reader.rows(
                f"SELECT {SELECTED} FROM actions WHERE kind = ? AND created_us >= ?"  # noqa: S608  # fixed names
                " AND (created_us, actions.id) < (?, ?) ORDER BY created_us DESC, actions.id DESC LIMIT ?",
                (scope.kind, since, *before, _PAGE),
            )
        ]
        for action in page:
            if _covered(scope, action):
                _count(record, action)
        if len(page) < _PAGE:
            break
        before, seen = (to_us(page[-1].created), page[-1].id), seen + len(page)
    return record


def _covered(scope: Scope, action: Action) -> bool:
    if action.tier is not Tier.APPROVAL and scope.guardrails:
        return False
    try:
        return scope.covers(Likeness.of_action(action))
    except JsonError:
        return False


def _count(record: Record, action: Action) -> None:
    match action.status:
        case ActionStatus.REJECTED:
            record.rejected += 1
            if len(record.against) < AGAINST:
                record.against = (*record.against, action.id)
        case ActionStatus.EXPIRED:
            record.expired += 1
        case status if status in _YES:
            record.approved += 1
        case _:
            record.other += 1
