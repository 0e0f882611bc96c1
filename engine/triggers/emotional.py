"""Emotional triggers: fired where an emotion passes its line, armed again once it has calmed; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from ..errors import WatchfloorError
from ..settings.emotions import Emotion
from ..settings.triggers import EmotionalSettings, InitiationSettings
from .skip import Skip, SkipCode

POINT: Final = 100
"""Values are hundredths of a point."""
_NEVER: Final = datetime.min.replace(tzinfo=UTC)


class TriggerState(StrEnum):
    """Where a trigger is."""

    ARMED = "armed"
    """It fires as soon as its emotion reaches the threshold."""
    QUEUED = "queued"
    """It fired; its message is under way."""
    BACKING_OFF = "backing_off"
    """Its message could not be delivered; it may try again later."""
    SPENT = "spent"
    """It fired and waits for the emotion to calm."""
    DISARMED = "disarmed"
    """Its message failed too often; it waits for the emotion to calm, or for an operator."""


TRANSITIONS: Final[Mapping[TriggerState, frozenset[TriggerState]]] = {
    TriggerState.ARMED: frozenset({TriggerState.QUEUED}),
    TriggerState.QUEUED: frozenset({TriggerState.SPENT, TriggerState.BACKING_OFF, TriggerState.DISARMED}),
    TriggerState.BACKING_OFF: frozenset({TriggerState.QUEUED, TriggerState.ARMED, TriggerState.SPENT}),
    TriggerState.SPENT: frozenset({TriggerState.ARMED, TriggerState.QUEUED}),
    TriggerState.DISARMED: frozenset({TriggerState.ARMED, TriggerState.QUEUED}),
}
"""Every legal change. An operator may fire a trigger that is spent or disarmed; by itself it does not."""


class TriggerError(WatchfloorError):
    """A trigger cannot do what was asked."""


@dataclass(frozen=True, slots=True)
class Line:
    """The figures of one emotion's trigger, in hundredths of a point.

    Attributes:
        threshold: it fires from here on.
        rearm_below: it is armed again below this.
        rest: or here at the latest, so that it is armed again by calm alone.
        priority: the highest goes first.
    """

    threshold: int
    rearm_below: int
    rest: int
    priority: int

    def calm(self, value: int) -> bool:
        """The emotion has come down far enough."""
        return value < self.rearm_below or value <= self.rest


@dataclass(frozen=True, slots=True)
class Trigger:
    """One emotion's trigger of one persona.

    Attributes:
        since: when it came into its state.
        fired_at: the last delivery, and ``fired``, how many there were.
        failures: failed deliveries in a row.
        retry_at: while it backs off, not before this.
        note: what put it into its state, for people.
    """

    emotion: Emotion
    since: datetime
    state: TriggerState = TriggerState.ARMED
    fired_at: datetime | None = None
    fired: int = 0
    failures: int = 0
    retry_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one look at a persona's emotions says.

    Attributes:
        winner: the trigger that may fire now.
        armed: triggers that calmed and are armed again, as they are from now on.
        held: those past their threshold that do not fire, and why.
    """

    winner: Emotion | None
    armed: tuple[Trigger, ...]
    held: tuple[tuple[Emotion, Skip], ...]


def lines_of(rules: EmotionalSettings, own: Mapping[Emotion, int], resting: int) -> dict[Emotion, Line]:
    """The figures of every emotion that has a trigger.

    Args:
        rules: of all personas.
        own: this persona's thresholds in points, which go first; 0 takes a trigger away.
        resting: points at which emotions come to rest.
    """
    lines = {}
    for emotion in Emotion:
        threshold = own.get(emotion, rules.thresholds.of(emotion))
        if threshold:
            rearm_below = (threshold - rules.rearm_points) * POINT
            lines[emotion] = Line(threshold * POINT, rearm_below, resting * POINT, rules.priorities.of(emotion))
    return lines


def evaluate(
    felt: Mapping[Emotion, int], triggers: Mapping[Emotion, Trigger], lines: Mapping[Emotion, Line], now: datetime
) -> Evaluation:
    """Look at one persona.

    Args:
        felt: its emotions now, in hundredths of a point.
        triggers: as they are remembered; one that is not is armed.
        lines: the figures of each trigger.
        now: the moment.
    """
    winner: Emotion | None = None
    best: tuple[int, timedelta] | None = None
    candidates: list[Emotion] = []
    armed: list[Trigger] = []
    held: list[tuple[Emotion, Skip]] = []
    for emotion, line in lines.items():
        value = felt[emotion]
        trigger = triggers.get(emotion)
        if trigger is not None and trigger.state in _CALMED and line.calm(value):
            trigger = rearmed(trigger, now, "the emotion calmed")
            armed.append(trigger)
        if value < line.threshold:
            continue
        skip = None if trigger is None else _why_held(trigger, line, now)
        if skip is not None:
            held.append((emotion, skip))
            continue
        candidates.append(emotion)
        rank = (line.priority, now - ((trigger.fired_at if trigger else None) or _NEVER))
        if best is None or rank > best:
            best, winner = rank, emotion
    if winner is not None and len(candidates) > 1:
        reason = Skip(SkipCode.OUTRANKED, f"{winner.value} goes first")
        held += [(emotion, reason) for emotion in candidates if emotion is not winner]
    return Evaluation(winner, tuple(armed), tuple(held))


def queued(trigger: Trigger, now: datetime) -> Trigger:
    """Its message is under way.

    Raises:
        TriggerError: one is under way already.
    """
    return replace(_moved(trigger, TriggerState.QUEUED, now, "its message is under way"), retry_at=None)


def delivered(trigger: Trigger, now: datetime) -> Trigger:
    """Its message arrived."""
    moved = _moved(trigger, TriggerState.SPENT, now, "fired")
    return replace(moved, fired_at=now, fired=trigger.fired + 1, failures=0)


def refused(trigger: Trigger, now: datetime, why: str) -> Trigger:
    """Its message was answered with a no: it does not ask the same again before the emotion has calmed."""
    return replace(_moved(trigger, TriggerState.SPENT, now, why), failures=0)


def failed(trigger: Trigger, now: datetime, why: str, rules: InitiationSettings) -> Trigger:
    """Its message could not be delivered: it tries again later, or is disarmed."""
    failures = trigger.failures + 1
    if failures >= rules.attempts:
        note = f"disarmed after {failures} failed deliveries: {why}"
        return replace(_moved(trigger, TriggerState.DISARMED, now, note), failures=failures, retry_at=None)
    moved = _moved(trigger, TriggerState.BACKING_OFF, now, why)
    return replace(moved, failures=failures, retry_at=now + backoff(failures, rules))


def expired(trigger: Trigger, now: datetime, rest_seconds: float) -> Trigger:
    """Its message was never delivered in time: it may fire again after a rest."""
    if trigger.state is TriggerState.BACKING_OFF:
        moved = replace(trigger, since=now, note="its message expired")
    else:
        moved = _moved(trigger, TriggerState.BACKING_OFF, now, "its message expired")
    return replace(moved, retry_at=now + timedelta(seconds=rest_seconds))


def rearmed(trigger: Trigger, now: datetime, why: str) -> Trigger:
    """It may fire again.

    Raises:
        TriggerError: its message is under way.
    """
    return replace(_moved(trigger, TriggerState.ARMED, now, why), failures=0, retry_at=None)


def backoff(failures: int, rules: InitiationSettings) -> timedelta:
    """How long to wait after so many failures in a row, 1 or more."""
    doubled = rules.backoff_seconds * 2 ** min(failures - 1, 32)
    return timedelta(seconds=min(rules.backoff_cap_seconds, doubled))


_CALMED: Final = frozenset({TriggerState.SPENT, TriggerState.DISARMED, TriggerState.BACKING_OFF})


def _why_held(trigger: Trigger, line: Line, now: datetime) -> Skip | None:
    match trigger.state:
        case TriggerState.ARMED:
            return None
        case TriggerState.QUEUED:
            return Skip(SkipCode.UNDER_WAY, "its message is under way")
        case TriggerState.BACKING_OFF:
            if trigger.retry_at is None or trigger.retry_at <= now:
                return None
            return Skip(SkipCode.BACKING_OFF, f"{trigger.note}; not again before {trigger.retry_at:%H:%M:%S} UTC")
        case TriggerState.SPENT:
            calm = max(line.rearm_below - 1, line.rest) / POINT
            return Skip(SkipCode.SPENT, f"{trigger.note} at {trigger.since:%H:%M} UTC; armed again at {calm:g} or less")
        case TriggerState.DISARMED:
            return Skip(SkipCode.DISARMED, trigger.note)


def _moved(trigger: Trigger, state: TriggerState, now: datetime, note: str) -> Trigger:
    if state not in TRANSITIONS[trigger.state]:
        raise TriggerError(
            f"trigger {trigger.emotion.value} cannot become {state.value}", why=f"it is {trigger.state.value}"
        )
    return replace(trigger, state=state, since=now, note=note)
