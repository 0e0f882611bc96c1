"""The engine's side of Redis: the server, the connection, the leader's term, and what is known of agents."""

from __future__ import annotations

import asyncio
import os
import socket
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from ..clock import Clock
from ..coordination.connection import LinkState, RedisLink
from ..coordination.coordinator import RedisCoordinator
from ..coordination.embedded import EmbeddedServer, ServerState
from ..coordination.faults import RedisUnavailable
from ..coordination.leader import LeaderLease
from ..coordination.messages import AgentPresence, QueueStatistics
from ..coordination.presence import AgentInfo, AgentStatus, status_of
from ..errors import WatchfloorError
from ..settings.coordination import CoordinationSettings
from ..view import AgentView, BreakerView, Dependency, Health, RunningView
from ..workspace import Workspace

PRESENCE_SECONDS: Final = 1.0
PRESENT_LIMIT: Final = 1_000
"""Most agents that are looked at; the longest silent first."""

_HEALTH: Final = {LinkState.UP: Health.OK, LinkState.CONNECTING: Health.STARTING, LinkState.DOWN: Health.LOST}


@dataclass(frozen=True, slots=True)
class QueueNow:
    """The queue at a moment.

    Attributes:
        minutes: tasks completed by what they needed, in each of the last minutes, the oldest first.
    """

    at: datetime
    statistics: QueueStatistics
    minutes: tuple[Mapping[str, int], ...]


SIZE_SAMPLES: Final = 9
SIZE_FACTOR: Final = 3.0
"""A latency is news when it is so many times what was told, or so small a part of it."""


class RedisSide:
    """One engine's way to the server that carries its work.

    Args:
        workspace: where a private server keeps its data and its socket.
        settings: the address, or none for a private server.
        clock: measures and waits.
    """

    def __init__(self, workspace: Workspace, settings: CoordinationSettings, clock: Clock) -> None:
        self._settings = settings
        self._clock = clock
        url = settings.url.get_secret_value()
        self.server = None if url else EmbeddedServer(workspace.state, clock)
        self._url = url
        self._agents: tuple[AgentView, ...] = ()
        self._latency = Steady()
        self.queue: QueueNow | None = None
        """The queue a moment ago; nothing before the server was reached."""
        self._link: RedisLink | None = None
        self._coordinator: RedisCoordinator | None = None
        self._lease: LeaderLease | None = None

    @property
    def link(self) -> RedisLink:
        """The connection; there is one once :meth:`start` has returned."""
        if self._link is None:
            raise WatchfloorError("Redis is not in use", why="this engine was started without it")
        return self._link

    @property
    def coordinator(self) -> RedisCoordinator:
        """The queue; there is one once :meth:`start` has returned."""
        if self._coordinator is None:
            raise WatchfloorError("Redis is not in use", why="this engine was started without it")
        return self._coordinator

    async def start(self, least_epoch: int) -> int:
        """Start the private server or reach the configured one, and begin to lead.

        Args:
            least_epoch: the newest epoch that the database knows.

        Returns:
            this engine's epoch.

        Raises:
            WatchfloorError: there is no server to be had, it refuses us, it is too old, or another engine leads.
        """
        if self.server is not None:
            await self.server.start()
            self._url = self.server.url
        settings = self._settings
        self._link = RedisLink(
            self._url,
            self._clock,
            timeout_seconds=settings.command_timeout_seconds,
            health_seconds=settings.health_seconds,
            max_connections=settings.max_connections,
        )
        self._coordinator = RedisCoordinator(
            self._link.commands,
            self._link.blocking,
            settings.prefix,
            lease_seconds=settings.lease_seconds,
            results_limit=settings.results_limit,
            shards=settings.shards,
        )
        await self._link.connect()
        self._lease = LeaderLease(
            self._link.commands,
            settings.prefix,
            self._clock,
            pid=os.getpid(),
            host=socket.gethostname(),
            seconds=settings.leader_seconds,
        )
        async with self._link.explained():
            return await self._lease.acquire(least_epoch, alone=self.server is not None)

    async def lead(self) -> None:
        """Renew the term until cancelled; while the server is away there is nobody to renew it with.

        Raises:
            NotLeader: another engine leads by now.
        """
        assert self._lease is not None  # noqa: S101  # only supervised after start
        while True:
            await self._clock.sleep(self._settings.leader_seconds / 3)
            try:
                async with self.link.explained():
                    await self._lease.renew()
            except RedisUnavailable:
                continue

    async def watch_agents(self) -> None:
        """Keep the list of agents fresh until cancelled."""
        while True:
            try:
                async with self.link.explained():
                    # Sent together, so that the engine wakes up once for the answers.
                    found, statistics, minutes = await asyncio.gather(
                        self.coordinator.agents(PRESENT_LIMIT),
                        self.coordinator.statistics(),
                        self.coordinator.throughput(),
                    )
                    self._agents = self._read(found)
                    self.queue = QueueNow(self._clock.now(), statistics, tuple(minutes))
            except RedisUnavailable:
                # The header shows the lost server; the list keeps what was last known, and its age tells the rest.
                pass
            await self._clock.sleep(PRESENCE_SECONDS)

    def dependency(self) -> Dependency:
        """How the server is doing, for the header."""
        if self.server is not None and self.server.state is ServerState.DEGRADED:
            why = "the private server keeps failing; see the engine's log, free memory or disk space, then restart"
            return Dependency(Health.FAILED, why)
        if self._link is None:
            return Dependency(Health.STARTING)
        status = self._link.status
        latency = self._latency.tell(status.latency_ms)
        return Dependency(_HEALTH[status.state], status.detail, status.since, latency)

    def agents(self) -> tuple[AgentView, ...]:
        """Who was heard of lately, by name."""
        return self._agents

    def _read(self, found: Sequence[AgentPresence]) -> tuple[AgentView, ...]:
        # Once a second, not for every view and every question.
        lost_after = self._settings.lost_after_seconds
        shown = [_shown(status_of(presence, lost_after)) for presence in found]
        return tuple(sorted(shown, key=lambda agent: agent.id))

    async def stop(self) -> None:
        """Stop leading, disconnect and stop the private server."""
        if self._lease is not None and self._lease.held and self.link.status.state is LinkState.UP:
            try:
                async with self.link.explained():
                    await self._lease.release()
            except RedisUnavailable:
                # The term lapses by itself.
                pass
        if self._link is not None:
            await self._link.close()
        if self.server is not None:
            await self.server.stop()


class Steady:
    """A figure that is measured again and again, as it is told: the same, until its usual size is another."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=SIZE_SAMPLES)
        self._told: float | None = None

    def tell(self, measured: float | None) -> float | None:
        """What to tell when this was measured last; nothing where nothing is known."""
        if measured is None:
            self._last.clear()
            self._told = None
            return None
        self._last.append(measured)
        usual = sorted(self._last)[len(self._last) // 2]
        if self._told is None or not self._told / SIZE_FACTOR <= usual <= self._told * SIZE_FACTOR:
            self._told = usual
        return self._told


def _shown(status: AgentStatus) -> AgentView:
    info = status.info
    first = info.running[0] if info and info.running else None
    return AgentView(
        id=status.id,
        state=status.state,
        capabilities=info.capabilities if info else (),
        seen_at=status.seen_at,
        task=first.id if first else "",
        task_title=first.title if first else "",
        lease_left=int(first.lease_left_seconds) if first else None,
        done=info.done if info else 0,
        failed=info.failed if info else 0,
        **(_particulars(info) if info else {}),
    )


def _particulars(info: AgentInfo) -> dict[str, Any]:
    return {
        "host": info.host,
        "pid": info.pid,
        "concurrency": info.concurrency,
        "rate": info.rate_per_minute,
        "running": tuple(RunningView(one.id, one.title, int(one.lease_left_seconds)) for one in info.running),
        "breakers": tuple(BreakerView(one.name, one.state, one.failures, int(one.seconds)) for one in info.breakers),
        "executors": info.executors,
    }
