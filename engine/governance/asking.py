"""Gathers what is known about an action, for the guardrails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..canonical import JSON
from ..storage import Reader
from . import budgets
from .budgets import Spending
from .facts import AccountFacts, ActionFacts
from .kinds import Stage
from .names import normalise
from .ports import Effect, PreparedCall

if TYPE_CHECKING:
    from .desk import Desk


def facts_about(
    desk: Desk,
    reader: Reader,
    *,
    kind: str,
    tool: str,
    proposer: str,
    origin: str | None,
    account: str | None,
    stage: Stage | None,
    arguments: Mapping[str, JSON],
    call: PreparedCall | None,
) -> ActionFacts:
    """What the guardrails may know about an action at this moment.

    Args:
        desk: knows the tools, the policy and the time.
        reader: what the engine knows.
        kind, tool, proposer, origin: as proposed.
        account, stage: the account it is about and its stage by the engine's records.
        arguments: the tool's, where there is no prepared call.
        call: what the tool made of the arguments; nothing where it was not asked or does not take them.
    """
    now = desk.clock.now()
    spec = desk.toolbox.spec(tool)
    effect = spec.effect if spec is not None else Effect.OUTWARD
    named = desk.policy.rules.named
    exceeded: frozenset[str] = frozenset()
    if named and call is not None and effect is not Effect.NONE:
        whom = budgets.addresses(call.recipients, call.reach, "")
        spending = Spending(proposer, normalise(kind), whom, call.cost_cents)
        exceeded = budgets.exceeded(reader, named, spending, now)
    return ActionFacts(
        kind=kind,
        tool=tool,
        proposer=proposer,
        arguments=call.arguments if call is not None else arguments,
        account=None if account is None or stage is None else AccountFacts(account, stage),
        effect=effect,
        recipients=call.recipients if call is not None else (),
        cost_cents=call.cost_cents if call is not None else 0,
        argv=call.argv if call is not None else (),
        tainted=desk.tainted(reader, origin),
        now=now,
        exceeded=exceeded,
    )
