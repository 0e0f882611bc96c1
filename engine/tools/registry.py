"""The registry: every tool there is, by name, behind the interface that the gate knows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NoReturn

from pydantic import ValidationError

from ..canonical import JSON, JsonError, canonical, digest
from ..clock import Clock
from ..governance.ports import ArgumentsError, PreparedCall, ToolContext, ToolError, ToolResult, ToolSpec
from ..settings.tools import ToolsSettings
from ..storage import Transaction
from .account_context import AccountContextTool
from .base import InsideTool, OutsideTool, Tool, ToolArguments
from .briefing import BriefingTool
from .calendar import CalendarTool
from .chat import ChatTool
from .command import CommandTool
from .digest import DigestTool
from .email import EmailTool
from .interaction import InteractionTool

MAX_SUMMARY: Final = 500
"""Most characters of a result's line."""
MAX_DATA: Final = 16_384
"""Most bytes of a result's particulars."""
_SHOWN_PROBLEMS: Final = 5


class ToolRegistry:
    """The tools that there are.

    Args:
        tools: each under a name of its own.
        clock: bounds their runs.
    """

    def __init__(self, tools: Iterable[Tool[Any]], clock: Clock) -> None:
        self._clock = clock
        self._tools: dict[str, Tool[Any]] = {}
        for tool in tools:
            if tool.name in self._tools:
                raise ValueError(f"two tools are named {tool.name}")
            self._tools[tool.name] = tool
        self._schemas = {name: tool.arguments.model_json_schema() for name, tool in self._tools.items()}

    @property
    def schemas(self) -> Mapping[str, Mapping[str, Any]]:
        """The JSON schema of each tool's arguments, by the tool's name."""
        return MappingProxyType(self._schemas)

    def spec(self, name: str) -> ToolSpec | None:
        """What the gate must know about the tool of that name; nothing if there is none."""
        tool = self._tools.get(name)
        if tool is None:
            return None
        inside = isinstance(tool, InsideTool)
        idempotent = inside or (isinstance(tool, OutsideTool) and tool.idempotent)
        return ToolSpec(name, tool.description, tool.effect, idempotent, inside)

    def prepare(self, name: str, arguments: JSON) -> PreparedCall:
        """Check arguments against the tool's schema and fill in its defaults.

        Raises:
            ArgumentsError: no such tool, or the tool does not accept them.
        """
        tool = self._tools.get(name)
        if tool is None:
            known = ", ".join(sorted(self._tools))
            raise ArgumentsError(f"tool {name[:80]} is unknown", remedy=f"There are: {known}.")
        parsed = self._parse(tool, arguments)
        whole: dict[str, JSON] = parsed.model_dump(mode="json")
        try:
            binding = digest({"tool": name, "schema": self._schemas[name], "facts": tool.facts(parsed)})
            canonical(whole)
        except JsonError as error:
            raise ArgumentsError(f"arguments of {name} refused", why=error.why) from error
        return PreparedCall(
            arguments=whole,
            binding=binding,
            summary=tool.summary(parsed),
            undoable=tool.undoable,
            reach=tool.reach(parsed),
            account_id=tool.account(parsed),
        )

    async def run(self, name: str, arguments: dict[str, JSON], context: ToolContext) -> ToolResult:
        """Run a tool that is not transactional, within its time limit.

        Raises:
            ToolError: it failed without any effect.
            TimeoutError: its time ran out; it may have had its effect.
        """
        tool = self._tools.get(name)
        if not isinstance(tool, OutsideTool):
            _missing(name)
        parsed = self._parse(tool, arguments)
        limit = tool.time_limit(parsed)
        result = await self._clock.wait_for(asyncio.ensure_future(tool.run(parsed, context)), limit)
        return _bounded(result)

    def apply(self, name: str, arguments: dict[str, JSON], context: ToolContext, tx: Transaction) -> ToolResult:
        """Run a transactional tool inside ``tx``.

        Raises:
            ToolError: it failed; the transaction is to be undone.
        """
        tool = self._tools.get(name)
        if not isinstance(tool, InsideTool):
            _missing(name)
        return _bounded(tool.apply(self._parse(tool, arguments), context, tx))

    @staticmethod
    def _parse(tool: Tool[Any], arguments: JSON) -> ToolArguments:
        model: type[ToolArguments] = tool.arguments
        try:
            return model.model_validate_json(canonical(arguments), strict=True)
        except ValidationError as error:
            problems = "; ".join(
                f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
                for problem in error.errors(include_url=False, include_input=False, include_context=False)[
                    :_SHOWN_PROBLEMS
                ]
            )
            raise ArgumentsError(
                f"arguments of {tool.name} refused", why=problems, remedy="Propose it with arguments of its schema."
            ) from None


def built_in_tools(settings: ToolsSettings) -> tuple[Tool[Any], ...]:
    """Every tool that the engine brings along."""
    return (
        EmailTool(settings.email),
        CalendarTool(settings.email),
        ChatTool(),
        InteractionTool(),
        BriefingTool(),
        DigestTool(),
        AccountContextTool(),
        CommandTool(dict(settings.commands)),
    )


def _missing(name: str) -> NoReturn:
    raise ToolError(f"tool {name} cannot be run", why="there is no such tool any more")


def _bounded(result: ToolResult) -> ToolResult:
    summary = result.summary if len(result.summary) <= MAX_SUMMARY else f"{result.summary[: MAX_SUMMARY - 1]}…"
    too_long: dict[str, JSON] = {"truncated": True}
    return ToolResult(summary, result.data if len(canonical(result.data)) <= MAX_DATA else too_long, ok=result.ok)
