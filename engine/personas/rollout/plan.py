"""The rollout as a state machine: pure, from (rollout, step, now) to the next rollout and whose mode changes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from ...errors import WatchfloorError
from ...settings.rollout import RolloutSettings

CREDIT_LOOKS: Final = 3
"""Time between two looks counts as soak up to so many looks' distance: a machine that slept did not work healthily."""


class RolloutError(WatchfloorError):
    """The rollout cannot take this step."""


class RolloutState(StrEnum):
    """Where a rollout is."""

    PLANNED = "planned"
    """It is drawn up; nobody's mode has changed."""
    SOAKING = "soaking"
    """The stage's personas work by themselves, and their health is watched."""
    READY = "ready"
    """The soak is over; an operator has to let the next stage begin."""
    HELD = "held"
    """An operator holds it: no soak, no next stage; the gates are watched on."""
    COMPLETE = "complete"
    """The last stage has soaked."""
    ROLLED_BACK = "rolled_back"
    """Its personas answer at once again: a gate was breached, or an operator said so."""
    ABORTED = "aborted"
    """An operator gave it up; its personas are what they were before."""


class Step(StrEnum):
    """What can happen to a rollout."""

    START = "start"
    SOAKED = "soaked"
    ADVANCE = "advance"
    HOLD = "hold"
    RESUME = "resume"
    BREACH = "breach"
    BACK = "back"
    ABORT = "abort"
    RESTART = "restart"


class Stage(StrEnum):
    """How many of the personas take part."""

    ONE = "one"
    HALF = "half"
    ALL = "all"

    @property
    def following(self) -> Stage | None:
        """The next stage; nothing after the last."""
        place = _STAGES.index(self) + 1
        return _STAGES[place] if place < len(_STAGES) else None


_STAGES: Final = tuple(Stage)
_S = RolloutState
TRANSITIONS: Final[Mapping[tuple[RolloutState, Step], frozenset[RolloutState]]] = MappingProxyType({
    (_S.PLANNED, Step.START): frozenset({_S.SOAKING}),
    (_S.PLANNED, Step.ABORT): frozenset({_S.ABORTED}),
    (_S.SOAKING, Step.SOAKED): frozenset({_S.READY}),
    (_S.SOAKING, Step.ADVANCE): frozenset({_S.SOAKING, _S.COMPLETE}),
    (_S.SOAKING, Step.HOLD): frozenset({_S.HELD}),
    (_S.SOAKING, Step.BREACH): frozenset({_S.ROLLED_BACK}),
    (_S.SOAKING, Step.BACK): frozenset({_S.ROLLED_BACK}),
    (_S.SOAKING, Step.ABORT): frozenset({_S.ABORTED}),
    (_S.READY, Step.ADVANCE): frozenset({_S.SOAKING, _S.COMPLETE}),
    (_S.READY, Step.HOLD): frozenset({_S.HELD}),
    (_S.READY, Step.BREACH): frozenset({_S.ROLLED_BACK}),
    (_S.READY, Step.BACK): frozenset({_S.ROLLED_BACK}),
    (_S.READY, Step.ABORT): frozenset({_S.ABORTED}),
    (_S.HELD, Step.RESUME): frozenset({_S.SOAKING}),
    (_S.HELD, Step.BREACH): frozenset({_S.ROLLED_BACK}),
    (_S.HELD, Step.BACK): frozenset({_S.ROLLED_BACK}),
    (_S.HELD, Step.ABORT): frozenset({_S.ABORTED}),
    (_S.COMPLETE, Step.BACK): frozenset({_S.ROLLED_BACK}),
    (_S.ROLLED_BACK, Step.RESTART): frozenset({_S.SOAKING}),
    (_S.ABORTED, Step.RESTART): frozenset({_S.SOAKING}),
})  # fmt: skip
"""Every legal step and the states that it may lead to. A new plan may be drawn up wherever no rollout is under way."""

LIVE: Final = frozenset({_S.SOAKING, _S.READY, _S.HELD})
"""States in which the rollout's personas work by themselves on trial: their health is watched."""


@dataclass(frozen=True, slots=True)
class Rollout:
    """One rollout.

    Attributes:
        number: its id; a later one has a higher number.
        members: everybody whom it is about, in the order of joining.
        stage: the stage that soaks, or did last.
        began_at: when that stage began.
        soaked: healthy work of that stage so far.
        as_of: up to when it was counted.
        why: why it is in this state; empty where nobody said.
        changed_at: when it came into this state.
    """

    number: int
    members: tuple[str, ...]
    state: RolloutState
    stage: Stage
    began_at: datetime
    soaked: timedelta
    as_of: datetime
    why: str
    changed_at: datetime

    @property
    def live(self) -> bool:
        """Personas are on trial."""
        return self.state in LIVE


def order_of(persona_ids: Iterable[str], first: str = "") -> tuple[str, ...]:
    """The order in which personas join: the one that is named, then by a hash of their ids, the same for ever."""
    ids = sorted(set(persona_ids), key=lambda one: (hashlib.sha256(one.encode()).digest(), one))
    return tuple(sorted(ids, key=lambda one: one != first))


def taking_part(members: Sequence[str], stage: Stage, half_percent: int) -> tuple[str, ...]:
    """Who works by itself in a stage; each stage has everybody of the one before."""
    number = {
        Stage.ONE: 1,
        Stage.HALF: max(1, -(-len(members) * half_percent // 100)),
        Stage.ALL: len(members),
    }[stage]
    return tuple(members[:number])


def soak_of(stage: Stage, rules: RolloutSettings) -> timedelta:
    """How long a stage has to soak."""
    seconds = {
        Stage.ONE: rules.soak_one_seconds,
        Stage.HALF: rules.soak_half_seconds,
        Stage.ALL: rules.soak_all_seconds,
    }[stage]
    return timedelta(seconds=seconds)


def soak_left(rollout: Rollout, rules: RolloutSettings) -> timedelta:
    """How much healthy work the stage still has to show."""
    return max(timedelta(), soak_of(rollout.stage, rules) - rollout.soaked)


def check_legal(rollout: Rollout, step: Step) -> frozenset[RolloutState]:
    """The states that a step may lead to.

    Raises:
        RolloutError: the step is not legal now.
    """
    legal = TRANSITIONS.get((rollout.state, step))
    if legal is None:
        possible = ", ".join(sorted(known.value for state, known in TRANSITIONS if state is rollout.state))
        raise RolloutError(
            f"the rollout is {rollout.state.value.replace('_', ' ')}",
            why=f"{step.value} does not fit that",
            remedy=f"It can: {possible}." if possible else "Plan a new one.",
        )
    return legal


def stepped(rollout: Rollout, step: Step, now: datetime, why: str = "") -> Rollout:
    """The rollout after a step; see :data:`TRANSITIONS`.

    Raises:
        RolloutError: the step is not legal now.
    """
    legal = check_legal(rollout, step)
    following = rollout.stage.following if step is Step.ADVANCE else None
    state = (RolloutState.SOAKING if following else RolloutState.COMPLETE) if step is Step.ADVANCE else min(legal)
    assert state in legal  # noqa: S101  # only advance has two, and names one of them
    after = replace(rollout, state=state, why=why, changed_at=now, as_of=now)
    if step in {Step.START, Step.RESTART}:
        return replace(after, stage=Stage.ONE, began_at=now, soaked=timedelta())
    if following:
        return replace(after, stage=following, began_at=now, soaked=timedelta())
    return after


def credited(rollout: Rollout, now: datetime, rules: RolloutSettings, *, healthy: bool) -> Rollout:
    """The rollout with the time since the last look counted as soak, where it was healthy work all along.

    Args:
        rollout: as it was at the last look.
        now: the moment of this look.
        rules: how far apart looks are.
        healthy: everybody in it worked, and no gate was breached.
    """
    passed = max(timedelta(), now - rollout.as_of)
    if rollout.state is RolloutState.SOAKING and healthy:
        most = timedelta(seconds=rules.check_seconds) * CREDIT_LOOKS
        counted = min(passed, most, soak_left(rollout, rules))
        return replace(rollout, soaked=rollout.soaked + counted, as_of=now)
    return replace(rollout, as_of=now)


def due(rollout: Rollout, rules: RolloutSettings, *, breached: bool, enough: bool) -> Step | None:
    """The step that a look at the health makes, if any.

    Args:
        rollout: with the soak counted.
        rules: what ends a soak.
        breached: a gate was.
        enough: the stage has been asked often enough to say that it is healthy.
    """
    if rollout.live and breached:
        return Step.BREACH
    if rollout.state is RolloutState.SOAKING and enough and not soak_left(rollout, rules):
        return Step.ADVANCE if rules.advance == "automatic" else Step.SOAKED
    return None
