"""A worker process for the fault programme: it writes down what it begins and ends, apart from everything else."""

from __future__ import annotations

import asyncio
import os
import signal
import sys

from engine.agents import AutonomousAgent, Job
from engine.clock import SystemClock
from engine.coordination.connection import RedisLink
from engine.coordination.coordinator import RedisCoordinator
from engine.settings.agents import AgentSettings


async def main(url: str, prefix: str, name: str, lease: str, witness: str) -> None:
    """Work until SIGTERM."""
    clock = SystemClock()
    ledger = os.open(witness, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    async def work(job: Job) -> str:
        os.write(ledger, f"began {job.id} {job.token} {name}\n".encode())
        await asyncio.sleep(float(str(job.payload.get("seconds", "0"))))
        os.write(ledger, f"ended {job.id} {job.token} {name}\n".encode())
        return f"{name} {job.token}"

    link = RedisLink(url, clock, timeout_seconds=1, health_seconds=0.1)
    queue = RedisCoordinator(link.commands, link.blocking, prefix, lease_seconds=float(lease))
    settings = AgentSettings(poll_seconds=0.1, presence_seconds=0.5, grace_seconds=0.2)
    agent = AutonomousAgent(name, link, queue, {"work": work}, settings, clock, concurrency=4)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await agent.run(stop)
    await link.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
