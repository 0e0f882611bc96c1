"""The way in, which loads the SDK only when somebody serves."""

from __future__ import annotations

from ..client import EngineClient
from ..errors import WatchfloorError


async def serve(client: EngineClient, *, permission_seconds: float) -> None:
    """Serve a workspace on standard input and output until the other side closes its end.

    Args:
        client: reaches the engine in the name of the operator who started this.
        permission_seconds: how long the permission tool waits for an operator.

    Raises:
        WatchfloorError: the extra is not installed.
    """
    try:
        from .serving import serve_streams
    except ImportError as error:
        raise WatchfloorError(
            "MCP cannot be served", why="the extra is not installed", remedy="Install watchfloor[mcp]."
        ) from error
    await serve_streams(client, permission_seconds=permission_seconds)
