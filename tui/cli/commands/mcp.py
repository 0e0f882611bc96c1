"""``mcp``: this workspace as an MCP server on standard input and output."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from engine.errors import WatchfloorError
from engine.operators import AGENT_SESSION

from ..reach import Place, enter, settle
from ..session import Session, command

if TYPE_CHECKING:
    from engine.client import EngineClient


@command("mcp")
@click.option(
    "--permission-seconds",
    type=click.IntRange(1, 86_400),
    default=600,
    show_default=True,
    help="How long the permission tool waits for an operator; then its answer is no.",
)
def mcp(session: Session, permission_seconds: int) -> None:
    """Serve this workspace over MCP, for coding agents and other MCP clients.

    They may propose, ask, write messages and submit work, in your name; they can never decide anything.
    """
    from engine.mcp import serve

    place = _as_agent(settle(session))

    async def run() -> None:
        client = await _engine(place)
        try:
            await serve(client, permission_seconds=permission_seconds)
        finally:
            await client.close()

    asyncio.run(run())


def _as_agent(place: Place) -> Place:
    """The same place for whoever speaks here: an agent in the operator's name, not the operator."""
    operator = place.operator
    return replace(place, operator=replace(operator, session=f"{AGENT_SESSION} {operator.session}"))


async def _engine(place: Place) -> EngineClient:
    from engine.client import is_running

    if not is_running(place.workspace):
        raise WatchfloorError(
            "MCP cannot be served", why="no engine is running", remedy="Start one with `watchfloor run`."
        )
    return await enter(place)
