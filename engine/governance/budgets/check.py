"""Whether an action still fits under every limit that binds it, and what to say where it does not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ...storage import Reader
from ..facts import ActionFacts, Verdict
from ..kinds import Tier
from ..names import normalise
from .ledger import Spending, addresses, frees_at, frees_for, newcomers, use_of
from .limits import Allowance, Limits, Measure

RULE: Final = "budget."
"""How the rule is named that asks because of a budget: this and the measure."""
_NEARLY: Final = 80


@dataclass(frozen=True, slots=True)
class Excess:
    """A limit that an action would go past.

    Attributes:
        limit: which.
        used: how much of it is used.
        amount: how much the action would add.
        frees: when that much fits again; nothing where it never will.
    """

    limit: Allowance
    used: int
    amount: int
    frees: datetime | None

    @property
    def rule(self) -> str:
        """The name of the rule that asks."""
        return f"{RULE}{self.limit.measure.value}"

    @property
    def why(self) -> str:
        """Subject, used, limit, and when it frees up."""
        limit, measure = self.limit, self.limit.measure
        whose = "everything together" if limit.subject == "*" else limit.subject
        again = f"there is room again at {self.frees:%Y-%m-%d %H:%M:%S}Z" if self.frees else "it never fits"
        return (
            f"{whose} used {measure.said(self.used)} of {measure.said(limit.most)} this {measure.period} and this adds"
            f" {measure.said(self.amount)}; {again}"
        )

    def verdict(self) -> Verdict:
        """The guardrails' answer that it makes."""
        return Verdict(Tier.APPROVAL, self.rule, self.why, f"Raise the limit on {self.limit.subject} in the policy.")


def excess(reader: Reader, limits: Limits, spending: Spending, now: datetime) -> Excess | None:
    """The first limit that an action would go past; nothing where it fits under all of them."""
    return next(_excesses(reader, limits.of(spending.proposer, spending.kind), spending, now), None)


def exceeded(reader: Reader, named: Mapping[str, Allowance], spending: Spending, now: datetime) -> frozenset[str]:
    """The names of the limits, out of some that have one, that an action would go past."""
    bound = {name: _bound(limit, spending) for name, limit in named.items()}
    return frozenset(
        name
        for name, limit in bound.items()
        if limit is not None and next(_excesses(reader, (limit,), spending, now), None) is not None
    )


def notes(reader: Reader, limits: Limits, facts: ActionFacts) -> tuple[str, ...]:
    """Which budgets such an action would go past, and which are nearly used up, at ``facts.now``."""
    if facts.now is None:
        return ()
    now, kind = facts.now, normalise(facts.kind)
    bound = limits.of(facts.proposer, kind)
    spending = Spending(facts.proposer, kind, addresses(facts.recipients, 0, ""), facts.cost_cents)
    over = {one.limit: one for one in _excesses(reader, bound, spending, now)}
    said: list[str] = []
    for limit in bound:
        used = use_of(reader, limit, now).used
        if limit in over:
            said.append(f"budget {limit.measure.value}: {over[limit].why}")
        elif used * 100 >= limit.most * _NEARLY and used:
            said.append(f"budget {limit.measure.value} of {limit.subject} is nearly used up: {used} of {limit.most}")
    return tuple(said)


def _excesses(reader: Reader, bound: Iterable[Allowance], spending: Spending, now: datetime) -> Iterator[Excess]:
    for limit in bound:
        amount = _amount(reader, limit, spending, now)
        if amount == 0:
            continue
        used = use_of(reader, limit, now).used
        if used + amount > limit.most:
            yield Excess(limit, used, amount, _frees(reader, limit, spending, amount, now))


def _frees(reader: Reader, limit: Allowance, spending: Spending, amount: int, now: datetime) -> datetime | None:
    if limit.measure is Measure.RECIPIENTS_PER_DAY:
        return frees_for(reader, limit, spending.recipients, now)
    return frees_at(reader, limit, amount, now)


def _bound(limit: Allowance, spending: Spending) -> Allowance | None:
    """The limit under the subject that is counted; nothing where it does not bind the action."""
    for subject in spending.subjects:
        if limit.subject in {subject, f"{subject.partition(':')[0]}:*"}:
            return Allowance(subject, limit.measure, limit.most)
    return None


def _amount(reader: Reader, limit: Allowance, spending: Spending, now: datetime) -> int:
    match limit.measure:
        case Measure.RECIPIENTS_PER_DAY:
            return newcomers(reader, limit, spending.recipients, now) if spending.recipients else 0
        case Measure.CENTS_PER_DAY:
            return spending.cents
        case _:
            return 1
