"""The job ``proactive_outreach_check``: propose something about each pattern that nobody acted upon yet."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeAlias

from ..clock import Clock
from ..governance.proposal import Proposal, ProposalError
from ..settings.goals import GoalSettings
from ..settings.insights import InsightSettings
from ..storage import Database, Reader
from .planner import addressees_of, plan
from .repository import Found, answer, unanswered

Propose: TypeAlias = Callable[[Proposal], Awaitable[str]]
"""Hands an action to the gate and returns its id. After a crash the same may come twice, with the same dedupe key."""


@dataclass(frozen=True, slots=True)
class Outreach:
    """What one look at the patterns led to.

    Attributes:
        proposed: patterns that became a proposal.
        refused: for each that could not, the reason.
    """

    proposed: int
    refused: tuple[str, ...]


async def reach_out(
    database: Database, clock: Clock, insights: InsightSettings, goals: GoalSettings, propose: Propose
) -> Outreach:
    """Propose what answers the gravest patterns, at most ``proposals_per_run``.

    A proposal that the gate refuses leaves its pattern unanswered: it is tried again at the next run.
    """
    repeat = timedelta(days=insights.patterns.repeat_days)

    def draft(reader: Reader) -> list[tuple[Found, Proposal]]:
        found = unanswered(reader, clock.now(), repeat, insights.proposals_per_run)
        return [
            (item, plan(item, _name(reader, item), addressees_of(reader, item.pattern.account_id, insights, goals)))
            for item in found
        ]

    proposed, refused = 0, []
    for found, proposal in await database.read(draft):
        try:
            action_id = await propose(proposal)
        except ProposalError as error:
            refused.append(error.sentence())
            continue
        await database.write(
            lambda tx, found=found, action_id=action_id: answer(tx, found.id, action_id)  # type: ignore[misc]  # mypy cannot infer a lambda with bound defaults
        )
        proposed += 1
    return Outreach(proposed, tuple(refused))


def _name(reader: Reader, found: Found) -> str:
    row = reader.row("SELECT name FROM accounts WHERE id = ?", (found.pattern.account_id,))
    return str(row["name"]) if row else found.pattern.account_id
