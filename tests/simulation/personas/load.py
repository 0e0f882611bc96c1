"""What happens to a floor of personas in simulated weeks: who writes when, and what goes wrong; all from a seed."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final, TypeAlias

from engine.personas import SenderKind
from engine.settings.personas import AutonomyMode, PersonaSettings

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
BURST_FACTOR: Final = 10
HEARERS: Final = 3
"""Personas that hear one channel."""
SETTLING: Final = 900
"""Seconds after something unusual in which a persona is not judged as being at normal load."""
FLOOD: Final = 1_300
"""Notices within a minute: more than an inbox holds."""


@dataclass(frozen=True, slots=True)
class Say:
    """Somebody writes."""

    text: str
    kind: SenderKind
    to: str = ""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Restart:
    """The engine stops, in order or by a crash, and comes back."""

    down_seconds: int
    crash: bool


Happening: TypeAlias = Say | Restart


def people(number: int) -> dict[str, PersonaSettings]:
    """Personas, some of them in sync mode; three and three hear a channel."""
    return {
        f"p{index:02}": PersonaSettings(
            name=f"Persona {index:02}",
            channels=(f"room-{index // HEARERS}",),
            brain="simulated",
            mode=AutonomyMode.SYNC if index % 10 == 4 else AutonomyMode.AUTONOMOUS,
            expertise=("invoice",),
        )
        for index in range(number)
    }


@dataclass(slots=True)
class Weather:
    """How things are over the whole time.

    Attributes:
        personas: who there is.
        days: how long.
        seed: of everything.
        flood: notices in a flood.
        bursts: for each persona, spans of seconds with ten times the messages.
        floods: persona and second of each flood.
        outages: for each persona, spans in which its brain only fails.
        restarts: second and what kind.
    """

    personas: Mapping[str, PersonaSettings]
    days: int
    seed: int
    flood: int = FLOOD
    bursts: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    floods: list[tuple[int, str]] = field(default_factory=list)
    outages: dict[str, list[tuple[int, int]]] = field(default_factory=dict)
    restarts: list[tuple[int, Restart]] = field(default_factory=list)

    def __post_init__(self) -> None:
        source = Random(self.seed)  # reproducible by design
        names = sorted(self.personas)
        busy = [key for key in names if self.personas[key].mode is AutonomyMode.AUTONOMOUS]
        for day in range(self.days):
            begin = day * DAY
            for _ in range(max(1, len(names) // 10)):
                start = begin + source.randrange(9 * HOUR, 16 * HOUR)
                self.bursts.setdefault(source.choice(names), []).append((start, start + HOUR))
                start = begin + source.randrange(0, 22 * HOUR)
                span = (start, start + source.randrange(120, 1_800))
                self.outages.setdefault(source.choice(names), []).append(span)
            for start in sorted(source.sample(range(9 * HOUR, 19 * HOUR), 3)):
                kind = Restart(source.choice((0, 5, 300, 1_800)), crash=source.random() < 0.5)
                self.restarts.append((begin + start, kind))
            if day % 5 == 0:
                self.floods.append((begin + source.randrange(10 * HOUR, 14 * HOUR), source.choice(busy)))

    def rate(self, persona: str, second: int) -> float:
        """Messages an hour meant for a persona: few by night and at weekends, ten times as many in a burst."""
        hour, day = second % DAY // HOUR, second // DAY % 7
        base = (3 + int(persona[1:]) % 5 * 2) * (1.0 if 8 <= hour < 20 else 0.1) * (0.2 if day >= 5 else 1.0)
        return base * (BURST_FACTOR if _within(self.bursts.get(persona, ()), second) else 1)

    def fails(self, persona: str, second: float) -> bool:
        """Whether a persona's brain is out of order."""
        return _within(self.outages.get(persona, ()), second)

    def is_calm(self, persona: str, second: float) -> bool:
        """Nothing unusual is going on for a persona, nor was lately."""
        unusual = [*self.bursts.get(persona, ()), *self.outages.get(persona, ())]
        unusual += [(start, start + 5 * HOUR) for start, whom in self.floods if whom == persona]
        unusual += [(start, start + restart.down_seconds) for start, restart in self.restarts]
        return not any(start <= second < end + SETTLING for start, end in unusual)

    def happenings(self) -> Iterator[tuple[float, Happening]]:
        """All that happens, in order of time, in seconds from the start."""
        return iter(heapq.merge(self._messages(), self._flooding(), iter(self.restarts), key=lambda pair: pair[0]))

    def _messages(self) -> Iterator[tuple[float, Happening]]:
        source = Random(self.seed + 1)  # as above
        for minute in range(self.days * DAY // 60):
            begin = minute * 60
            # One draw a minute: at most one message, as likely as the rate says.
            found = [
                (begin + source.random() * 60, _say(persona, source))
                for persona in self.personas
                if source.random() < self.rate(persona, begin) / 60
            ]
            yield from sorted(found, key=lambda pair: pair[0])

    def _flooding(self) -> Iterator[tuple[float, Happening]]:
        for start, persona in sorted(self.floods):
            for number in range(self.flood):
                yield start + number * 60 / self.flood, Say(f"alarm {number}", SenderKind.SYSTEM, to=persona)


def _say(persona: str, source: Random) -> Say:
    which = source.random()
    poison = "poison " if source.random() < 0.002 else ""
    room = f"room-{int(persona[1:]) // HEARERS}"
    if which < 0.5:
        return Say(f"{poison}what about the invoice of {source.randrange(1_000)}?", SenderKind.HUMAN, to=persona)
    if which < 0.65:
        return Say(f"{poison}@{persona} can you look at {source.randrange(1_000)}?", SenderKind.HUMAN, channel=room)
    if which < 0.7:
        return Say(f"{poison}does anybody know {source.randrange(1_000)}?", SenderKind.HUMAN, channel=room)
    return Say(f"{poison}notice {source.randrange(1_000_000)}", SenderKind.SYSTEM, channel=room)


def _within(spans: object, second: float) -> bool:
    return any(start <= second < end for start, end in spans)  # type: ignore[attr-defined]  # pairs
