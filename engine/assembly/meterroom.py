"""The engine's metrics: counted all the time, told on request, and at a port where the settings open one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from ..coordination.connection import LinkState
from ..coordinator import Service
from ..journal import Event
from ..settings import SettingsStore
from ..storage import Reader
from ..telemetry.endpoint import MetricsPort
from ..telemetry.exposition import expose
from ..telemetry.meter import Family, Meter
from .foundation import Foundation
from .metrics import AGENTS, EPOCH, MALFORMED, REDIS, gauges, take_in
from .redis_side import RedisSide

if TYPE_CHECKING:
    from ..queries.base import Ask


class MeterRoom:
    """Everything that is counted in one engine.

    Args:
        foundation: whose tables are asked for what is so at the moment.
        store: the settings; the port is read once.
        redis: the server and the agents; nothing in an engine without one.
    """

    def __init__(self, foundation: Foundation, store: SettingsStore, redis: RedisSide | None) -> None:
        rules = store.current.telemetry
        self._database = foundation.database
        self._clock = foundation.clock
        self._epoch = foundation.epoch
        self._redis = redis
        self._meter = Meter()
        self._port = MetricsPort(rules.metrics_address, rules.metrics_port, self.render) if rules.metrics_port else None

    def on_commit(self, events: Sequence[Event]) -> None:
        """Count what was committed."""
        take_in(self._meter, events)

    def services(self) -> Sequence[Service]:
        """What has to run."""
        return [] if self._port is None else [Service("metrics-port", self._port.run)]

    async def render(self) -> str:
        """All metrics as text."""
        return await self._database.read(self._text)

    def readers(self) -> Mapping[str, Callable[[Reader, Ask], object]]:
        """The answer to whoever asks by a query."""
        from ..queries.telemetry import METRICS, MetricsText

        return {METRICS.name: lambda reader, _ask: MetricsText(self._text(reader))}

    def _text(self, reader: Reader) -> str:
        # Made beside the engine's loop, which goes on meanwhile.
        told = gauges(reader, self._clock.now())
        return expose([*self._meter.families(), *told, *self._around()])

    def _around(self) -> list[Family]:
        if self._redis is None:
            return [Family(EPOCH, {(): self._epoch})]
        states = Counter(agent.state for agent in self._redis.agents())
        return [
            Family(EPOCH, {(): self._epoch}),
            Family(REDIS, {(): float(self._redis.link.status.state is LinkState.UP)}),
            Family(MALFORMED, {(): self._redis.coordinator.malformed}),
            Family(AGENTS, {(state,): number for state, number in states.items()}),
        ]
