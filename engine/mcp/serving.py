"""Serves the toolbox over MCP on standard input and output."""

from __future__ import annotations

from typing import Any, Final

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListToolsResult,
    PaginatedRequestParams,
    TextContent,
    Tool,
    ToolAnnotations,
)

from ..client import EngineClient
from ..clock import Clock, SystemClock
from .offer import Offer
from .toolbox import Toolbox

NAME: Final = "watchfloor"
INSTRUCTIONS: Final = (
    "Watchfloor runs actions only after its guardrails, and where they ask for it an operator, said yes to exactly "
    "those bytes. Propose what you want done with propose_action and look with approval_status. Nothing here approves."
)


async def serve_streams(client: EngineClient, *, permission_seconds: float) -> None:
    """Serve until the other side closes its end.

    Args:
        client: reaches the engine in the name of the operator who started this.
        permission_seconds: how long the permission tool waits for an operator.
    """
    server = make_server(client, SystemClock(), permission_seconds)
    async with stdio_server() as (read, write):
        await server.run(read, write, server.create_initialization_options())


def make_server(client: EngineClient, clock: Clock, permission_seconds: float) -> Server[Any]:
    """The server, ready to be run over any pair of streams."""
    from mcp import MCPError

    toolbox = Toolbox(client, clock, permission_seconds)

    async def list_tools(_: object, __: PaginatedRequestParams | None) -> ListToolsResult:
        return ListToolsResult(tools=[_shown(one) for one in toolbox.offers.values()])

    async def call_tool(_: object, asked: CallToolRequestParams) -> CallToolResult:
        if asked.name not in toolbox.offers:
            raise MCPError(INVALID_PARAMS, f"there is no tool {asked.name[:60]}")
        answer = await toolbox.call(asked.name, asked.arguments or {})
        return CallToolResult(content=[TextContent(text=answer.text)], is_error=not answer.ok)

    return Server(NAME, instructions=INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool)


def _shown(offer: Offer) -> Tool:
    return Tool(
        name=offer.name,
        description=offer.doc,
        input_schema=offer.arguments.model_json_schema(),
        annotations=ToolAnnotations(read_only_hint=offer.reads, destructive_hint=False),
    )
