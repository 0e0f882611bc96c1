"""Standing rules as an operator sees them, and what one would have answered in the past."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from ...canonical import JsonError
from ...client.protocol import CommandRefused
from ...governance import repository, standing
from ...governance.gate import Gate
from ...governance.standing import StandingError, StandingRule
from ...queries import AskBacktest, AskRules, Backtest, RulePage, RuleView
from ...storage import Reader
from ...view import Detail, Section
from ..find import find_id
from .activity import history_of

_ANSWERED: Final = 50


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


def rule_detail(reader: Reader, rule_id: str, now: datetime) -> Detail:
    """Everything about one standing rule, with what it answered.

    Raises:
        CommandRefused: there is no such rule.
    """
    rule = standing.get(reader, rule_id)
    if rule is None:
        raise CommandRefused(f"no standing rule {rule_id}", code="unknown")
    facts = [
        ("effect", rule.effect.value),
        ("state", rule.state(now).value),
        ("made by", f"{rule.made_by} ({rule.role}) at {_at(rule.made)}"),
        ("example", rule.example),
        ("holds until", _at(rule.expires)),
        ("used", f"{rule.uses} of {rule.most}" + (f", last at {_at(rule.last_used)}" if rule.last_used else "")),
    ]
    if rule.ended_at is not None:
        facts.append(("ended at", _at(rule.ended_at)))
    if rule.reason:
        facts.append(("reason", rule.reason))
    sections = (
        Section("Standing rule", tuple(facts)),
        Section("Covers", rule.scope.described()),
        Section("Answered", _answered(reader, rule)),
        Section("History", events=history_of(reader, rule.id)),
    )
    return Detail(rule.id, f"{rule.effect.value} {rule.scope.kind}", sections)


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
        scope = standing.scope_of(example, ask.rule, gate.check_rule(reader, example, ask.rule))
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


def _answered(reader: Reader, rule: StandingRule) -> tuple[tuple[str, str], ...]:
    """The newest actions that it answered, as status and id."""
    rows = reader.rows(
        "SELECT a.id, a.status FROM decisions d JOIN actions a ON a.id = d.action_id WHERE d.decider = ?"
        " AND d.verdict IN ('approved', 'rejected') ORDER BY d.at_us DESC LIMIT ?",
        (rule.actor, _ANSWERED),
    )
    return tuple((row["status"], row["id"]) for row in rows)


def _at(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}Z"
