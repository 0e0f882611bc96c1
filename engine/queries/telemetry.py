"""Questions about the engine's own figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from .base import AskNothing, Query

__all__ = ["METRICS", "TELEMETRY_QUERIES", "MetricsText"]


@dataclass(frozen=True, slots=True)
class MetricsText:
    """All metrics in the text form of Prometheus."""

    text: str


METRICS: Final = Query("metrics", AskNothing, MetricsText)

TELEMETRY_QUERIES: Final = (METRICS,)
