"""The circuit breaker: what keeps failing is left alone for a while, then tried once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Circuit(StrEnum):
    """What a breaker lets through."""

    CLOSED = "closed"
    """Everything."""
    OPEN = "open"
    """Nothing, until its time is over."""
    HALF_OPEN = "half_open"
    """One attempt, whose end decides."""


class Signal(StrEnum):
    """What a breaker is told."""

    SUCCESS = "success"
    FAILURE = "failure"
    """One more failure, and still fewer in a row than it takes."""
    TRIP = "trip"
    """The failure that makes it enough in a row."""
    TIMER = "timer"
    """The time that it stays open is over."""


_C, _S = Circuit, Signal
TRANSITIONS: Final[Mapping[tuple[Circuit, Signal], Circuit]] = MappingProxyType({
    (_C.CLOSED, _S.SUCCESS): _C.CLOSED,
    (_C.CLOSED, _S.FAILURE): _C.CLOSED,
    (_C.CLOSED, _S.TRIP): _C.OPEN,
    # What had begun before it opened ends now; that says nothing about the present.
    (_C.OPEN, _S.SUCCESS): _C.OPEN,
    (_C.OPEN, _S.FAILURE): _C.OPEN,
    (_C.OPEN, _S.TRIP): _C.OPEN,
    (_C.OPEN, _S.TIMER): _C.HALF_OPEN,
    (_C.HALF_OPEN, _S.SUCCESS): _C.CLOSED,
    (_C.HALF_OPEN, _S.FAILURE): _C.OPEN,
    (_C.HALF_OPEN, _S.TRIP): _C.OPEN,
})  # fmt: skip
"""Every change; what is not here changes nothing."""


@dataclass(frozen=True, slots=True)
class Breaker:
    """One breaker.

    Attributes:
        failures: how many failed in a row.
        until: when an open one lets an attempt through, in seconds of the agent's steady clock.
        probing: the one attempt of a half-open one is under way.
    """

    state: Circuit = Circuit.CLOSED
    failures: int = 0
    until: float = 0.0
    probing: bool = False


def look(breaker: Breaker, now: float) -> Breaker:
    """The breaker at a moment: an open one whose time is over is half open."""
    if breaker.state is Circuit.OPEN and now >= breaker.until:
        return replace(breaker, state=TRANSITIONS[breaker.state, Signal.TIMER], probing=False)
    return breaker


def begin(breaker: Breaker, now: float) -> Breaker | None:
    """An attempt wants to begin.

    Returns:
        the breaker with the attempt under way; nothing where it lets none through.
    """
    seen = look(breaker, now)
    if seen.state is Circuit.OPEN or seen.probing:
        return None
    return replace(seen, probing=True) if seen.state is Circuit.HALF_OPEN else seen


def end(breaker: Breaker, now: float, *, failed: bool, most: int, seconds: float) -> Breaker:
    """An attempt has ended.

    Args:
        breaker: as it is.
        now: the agent's steady clock.
        failed: what came of the attempt.
        most: so many failures in a row open it.
        seconds: how long it stays open.
    """
    failures = breaker.failures + 1 if failed else 0
    signal = (Signal.TRIP if failures >= most else Signal.FAILURE) if failed else Signal.SUCCESS
    after = TRANSITIONS[breaker.state, signal]
    if breaker.state is Circuit.OPEN:
        return breaker
    return Breaker(after, failures, now + seconds if after is Circuit.OPEN else 0.0)


def drop(breaker: Breaker) -> Breaker:
    """An attempt was given back without an answer: the next one is the probe."""
    return replace(breaker, probing=False)
