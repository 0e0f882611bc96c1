"""All declared MCP servers: which there are, how they are doing, and the tools that they have."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from ...clock import Clock
from ...settings.connections import McpServerSettings
from ...storage import Database
from ..fingerprints import Fingerprints
from ..secrets import Secrets
from .answers import ServerReport
from .catalogue import ListedTool, known_tools, remember_tools
from .server import McpServer
from .tool import McpTool


class Fleet:
    """The servers of the settings. Nothing of the SDK is loaded while none is declared.

    Args:
        database: remembers the listings.
        root: the workspace.
        clock: the time.
        environ: where variables for programs come from.
        secrets: where tokens are.
        changed: awaited when a listing brought other tools.
    """

    def __init__(
        self,
        database: Database,
        root: Path,
        clock: Clock,
        environ: Mapping[str, str],
        secrets: Secrets,
        changed: Callable[[], Awaitable[None]],
    ) -> None:
        self._database = database
        self._root = root
        self._clock = clock
        self._environ = environ
        self._secrets = secrets
        self._changed = changed
        self._fingerprints = Fingerprints()
        self._servers: dict[str, McpServer] = {}
        self._listings: dict[str, tuple[ListedTool, ...]] = {}

    @property
    def servers(self) -> Mapping[str, McpServer]:
        """The servers by name."""
        return self._servers

    @property
    def tools(self) -> tuple[McpTool, ...]:
        """Every tool that is known, also of servers that are away at the moment."""
        return tuple(McpTool(self._servers[name], tool) for name in self._servers for tool in self._listings[name])

    @property
    def reports(self) -> tuple[ServerReport, ...]:
        """How each server is doing."""
        return tuple(server.report for server in self._servers.values())

    async def configure(self, declared: Mapping[str, McpServerSettings]) -> tuple[list[McpServer], list[McpServer]]:
        """Have exactly these servers.

        Returns:
            those whose ``run`` has to be started, and those whose ``run`` has to end.
        """
        kept = {name: one for name, one in self._servers.items() if declared.get(name) == one.settings}
        gone = [one for name, one in self._servers.items() if name not in kept]
        new = {name: self._server(name, table) for name, table in declared.items() if name not in kept}
        listings = {
            name: await self._database.read(lambda reader, server=name: known_tools(reader, server))  # type: ignore[misc]  # mypy: bound default
            for name in new
        }
        self._servers = {name: kept.get(name) or new[name] for name in declared}
        self._listings = {name: listings.get(name, self._listings.get(name, ())) for name in declared}
        return list(new.values()), gone

    async def _listed(self, server: str, tools: Sequence[ListedTool]) -> None:
        known = self._listings.get(server)
        if known is None or tuple(tools) == known:
            return
        await self._database.write(lambda tx: remember_tools(tx, server, tools))
        if server in self._listings:
            self._listings[server] = tuple(tools)
            await self._changed()

    def _server(self, name: str, table: McpServerSettings) -> McpServer:
        return McpServer(
            name,
            table,
            self._root,
            self._clock,
            self._environ,
            self._secrets,
            self._fingerprints,
            self._listed,
        )
