"""Budgets: how much may happen by itself before an operator is asked, and how much did."""

from .check import RULE, Excess, exceeded, excess, notes
from .ledger import Spending, Use, addresses, record, spending_of, subjects, use_of
from .limits import DEFAULTS, EACH_KIND, EACH_PERSONA, EVERYTHING, Allowance, Limits, Measure

__all__ = [
    "DEFAULTS",
    "EACH_KIND",
    "EACH_PERSONA",
    "EVERYTHING",
    "RULE",
    "Allowance",
    "Excess",
    "Limits",
    "Measure",
    "Spending",
    "Use",
    "addresses",
    "exceeded",
    "excess",
    "notes",
    "record",
    "spending_of",
    "subjects",
    "use_of",
]
