"""The health gates: pure, from what was measured of a persona to a verdict for each gate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ...settings.rollout import RolloutGates


class Gate(StrEnum):
    """What is watched."""

    ANSWERS = "answers"
    DEPTH = "depth"
    FAILURES = "failures"
    REJECTIONS = "rejections"
    STARVATION = "starvation"


class Health(StrEnum):
    """What a gate says."""

    OK = "ok"
    FEW = "few"
    """There is too little to go by."""
    BREACH = "breach"


_FEW: Final[Mapping[Gate, str]] = {
    Gate.ANSWERS: "{} answers of {}",
    Gate.FAILURES: "{} attempts of {}",
    Gate.REJECTIONS: "{} decisions of {}",
}
"""What a gate counts, of which there can be too little to go by."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of one persona since it joined, within the window.

    Attributes:
        persona_id: whose.
        answer_seconds: how long people waited for each answer; for those who still wait, how long until now.
        depth: messages that wait.
        attempts, failures: how often it thought about a message, and how often that failed.
        decided, rejected: proposals of its that operators decided, and those that they rejected.
        oldest_seconds: how long the oldest waiting message has waited.
        resting: an operator paused it: nothing is said about it, and nothing is soaked meanwhile.
        out: an operator gave it another mode: the rollout goes on without it.
    """

    persona_id: str
    answer_seconds: tuple[float, ...] = ()
    depth: int = 0
    attempts: int = 0
    failures: int = 0
    decided: int = 0
    rejected: int = 0
    oldest_seconds: float = 0.0
    resting: bool = False
    out: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """One gate's verdict about one persona.

    Attributes:
        value: what was measured: seconds, messages or percent.
        limit: what it is held to, in the same unit.
        samples: how many cases that rests on.
        least: below so many of them nothing is said; 0 where one look is enough.
    """

    gate: Gate
    persona_id: str
    health: Health
    value: float
    limit: float
    samples: int
    least: int

    @property
    def strain(self) -> float:
        """How close to the limit it is: 1 is at it."""
        return self.value / self.limit if self.limit else (float(self.value > 0) * 2)

    def sentence(self) -> str:
        """The figures in words."""
        if self.health is Health.FEW:
            return f"{self.persona_id}: {_FEW[self.gate].format(self.samples, self.least)}, too few to say"
        return {
            Gate.ANSWERS: f"95 of 100 answers of {self.persona_id} within {self.value:.1f} s, the limit is"
            f" {self.limit:g} s, from {self.samples} answers",
            Gate.DEPTH: f"{self.value:g} messages wait for {self.persona_id}, fewer than {self.limit:g} have to",
            Gate.FAILURES: f"{self.value:.1f} % of what {self.persona_id} tried failed, the limit is {self.limit:g} %,"
            f" from {self.samples} attempts",
            Gate.REJECTIONS: f"operators rejected {self.value:.1f} % of what {self.persona_id} proposed, the limit is"
            f" {self.limit:g} %, from {self.samples} decisions",
            Gate.STARVATION: f"a message has waited {self.value:.0f} s for {self.persona_id}, the limit is"
            f" {self.limit:g} s",
        }[self.gate]


def read_gates(measured: Measured, gates: RolloutGates) -> tuple[Reading, ...]:
    """Every gate's verdict about a persona; none about one that rests or is out of it."""
    if measured.resting or measured.out:
        return ()
    failed = _percent(measured.failures, measured.attempts)
    rejected = _percent(measured.rejected, measured.decided)
    answered = len(measured.answer_seconds)
    # Compared by exact integers where they are counted, so that a share of just the limit is no breach.
    too_many_failures = measured.failures * 100 > gates.failure_percent * measured.attempts
    too_many_rejected = measured.rejected * 100 > gates.rejected_percent * measured.decided
    slow = p95(measured.answer_seconds)

    def reading(gate: Gate, value: float, limit: float, samples: int, least: int, *, broken: bool) -> Reading:
        enough = samples >= least
        health = Health.FEW if not enough else Health.BREACH if broken else Health.OK
        return Reading(gate, measured.persona_id, health, value, limit, samples, least)

    return (
        reading(
            Gate.ANSWERS, slow, gates.answer_seconds, answered, gates.least_answers, broken=slow > gates.answer_seconds
        ),
        reading(
            Gate.DEPTH,
            measured.depth,
            gates.depth_below,
            measured.depth,
            0,
            broken=measured.depth >= gates.depth_below,
        ),
        reading(
            Gate.FAILURES,
            failed,
            gates.failure_percent,
            measured.attempts,
            gates.least_attempts,
            broken=too_many_failures,
        ),
        reading(
            Gate.REJECTIONS,
            rejected,
            gates.rejected_percent,
            measured.decided,
            gates.least_decisions,
            broken=too_many_rejected,
        ),
        reading(
            Gate.STARVATION,
            measured.oldest_seconds,
            gates.oldest_seconds,
            measured.depth,
            0,
            broken=measured.oldest_seconds > gates.oldest_seconds,
        ),
    )


def p95(seconds: Iterable[float]) -> float:
    """What 95 of 100 stay within; 0 of none."""
    ordered = sorted(seconds)
    return ordered[-(-len(ordered) * 95 // 100) - 1] if ordered else 0.0


def worst(readings: Sequence[Reading], gate: Gate) -> Reading | None:
    """The reading of a gate that is closest to its limit, breaches first and those with too little to go by last."""
    order = {Health.BREACH: 0, Health.OK: 1, Health.FEW: 2}
    of_gate = [one for one in readings if one.gate is gate]
    return min(of_gate, key=lambda one: (order[one.health], -one.strain, one.persona_id), default=None)


def first_breach(readings: Sequence[Reading]) -> Reading | None:
    """The breach that is told: the farthest beyond its limit."""
    broken = [one for one in readings if one.health is Health.BREACH]
    return max(broken, key=lambda one: (one.strain, one.gate.value, one.persona_id), default=None)


def _percent(part: int, whole: int) -> float:
    return part * 100 / whole if whole else 0.0
