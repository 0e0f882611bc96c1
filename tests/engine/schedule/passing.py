"""Letting simulated time pass."""

from __future__ import annotations

import asyncio

from engine.clock import SimulatedClock


async def settled() -> None:
    """Let the event loop come to rest between two moments of simulated time."""
    for _ in range(30):
        await asyncio.sleep(0)


async def pass_time(clock: SimulatedClock, seconds: float) -> None:
    await clock.advance(seconds, settle=settled)
