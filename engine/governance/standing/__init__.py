"""Standing rules: what operators always allow or always deny, each made from one example and ended at any time."""

from .answering import apply, find, notes, stands_behind
from .backtest import Record, backtest
from .making import BUDGET, MAX_LIVE, MUST_ASK, StandingCode, StandingError, check, end_lapsed, make, revoke, scope_of
from .proof import fallen, rule_breaches, unproven, unused
from .repository import get, lapsed, page
from .rule import RULE_ACTOR, Likeness, RuleEffect, RuleState, Scope, StandingRule

__all__ = [
    "BUDGET",
    "MAX_LIVE",
    "MUST_ASK",
    "RULE_ACTOR",
    "Likeness",
    "Record",
    "RuleEffect",
    "RuleState",
    "Scope",
    "StandingCode",
    "StandingError",
    "StandingRule",
    "apply",
    "backtest",
    "check",
    "end_lapsed",
    "fallen",
    "find",
    "get",
    "lapsed",
    "make",
    "notes",
    "page",
    "revoke",
    "rule_breaches",
    "scope_of",
    "stands_behind",
    "unproven",
    "unused",
]
