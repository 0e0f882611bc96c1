"""An agent as a process of its own: from the settings to the server and back."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from ..clock import Clock, SystemClock
from ..coordination.connection import RedisLink
from ..coordination.coordinator import RedisCoordinator
from ..coordination.faults import RedisUnavailable
from ..coordination.output import OutputStream
from ..coordination.places import private_url
from ..settings.agents import AgentSettings
from ..settings.coordination import CoordinationSettings
from ..settings.telemetry import TelemetrySettings
from ..telemetry.otlp import open_sink
from .executors import executors_of
from .tracing import AgentTraces
from .worker import AutonomousAgent
from .worktrees import Worktrees


class Place(Protocol):
    """What an agent needs of a workspace."""

    @property
    def root(self) -> Path:
        """Where programs run."""
        ...

    @property
    def state(self) -> Path:
        """Where the engine wrote down the address of its private server."""
        ...


class Rules(Protocol):
    """What an agent needs of the settings."""

    @property
    def coordination(self) -> CoordinationSettings:
        """How to reach Redis."""
        ...

    @property
    def agents(self) -> AgentSettings:
        """How to work."""
        ...

    @property
    def telemetry(self) -> TelemetrySettings:
        """Where to tell of runs."""
        ...


async def run_agent(
    workspace: Place,
    settings: Rules,
    *,
    agent_id: str,
    capabilities: Iterable[str] = (),
    concurrency: int | None = None,
    stop: asyncio.Event,
    clock: Clock | None = None,
) -> None:
    """Work for a workspace until ``stop`` is set.

    Args:
        workspace: whose queue; programs run in its folder.
        settings: where Redis is, and what the agent may run.
        agent_id: unique among agents.
        capabilities: what tasks may ask for, besides those in the settings.
        concurrency: how many tasks at a time; the settings' number by default.
        stop: ends the agent, in order.
        clock: the machine's by default.

    Raises:
        RedisUnavailable: there is no server, or it will not do; once it did, its loss is waited out.
        WatchfloorError: an executor cannot be loaded, or traces cannot be sent.
    """
    clock = clock or SystemClock()
    rules = settings.coordination
    url = rules.url.get_secret_value() or private_url(workspace.state)
    if url is None:
        raise RedisUnavailable(
            "the agent finds no queue",
            why="no engine runs in this workspace, and coordination.url names no server",
            remedy="Start the engine with `watchfloor` or `watchfloor run` first.",
        )
    worktrees = Worktrees(workspace.state / "worktrees", workspace.root, settings.agents.worktrees, clock)
    executors = executors_of(settings.agents, workspace.root, worktrees, clock)
    await worktrees.sweep()
    sink = open_sink(settings.telemetry, "watchfloor-agent", {"service.instance.id": agent_id})
    link = RedisLink(
        url,
        clock,
        timeout_seconds=rules.command_timeout_seconds,
        health_seconds=rules.health_seconds,
        max_connections=rules.max_connections,
    )
    try:
        await link.connect()
        coordinator = RedisCoordinator(
            link.commands,
            link.blocking,
            rules.prefix,
            lease_seconds=rules.lease_seconds,
            results_limit=rules.results_limit,
            shards=rules.shards,
        )
        agent = AutonomousAgent(
            agent_id,
            link,
            coordinator,
            executors,
            settings.agents,
            clock,
            capabilities=tuple(capabilities),
            concurrency=concurrency or settings.agents.concurrency,
            host=socket.gethostname(),
            pid=os.getpid(),
            output=OutputStream(link.commands, link.blocking, rules.prefix).append,
            traces=None if sink is None else AgentTraces(sink, clock, agent_id),
        )
        await agent.run(stop)
    finally:
        await worktrees.close()
        await link.close()
        if sink is not None:
            await sink.close()
