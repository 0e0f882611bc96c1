"""The registry: every tool there is, by name, behind the interface that the gate knows."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, Final, NoReturn

from ..canonical import JSON, JsonError, canonical, canonical_text, digest
from ..clock import Clock
from ..governance.ports import ArgumentsError, PreparedCall, ToolContext, ToolError, ToolResult, ToolSpec
from ..storage import Transaction
from .base import Inside, Outside, Tool
from .schemas import Schemas

MAX_SUMMARY: Final = 500
"""Most characters of a result's line."""
MAX_DATA: Final = 16_384
"""Most bytes of a result's particulars."""


class ToolRegistry:
    """The tools that there are. Which ones may change while the engine runs; the registry stays the same object.

    Args:
        tools: each under a name of its own.
        clock: bounds their runs.
    """

    def __init__(self, tools: Iterable[Tool[Any]], clock: Clock) -> None:
        self._clock = clock
        self._tools: dict[str, Tool[Any]] = {}
        self._schemas = Schemas({})
        self.replace(tools)

    def replace(self, tools: Iterable[Tool[Any]]) -> None:
        """Have exactly these tools from now on; what runs already goes on.

        Whoever waits for an answer has to be judged again afterwards: a tool that is another one voids what was
        decided about it.
        """
        found: dict[str, Tool[Any]] = {}
        for tool in tools:
            if tool.name in found:
                raise ValueError(f"two tools are named {tool.name}")
            found[tool.name] = tool
        # Judgements happen on the database's thread: what there is is replaced whole, never changed.
        self._schemas, self._tools = Schemas(found), found

    @property
    def schemas(self) -> Mapping[str, Mapping[str, Any]]:
        """The JSON schema of each tool's arguments, by the tool's name."""
        return self._schemas

    @property
    def tools(self) -> Mapping[str, Tool[Any]]:
        """The tools by name."""
        return MappingProxyType(self._tools)

    def spec(self, name: str) -> ToolSpec | None:
        """What the gate must know about the tool of that name; nothing if there is none."""
        tool = self._tools.get(name)
        if tool is None:
            return None
        return ToolSpec(name, tool.description, tool.effect, tool.repeatable(), isinstance(tool, Inside))

    def prepare(self, name: str, arguments: JSON) -> PreparedCall:
        """Check arguments against the tool's schema and fill in its defaults.

        Raises:
            ArgumentsError: no such tool, or the tool does not accept them.
        """
        schemas, tool = self._schemas, self._tools.get(name)
        if tool is None:
            known = ", ".join(sorted(self._tools))
            raise ArgumentsError(f"tool {name[:80]} is unknown", remedy=f"There are: {known}.")
        try:
            parsed = tool.parse(arguments)
            whole = tool.whole(parsed)
            files = tool.files(parsed)
            binding = digest(
                {
                    "tool": name,
                    "schema": schemas.digest(name),
                    "effect": tool.effect.value,
                    "facts": tool.facts(parsed),
                    "files": [[path, sha] for path, sha in files],
                }
            )
            spelled = canonical_text(whole)
        except JsonError as error:
            raise ArgumentsError(f"arguments of {name} refused", why=error.why) from error
        return PreparedCall(
            arguments=whole,
            arguments_json=spelled,
            binding=binding,
            summary=tool.summary(parsed),
            undoable=tool.undoable,
            reach=tool.reach(parsed),
            account_id=tool.account(parsed),
            recipients=tool.recipients(parsed),
            cost_cents=tool.cost_cents(parsed),
            files=files,
            argv=tool.argv(parsed),
        )

    async def run(self, name: str, arguments: dict[str, JSON], context: ToolContext) -> ToolResult:
        """Run a tool that is not transactional, within its time limit.

        Raises:
            ToolError: it failed without any effect.
            TimeoutError: its time ran out; it may have had its effect.
        """
        tool = self._tools.get(name)
        if not isinstance(tool, Outside):
            _missing(name)
        parsed = tool.parse(arguments)
        limit = tool.time_limit(parsed)
        result = await self._clock.wait_for(asyncio.ensure_future(tool.run(parsed, context)), limit)
        return _bounded(result)

    def apply(self, name: str, arguments: dict[str, JSON], context: ToolContext, tx: Transaction) -> ToolResult:
        """Run a transactional tool inside ``tx``.

        Raises:
            ToolError: it failed; the transaction is to be undone.
        """
        tool = self._tools.get(name)
        if not isinstance(tool, Inside):
            _missing(name)
        return _bounded(tool.apply(tool.parse(arguments), context, tx))


def _missing(name: str) -> NoReturn:
    raise ToolError(f"tool {name} cannot be run", why="there is no such tool any more")


def _bounded(result: ToolResult) -> ToolResult:
    summary = result.summary if len(result.summary) <= MAX_SUMMARY else f"{result.summary[: MAX_SUMMARY - 1]}…"
    too_long: dict[str, JSON] = {"truncated": True}
    return ToolResult(summary, result.data if len(canonical(result.data)) <= MAX_DATA else too_long, ok=result.ok)
