"""``run``: the engine without a screen, until a signal ends it."""

from __future__ import annotations

import asyncio

from ..printing import say
from ..reach import Place, settle
from ..session import Session, command, refuse_read_only
from ..signals import ends_with_signals


@command("run")
def run(session: Session) -> int:
    """Run the engine of this workspace without a screen, for systemd and the like.

    It ends within two seconds after SIGTERM, SIGINT or SIGHUP. Consoles and commands started meanwhile attach to it.
    """
    refuse_read_only(session, "running an engine")
    return asyncio.run(_run(settle(session)))


async def _run(place: Place) -> int:
    from engine.client import run_headless

    with ends_with_signals() as stop:
        say(f"Watchfloor engine of {place.workspace.root} starts; it logs to {place.workspace.log}.")
        await run_headless(place.workspace, place.settings, stop=stop)
    return 0
