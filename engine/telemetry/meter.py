"""Counts and times of what happens, as plain numbers: cheap enough to be kept always."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

LABEL_SETS: Final = 200
"""Most different sets of labels of one metric; what goes beyond is counted together, under ``OTHER``."""
OTHER: Final = "other"
SECONDS: Final = (
    0.001,
    0.0025,
    0.005,
    0.01,
    0.025,
    0.05,
    0.1,
    0.25,
    0.5,
    1.0,
    2.5,
    5.0,
    10.0,
    30.0,
    60.0,
    300.0,
    1800.0,
)
"""Upper bounds of the classes that times are counted in."""


class Sort(StrEnum):
    """What a metric's number means."""

    COUNTER = "counter"
    """It only rises, from 0 at the start of the engine."""
    GAUGE = "gauge"
    """It is what it is at the moment."""
    HISTOGRAM = "histogram"
    """How many times were no longer than each bound."""


@dataclass(frozen=True, slots=True, eq=False)
class Metric:
    """One metric; made once, and the same only as itself: it is looked up for every event.

    Attributes:
        name: with its unit, without the ``_total`` of counters.
        help: what it means, in a sentence.
        labels: names of what it is told apart by.
    """

    name: str
    sort: Sort
    help: str
    labels: tuple[str, ...] = ()


@dataclass(slots=True)
class Times:
    """Times by class.

    Attributes:
        classes: how many fell into each class of ``SECONDS``, and into the one above all of them.
    """

    classes: list[int] = field(default_factory=lambda: [0] * (len(SECONDS) + 1))
    total: float = 0.0

    def add(self, seconds: float) -> None:
        """Count one."""
        self.classes[bisect_left(SECONDS, seconds)] += 1
        self.total += seconds


@dataclass(frozen=True, slots=True)
class Family:
    """A metric and its numbers at one moment, by label values."""

    metric: Metric
    numbers: Mapping[tuple[str, ...], float | Times]


class Meter:
    """The counters and histograms of one process; gauges are asked for when somebody reads."""

    def __init__(self) -> None:
        self._counters: dict[Metric, dict[tuple[str, ...], float]] = {}
        self._times: dict[Metric, dict[tuple[str, ...], Times]] = {}

    def count(self, metric: Metric, *labels: str, by: float = 1) -> None:
        """Something happened."""
        numbers = self._counters.setdefault(metric, {})
        if labels not in numbers and len(numbers) >= LABEL_SETS:
            labels = (OTHER,) * len(labels)
        numbers[labels] = numbers.get(labels, 0) + by

    def time(self, metric: Metric, seconds: float, *labels: str) -> None:
        """Something took so long."""
        numbers = self._times.setdefault(metric, {})
        if labels not in numbers and len(numbers) >= LABEL_SETS:
            labels = (OTHER,) * len(labels)
        times = numbers.get(labels)
        if times is None:
            times = numbers[labels] = Times()
        times.add(seconds)

    def families(self) -> Iterator[Family]:
        """All that was counted so far; may be asked for from another thread."""
        for metric, counted in list(self._counters.items()):
            yield Family(metric, dict(counted))
        for metric, timed in list(self._times.items()):
            yield Family(
                metric, {labels: Times(list(times.classes), times.total) for labels, times in list(timed.items())}
            )
