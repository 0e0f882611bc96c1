"""A tool of an MCP server, as the gate sees it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, TypeAlias

from ...canonical import JSON, check
from ...governance.ports import ArgumentsError, Effect, ToolContext, ToolResult
from ..base import Outside
from .catalogue import ListedTool
from .schema import SchemaMismatch, check_against
from .server import McpServer

Arguments: TypeAlias = "dict[str, JSON]"
_MARGIN_SECONDS: Final = 5.0


class McpTool(Outside[Arguments]):
    """Calls one tool of one server.

    Args:
        server: whose it is.
        tool: as it was listed.
    """

    def __init__(self, server: McpServer, tool: ListedTool) -> None:
        self._server = server
        self._tool = tool

    @property
    def name(self) -> str:
        """``mcp.SERVER.TOOL``."""
        return f"mcp.{self._server.name}.{self._tool.name}"

    @property
    def description(self) -> str:
        """What the server says that it does."""
        return self._tool.description or "The server does not say what it does."

    @property
    def effect(self) -> Effect:
        """As the settings say; what the server says is not believed."""
        settings = self._server.settings
        return Effect(settings.effects.get(self._tool.name, settings.effect))

    @property
    def schema(self) -> Mapping[str, Any]:
        """As it was listed."""
        return self._tool.schema

    def repeatable(self) -> bool:
        """As the settings say."""
        return self._tool.name in self._server.settings.idempotent

    def parse(self, arguments: JSON) -> Arguments:
        """Check arguments against the listed schema.

        Raises:
            ArgumentsError: they do not fit.
        """
        check(arguments)
        if not isinstance(arguments, dict):
            raise ArgumentsError(f"arguments of {self.name} refused", why="they are no object")
        try:
            check_against(self._tool.schema, arguments)
        except SchemaMismatch as error:
            raise ArgumentsError(
                f"arguments of {self.name} refused",
                why=error.sentence(),
                remedy="Propose it with arguments of its schema.",
            ) from None
        return arguments

    def whole(self, arguments: Arguments) -> dict[str, JSON]:
        """As they came: defaults are the server's business."""
        return arguments

    def summary(self, arguments: Arguments) -> str:
        """What it would do; nothing of it is the server's words but the tool's name."""
        return f"calls {self._tool.name} of the MCP server {self._server.name}"

    def facts(self, arguments: Arguments) -> JSON:
        """The server, its program and its listing: another one voids what was decided."""
        settings = self._server.settings
        argv: list[JSON] = list(settings.argv)
        pinned: dict[str, JSON] = dict(settings.pinned)
        return {
            "argv": argv,
            "sha256": settings.sha256,
            "pinned": pinned,
            "url": settings.url,
            "token": settings.token,
            "listed": self._tool.sha256,
        }

    def time_limit(self, arguments: Arguments) -> float:
        """Seconds for reaching the server and for the call."""
        return self.usual_time_limit()

    def usual_time_limit(self) -> float:
        """Seconds for reaching the server and for the call."""
        settings = self._server.settings
        return settings.connect_seconds + settings.timeout_seconds + _MARGIN_SECONDS

    async def run(self, arguments: Arguments, context: ToolContext) -> ToolResult:
        """Call it."""
        called = await self._server.call(self._tool.name, arguments)
        said = " ".join(called.text.split())
        verb = "answered" if called.ok else "says that it failed"
        return ToolResult(f"{self.name} {verb}: {said or 'nothing'}", {"text": called.text}, ok=called.ok)
