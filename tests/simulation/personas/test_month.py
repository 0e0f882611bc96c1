"""Weeks of many personas with bursts, lulls, failing brains and restarts: the promises hold, from any seed.

By default one day of eight personas; ``WATCHFLOOR_PERSONA_DAYS=30 WATCHFLOOR_PERSONAS=50`` runs the month of the issue.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

import pytest

from engine.settings.persona_rules import PersonaRules

from .floor import Floor, Seen
from .load import HOUR, Weather, people

DAYS: Final = int(os.environ.get("WATCHFLOOR_PERSONA_DAYS", "1"))
PERSONAS: Final = int(os.environ.get("WATCHFLOOR_PERSONAS", "8"))
SEED: Final = int(os.environ.get("WATCHFLOOR_PERSONA_SEED", "7"))
RULES: Final = PersonaRules()

pytestmark = pytest.mark.timeout(0 if DAYS > 2 else 300)


async def test_a_month_on_the_floor(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    floor = Floor(tmp_path / "engine.db", Weather(people(PERSONAS), DAYS, SEED))
    await floor.run()
    figures = Figures(floor)
    with capsys.disabled():
        sys.stdout.write(figures.table())
    figures.hold()


async def test_the_same_seed_gives_the_same_journal(tmp_path: Path) -> None:
    async def head(name: str, seed: int) -> str:
        return await Floor(tmp_path / f"{name}.db", Weather(people(2), min(DAYS, 3), seed, flood=60)).run()

    first = await head("one", SEED)
    assert await head("two", SEED) == first
    assert await head("other", SEED + 1) != first


class Figures:
    """What is to be told of a run, and what it has to keep to."""

    def __init__(self, floor: Floor) -> None:
        self.floor = floor
        seen = floor.seen.values()
        self.flooded = {persona for _, persona in floor.weather.floods}
        handled = [one for one in seen if one.outcome != "dropped"]
        self.unanswered = [one for one in seen if one.ended is None]
        self.waits = sorted(_wait(one) for one in handled if one.ended is not None)
        self.flood_wait = max((_wait(one) for one in handled if one.persona in self.flooded), default=0.0)
        self.other_wait = max((_wait(one) for one in handled if one.persona not in self.flooded), default=0.0)
        # What a stop or a failure interrupted tells nothing about how soon answers come.
        smooth = [one for one in seen if one.outcome == "answered" and not one.failures and not one.interrupted]
        normal = [one for one in smooth if one.calm]
        self.autonomous = sorted(_wait(one) for one in normal if not self._is_sync(one.persona))
        self.sync = sorted(_wait(one) for one in smooth if one.sync)
        self.protected_dropped = sum(1 for _, protected in floor.dropped if protected)
        self.calm_depth = max(
            (
                sample.depth.get(persona, 0)
                for sample in floor.samples
                for persona in floor.weather.personas
                if floor.weather.is_calm(persona, sample.second)
            ),
            default=0,
        )
        self.deepest = max(max(sample.depth.values(), default=0) for sample in floor.samples)

    def _count(self, what: str) -> int:
        return self.floor.counts.get(f"message.{what}", 0)

    def _is_sync(self, persona: str) -> bool:
        return persona.endswith("4")

    def longest_weary(self) -> float:
        """The longest time in hours that anybody had less than 15 points of energy at a stretch."""
        longest, since = 0.0, defaultdict[str, float](lambda: -1.0)
        for sample in self.floor.samples:
            for persona, energy in sample.energy.items():
                if energy >= 1_500:
                    since[persona] = -1.0
                elif since[persona] < 0:
                    since[persona] = sample.second
                else:
                    longest = max(longest, sample.second - since[persona])
        return longest / HOUR

    def untouched(self) -> list[str]:
        """Personas that never answered, or never tired at all."""
        lowest = {key: min(sample.energy[key] for sample in self.floor.samples) for key in self.floor.weather.personas}
        answered = {one.persona for one in self.floor.seen.values() if one.outcome == "answered"}
        return [key for key in self.floor.weather.personas if key not in answered or lowest[key] == 10_000]

    def hold(self) -> None:
        """Everything that a floor promises."""
        floor = self.floor
        assert not self.unanswered
        capacity, slowest = RULES.inbox.capacity, RULES.cadence.overwhelmed_seconds + 5
        assert self.flood_wait <= capacity * slowest * 1.5
        assert self.other_wait <= 2 * HOUR
        assert self.protected_dropped == 0
        assert self.calm_depth < RULES.inbox.healthy_below
        assert floor.dropped, "no inbox overflowed: nothing was shown about dropping"
        assert sum(floor.samples[-1].depth.values()) == 0
        assert self.longest_weary() < 6
        assert min(floor.samples[-1].energy.values()) > 9_000
        assert self.untouched() == []
        assert 3 <= statistics.fmean(self.autonomous) <= 7
        assert self.autonomous[0] >= 3
        assert _share(self.autonomous, 10) >= 0.97
        assert self.sync[-1] <= 1
        assert floor.counts["persona.circuit_closed"] >= 1
        assert self._count("recovered") + self._count("released") >= 1
        assert not floor.open_circuits

    def table(self) -> str:
        """The figures in lines."""
        floor, outcomes = self.floor, Counter(one.outcome for one in self.floor.seen.values())
        lowest = min(min(sample.energy.values()) for sample in floor.samples) / 100
        lines = [
            ("personas, days, restarts", f"{len(floor.weather.personas)}, {floor.weather.days}, {floor.restarts}"),
            ("messages accepted", f"{len(floor.seen):,}"),
            ("  came to", ", ".join(f"{name} {number:,}" for name, number in sorted(outcomes.items()))),
            ("  still waiting at the end", f"{len(self.unanswered)}"),
            ("dropped in floods; of humans or mentions", f"{len(floor.dropped):,}; {self.protected_dropped}"),
            ("autonomous answer at normal load, mean", f"{statistics.fmean(self.autonomous):.2f} s"),
            (
                "  p50, p95, p99, longest",
                ", ".join(f"{_at(self.autonomous, share):.1f}" for share in (0.5, 0.95, 0.99, 1)) + " s",
            ),
            ("  within 10 s", f"{_share(self.autonomous, 10):.1%}"),
            ("sync answer, mean, longest", f"{statistics.fmean(self.sync):.2f}, {self.sync[-1]:.2f} s"),
            ("longest wait, nobody flooded", f"{self.other_wait / 60:.1f} min"),
            ("longest wait in a flood of 1,300 a minute", f"{self.flood_wait / HOUR:.2f} h"),
            ("deepest inbox; at normal load", f"{self.deepest}; {self.calm_depth}"),
            ("lowest energy; longest below 15", f"{lowest:.0f}; {self.longest_weary():.1f} h"),
            ("circuits opened, closed", ", ".join(str(floor.counts.get(f"persona.circuit_{x}", 0)) for x in _CIRCUIT)),
            ("recovered after crashes, given back in order", f"{self._count('recovered')}, {self._count('released')}"),
        ]
        return "\n" + "".join(f"{name:<44} {value}\n" for name, value in lines)


_CIRCUIT: Final = ("opened", "closed")


def _wait(one: Seen) -> float:
    return (one.ended if one.ended is not None else float("inf")) - one.arrived


def _at(values: list[float], share: float) -> float:
    return values[min(len(values) - 1, int(share * len(values)))]


def _share(values: list[float], limit: float) -> float:
    return sum(value <= limit for value in values) / len(values)
