"""Limits on what may happen by itself: who is bound, in which measure, and how much. Pure values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

EVERYTHING: Final = "*"
"""The subject of a limit on all actions together."""
EACH_PERSONA: Final = "persona:*"
"""The subject of a limit on every persona by itself, where it has none of its own in that measure."""
EACH_KIND: Final = "kind:*"
"""The same for every kind."""
_REMEMBERED: Final = 1_000


class Measure(StrEnum):
    """What is counted, over which sliding window."""

    ACTIONS_PER_HOUR = "actions_per_hour"
    ACTIONS_PER_DAY = "actions_per_day"
    RECIPIENTS_PER_DAY = "recipients_per_day"
    """Distinct addresses outside."""
    CENTS_PER_DAY = "cents_per_day"

    @property
    def window(self) -> timedelta:
        """How long a use counts."""
        return timedelta(hours=1) if self is Measure.ACTIONS_PER_HOUR else timedelta(days=1)

    def said(self, amount: int) -> str:
        """An amount in this measure, for people."""
        match self:
            case Measure.CENTS_PER_DAY:
                return f"{amount // 100:,}.{amount % 100:02d} of money"
            case Measure.RECIPIENTS_PER_DAY:
                return f"{amount:,} {'recipient' if amount == 1 else 'recipients'}"
            case _:
                return f"{amount:,} {'action' if amount == 1 else 'actions'}"

    @property
    def period(self) -> str:
        """The window, for people."""
        return "hour" if self is Measure.ACTIONS_PER_HOUR else "day"


@dataclass(frozen=True, slots=True)
class Allowance:
    """Most of something in a window before an operator is asked.

    Attributes:
        subject: ``*``, a proposer (``persona:helper``), ``persona:*``, ``kind:<kind>`` or ``kind:*``.
        measure: what is counted.
        most: how much may happen by itself, at least 0.
    """

    subject: str
    measure: Measure
    most: int


DEFAULTS: Final = (
    Allowance(EVERYTHING, Measure.RECIPIENTS_PER_DAY, 200),
    Allowance(EVERYTHING, Measure.CENTS_PER_DAY, 10_000),
    Allowance(EACH_PERSONA, Measure.ACTIONS_PER_HOUR, 1_000),
    Allowance(EACH_PERSONA, Measure.RECIPIENTS_PER_DAY, 100),
    Allowance(EACH_PERSONA, Measure.CENTS_PER_DAY, 2_000),
    Allowance("kind:send_follow_up_email", Measure.ACTIONS_PER_HOUR, 20),
    Allowance("kind:send_follow_up_email", Measure.ACTIONS_PER_DAY, 100),
    Allowance("kind:schedule_meeting", Measure.ACTIONS_PER_HOUR, 20),
    Allowance("kind:send_routine_response", Measure.ACTIONS_PER_HOUR, 200),
)
"""What holds where the policy and the settings say nothing else: enough for a working day, too little for a runaway."""


class Limits:
    """Every limit in force.

    Args:
        policy: the policy's; in the same subject and measure they replace the shipped defaults.
        own: the personas' daily allowances from their settings; the smaller one counts.
    """

    def __init__(self, policy: Iterable[Allowance] = (), own: Iterable[Allowance] = ()) -> None:
        table = {(limit.subject, limit.measure): limit for limit in DEFAULTS}
        named: dict[tuple[str, Measure], Allowance] = {}
        for limit in policy:
            key = (limit.subject, limit.measure)
            if key not in named or limit.most < named[key].most:
                named[key] = limit
        table |= named
        for limit in own:
            key = (limit.subject, limit.measure)
            if key not in table or limit.most < table[key].most:
                table[key] = limit
        self._table = table
        self._cache: dict[tuple[str, str], tuple[Allowance, ...]] = {}

    @property
    def all(self) -> tuple[Allowance, ...]:
        """Every limit, wildcards as such."""
        return tuple(self._table.values())

    def of(self, proposer: str, kind: str) -> tuple[Allowance, ...]:
        """The limits that bind an action, each under the subject that is counted.

        Args:
            proposer: who asks.
            kind: normalised.
        """
        key = (proposer, kind)
        if key not in self._cache:
            if len(self._cache) >= _REMEMBERED:
                self._cache.clear()
            subjects = (EVERYTHING, proposer, f"kind:{kind}")
            self._cache[key] = tuple(limit for subject in subjects for limit in self.on(subject))
        return self._cache[key]

    def on(self, subject: str) -> tuple[Allowance, ...]:
        """The limits that bind one subject: its own, and by the wildcard where it has none in that measure."""
        wildcard = next((each for each in (EACH_PERSONA, EACH_KIND) if subject.startswith(each[:-1])), subject)
        found = (self._table.get((subject, measure)) or self._table.get((wildcard, measure)) for measure in Measure)
        return tuple(Allowance(subject, limit.measure, limit.most) for limit in found if limit is not None)
