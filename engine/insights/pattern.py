"""A pattern: something about an account that several independent pieces of evidence say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ..canonical import JSON, digest

_HIGH: Final = 80
_CRITICAL: Final = 90
_CRITICAL_EVIDENCE: Final = 3


class Family(StrEnum):
    """What sort of thing a pattern is; an account shows at most one of each at a time."""

    BUYING = "buying"
    RISK = "risk"
    ENGAGEMENT = "engagement"


class PatternType(StrEnum):
    """What a pattern says."""

    BUYING_SIGNAL = "buying_signal"
    CRITICAL_RISK = "critical_risk"
    HIGH_RISK = "high_risk"
    MEDIUM_RISK = "medium_risk"
    ENGAGEMENT_CHANGE = "engagement_change"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason to believe in a pattern.

    Attributes:
        key: what was seen, and how strongly (``losses_in_a_row:3``); stays the same while it lasts.
        text: the same with its figures, for people.
        weight: how sure it alone would make one, 1 to 99.
    """

    key: str
    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class Pattern:
    """Something about an account.

    Attributes:
        account_id: the account.
        type: what it says.
        confidence: 0 to 100, from the evidence by :func:`confidence_of`.
        evidence: the reasons, the weightiest first.
    """

    account_id: str
    type: PatternType
    confidence: int
    evidence: tuple[Evidence, ...]

    @property
    def family(self) -> Family:
        """Its sort."""
        match self.type:
            case PatternType.BUYING_SIGNAL:
                return Family.BUYING
            case PatternType.ENGAGEMENT_CHANGE:
                return Family.ENGAGEMENT
            case _:
                return Family.RISK

    @property
    def fingerprint(self) -> str:
        """Digest of account, type and what was seen; the same while the same is seen."""
        return digest([self.account_id, self.type.value, list[JSON](sorted(item.key for item in self.evidence))])


def confidence_of(evidence: Sequence[Evidence]) -> int:
    """How sure several independent reasons make one: the chance that not all of them mislead, 0 to 100, rounded down.

    This is the noisy-or of J. Pearl, *Probabilistic Reasoning in Intelligent Systems* (1988), section 4.3.2.
    """
    doubt, scale = 1, 1
    for item in evidence:
        doubt *= 100 - item.weight
        scale *= 100
    return (scale - doubt) * 100 // scale


def risk_type(confidence: int, evidence: Sequence[Evidence]) -> PatternType:
    """How grave a risk is: critical from 90 with three reasons, high from 80, medium below."""
    if confidence >= _CRITICAL and len(evidence) >= _CRITICAL_EVIDENCE:
        return PatternType.CRITICAL_RISK
    return PatternType.HIGH_RISK if confidence >= _HIGH else PatternType.MEDIUM_RISK
