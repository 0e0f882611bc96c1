"""The breakers of one agent: one for each executor and one for each capability that its tasks ask for."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from ..clock import Clock
from ..settings.agents import BreakerSettings
from .breaker import Breaker, Circuit, begin, drop, end, look


@dataclass(frozen=True, slots=True)
class BreakerState:
    """A breaker that is not at rest, for whoever looks.

    Attributes:
        name: the executor or the capability.
        failures: how many failed in a row.
        seconds: until it lets an attempt through.
    """

    name: str
    state: Circuit
    failures: int
    seconds: float


class Breakers:
    """Keeps them.

    Args:
        settings: when they open, and for how long.
        clock: measures that.
    """

    def __init__(self, settings: BreakerSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        self._known: dict[str, Breaker] = {}

    def open(self, names: Iterable[str]) -> frozenset[str]:
        """Those of ``names`` that let nothing through now."""
        if not self._known:
            return frozenset()
        now = self._clock.monotonic()
        return frozenset(name for name in names if name in self._known and begin(self._known[name], now) is None)

    def probes(self, names: Iterable[str]) -> frozenset[str]:
        """Those of ``names`` that let one attempt through, to see whether it works again."""
        if not self._known:
            return frozenset()
        now = self._clock.monotonic()
        ready = (name for name in names if name in self._known)
        return frozenset(
            name
            for name in ready
            if look(self._known[name], now).state is Circuit.HALF_OPEN and begin(self._known[name], now) is not None
        )

    def begin(self, names: Collection[str]) -> bool:
        """An attempt that needs all of ``names`` wants to begin; says whether it may."""
        if not self._known or not any(name in self._known for name in names):
            return True
        now = self._clock.monotonic()
        after = {name: begin(self._known.get(name, Breaker()), now) for name in names}
        begun = {name: breaker for name, breaker in after.items() if breaker is not None}
        if len(begun) < len(after):
            return False
        self._known.update({name: breaker for name, breaker in begun.items() if breaker != Breaker()})
        return True

    def end(self, names: Iterable[str], *, failed: bool) -> None:
        """An attempt has succeeded or failed."""
        if not failed and not self._known:
            return
        now, rules = self._clock.monotonic(), self._settings
        for name in names:
            if not failed and name not in self._known:
                continue
            before = self._known.get(name, Breaker())
            after = end(before, now, failed=failed, most=rules.failures, seconds=rules.open_seconds)
            if after == Breaker():
                self._known.pop(name, None)
            else:
                self._known[name] = after

    def drop(self, names: Iterable[str]) -> None:
        """An attempt was given back."""
        for name in names:
            if name in self._known:
                self._known[name] = drop(self._known[name])

    def states(self) -> tuple[BreakerState, ...]:
        """Those that are not at rest, by name."""
        now = self._clock.monotonic()
        seen = ((name, look(breaker, now)) for name, breaker in sorted(self._known.items()))
        return tuple(
            BreakerState(name, breaker.state, breaker.failures, max(0.0, breaker.until - now)) for name, breaker in seen
        )
