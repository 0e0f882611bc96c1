"""Standing rules as an operator sees them, and what one would have answered in the past."""

from __future__ import annotations

from datetime import datetime

from ...canonical import JsonError
from ...governance import repository, standing
from ...governance.gate import Gate
from ...governance.standing import StandingError, StandingRule
from ...queries import AskBacktest, AskRules, Backtest, RulePage, RuleView
from ...storage import Reader
from ..find import find_id


def rule_page(reader: Reader, ask: AskRules, now: datetime) -> RulePage:
    """One page of standing rules, the newest first; ``after`` counts the rules of the pages before."""
    skip = int(ask.after) if ask.after.isdigit() else 0
    found = standing.page(reader, now, ended=ask.ended, limit=ask.limit + 1, offset=skip)
    items = tuple(rule_view(rule, now) for rule in found[: ask.limit])
    return RulePage(items, str(skip + ask.limit) if len(found) > ask.limit else "")


def rule_view(rule: StandingRule, now: datetime) -> RuleView:
    """One standing rule."""
    return RuleView(
        id=rule.id,
        effect=rule.effect.value,
        kind=rule.scope.kind,
        scope=rule.scope.described(),
        made_by=rule.made_by,
        made_at=rule.made,
        example=rule.example,
        expires_at=rule.expires,
        uses=rule.uses,
        limit=rule.most,
        state=rule.state(now).value,
        reason=rule.reason,
        last_used=rule.last_used,
    )


def backtest_answer(reader: Reader, ask: AskBacktest, now: datetime, gate: Gate) -> Backtest:
    """What a rule that is not made yet would have answered.

    Raises:
        CommandRefused: there is no such example.
    """
    example = repository.get(reader, find_id(reader, "actions", ask.rule.id))
    assert example is not None  # noqa: S101  # its id was just found
    try:
        scope = standing.scope_of(example, ask.rule)
    except (StandingError, JsonError) as error:
        return Backtest(0, 0, 0, 0, 0, (), refused=error.why or error.what)
    refused = ""
    try:
        gate.check_rule(reader, example, ask.rule)
    except StandingError as error:
        refused = error.why
    found = standing.backtest(reader, scope, now, ask.days)
    return Backtest(
        matched=found.matched,
        approved=found.approved,
        rejected=found.rejected,
        expired=found.expired,
        other=found.other,
        scope=scope.described(),
        against=found.against,
        refused=refused,
    )
