"""Metrics in the text form that Prometheus and every other scraper reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from .meter import SECONDS, Family, Sort, Times

if TYPE_CHECKING:
    from prometheus_client import Metric as Exposed

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"


def expose(families: Iterable[Family]) -> str:
    """The text; metrics in the order of their names, whatever their label values hold."""
    # Loaded here: most engines are never scraped.
    from prometheus_client import CollectorRegistry, generate_latest

    class Source:
        def collect(self) -> Iterator[Exposed]:
            yield from map(_exposed, sorted(families, key=lambda family: family.metric.name))

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Source())
    return generate_latest(registry).decode()


def _exposed(family: Family) -> Exposed:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily

    metric = family.metric
    if metric.sort is Sort.HISTOGRAM:
        timed = HistogramMetricFamily(metric.name, metric.help, labels=metric.labels)
        for labels, times in sorted(family.numbers.items()):
            assert isinstance(times, Times)  # noqa: S101  # histograms hold nothing else
            bounds = [*(f"{bound:g}" for bound in SECONDS), "+Inf"]
            timed.add_metric(labels, list(zip(bounds, accumulate(times.classes), strict=True)), times.total)
        return timed
    kind = CounterMetricFamily if metric.sort is Sort.COUNTER else GaugeMetricFamily
    counted = kind(metric.name, metric.help, labels=metric.labels)
    for labels, number in sorted(family.numbers.items()):
        assert not isinstance(number, Times)  # noqa: S101  # only histograms hold them
        counted.add_metric(labels, number)
    return counted
