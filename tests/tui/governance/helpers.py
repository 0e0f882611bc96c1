"""What the tests of decisions have in common."""

from __future__ import annotations

import asyncio

from textual.pilot import Pilot
from textual.screen import Screen

from engine.clock import SimulatedClock
from tui.app import ConsoleApp
from tui.screens.confirm import Confirm


def app_of(pilot: Pilot[int]) -> ConsoleApp:
    """The console that a pilot drives."""
    app = pilot.app
    assert isinstance(app, ConsoleApp)
    return app


def screen_of(pilot: Pilot[int]) -> Screen[object]:
    """What lies on top now."""
    return pilot.app.screen


async def seen(pilot: Pilot[int], clock: SimulatedClock, seconds: float = 0.5) -> None:
    """Let what is on the screen be painted and read."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()
    await clock.advance(seconds)


async def settling(pilot: Pilot[int]) -> None:
    """Wait until a yes by one key has been given, and is not yet sent."""
    for _ in range(10_000):
        if app_of(pilot).main.settling:
            return
        await asyncio.sleep(0)
    raise AssertionError("no yes was given")


async def decided(pilot: Pilot[int]) -> None:
    """Wait until a yes has been given all the time it needs to count, and what follows from it is done."""
    await pilot.pause()
    while app_of(pilot).main.settling or (isinstance(pilot.app.screen, Confirm) and pilot.app.screen.settling):
        await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def pressed(pilot: Pilot[int], *keys: str) -> None:
    """Press keys, and let everything that they ask for arrive."""
    for key in keys:
        await pilot.press(key)
        await pilot.app.workers.wait_for_complete()
        await pilot.pause()


async def answered(pilot: Pilot[int], clock: SimulatedClock, *keys: str) -> None:
    """Read the question that is open, then answer it."""
    await seen(pilot, clock)
    for key in keys:
        await clock.advance(0.2)
        await pilot.press(key)
    await decided(pilot)


def text_of(pilot: Pilot[int]) -> str:
    """Everything that is on the screen."""
    # No public way leads to all lines at once.
    return "\n".join(strip.text for strip in pilot.app.screen._compositor.render_strips())
