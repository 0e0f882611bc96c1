"""Patterns from evidence: pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..settings.insights import PatternSettings
from .history import History
from .pattern import Evidence, Pattern, PatternType, confidence_of, risk_type
from .signals import buying_evidence, engagement_evidence, risk_evidence, strongest


def find_patterns(history: History, rules: PatternSettings) -> tuple[Pattern, ...]:
    """The patterns that an account shows on the history's day, at most one of each family."""
    return tuple(_patterns(history, rules))


def _patterns(history: History, rules: PatternSettings) -> Iterator[Pattern]:
    buying = buying_evidence(history, rules)
    if _holds(buying, rules):
        yield Pattern(history.account_id, PatternType.BUYING_SIGNAL, confidence_of(buying), buying)
    risk = risk_evidence(history, rules)
    if _holds(risk, rules):
        confidence = confidence_of(risk)
        yield Pattern(history.account_id, risk_type(confidence, risk), confidence, risk)
    change = strongest(*(engagement_evidence(history, rules, rising=rising) for rising in (True, False)))
    if _holds(change, rules):
        yield Pattern(history.account_id, PatternType.ENGAGEMENT_CHANGE, confidence_of(change), change)


def _holds(evidence: Sequence[Evidence], rules: PatternSettings) -> bool:
    return len(evidence) >= rules.least_evidence and confidence_of(evidence) >= rules.least_confidence
