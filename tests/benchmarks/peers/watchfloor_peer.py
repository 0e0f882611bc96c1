"""Watchfloor's own: the queue and an agent as they ship."""

import asyncio
import json
import signal
import sys
from typing import Any

from putting import run
from witness import URL, done_slowly

from engine.agents import AutonomousAgent, Job
from engine.clock import SystemClock
from engine.coordination.connection import RedisLink
from engine.coordination.coordinator import RedisCoordinator
from engine.coordination.messages import QueuedTask
from engine.settings.agents import AgentSettings

CLOCK = SystemClock()


def open_queue() -> tuple[RedisLink, RedisCoordinator]:
    """As an agent with the shipped settings has it; nobody takes results in here, so their limit is out of the way."""
    link = RedisLink(URL, CLOCK)
    return link, RedisCoordinator(link.commands, link.blocking, "bench", results_limit=100_000_000)


async def noop(job: Job) -> str:
    """Do nothing, and say so."""
    await done_slowly()
    return ""


async def work(name: str) -> None:
    """Be an agent until SIGTERM."""
    link, queue = open_queue()
    await queue.control(0, halted=False, paused=False)
    agent = AutonomousAgent(name, link, queue, {"noop": noop}, AgentSettings(), CLOCK, concurrency=100)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    reaping = asyncio.create_task(_sweep(queue))
    await agent.run(stop)
    reaping.cancel()
    await link.close()


async def _sweep(queue: RedisCoordinator) -> None:
    # The engine's part, at its own pace.
    while True:
        await queue.reap()
        await asyncio.sleep(1)


def _task(number: int) -> QueuedTask:
    name = f"{CLOCK.new_id()}"
    body = {"id": name, "title": "noop", "type": "noop", "payload": "{}", "timeout_seconds": None}
    return QueuedTask(name, frozenset({"noop"}), 5, 0, 3, json.dumps(body).encode(), type="noop")


_queue: Any = None


async def _setup() -> None:
    global _queue  # one process, one queue
    _queue = open_queue()[1]
    await _queue.control(0, halted=False, paused=False)


async def _put(number: int) -> None:
    await _queue.enqueue([_task(number)])


async def _bulk(number: int) -> None:
    await _queue.enqueue([_task(each) for each in range(number)])


if __name__ == "__main__":
    if sys.argv[1] == "work":
        asyncio.run(work(sys.argv[2]))
    else:
        run(_put, _bulk, _setup)
