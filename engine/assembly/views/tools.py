"""Tools as operators see them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from ...queries import NOTIFICATIONS, TOOLS, AskPage, AskTools
from ...queries.tools import NotificationPage, NotificationView, ToolPage, ToolServerView, ToolView
from ...storage import Reader
from ...tools import Inside, Tool
from ...tools.mcp import ServerReport, ServerState
from ...tools.outbox import Delivery, Notification, page
from ..toolroom import ToolRoom

_MCP: Final = "mcp."


def tool_readers(room: ToolRoom) -> Mapping[str, Callable[[Reader, Any], object]]:
    """The answers to questions about tools, by the query's name."""
    return {TOOLS.name: lambda _, ask: _tools(room, ask), NOTIFICATIONS.name: _notifications}


def _tools(room: ToolRoom, ask: AskTools) -> ToolPage:
    reports = {report.name: report for report in room.fleet.reports}
    wanted = [tool for name, tool in sorted(room.registry.tools.items()) if ask.name in {"", name}]
    return ToolPage(
        tuple(_tool(tool, reports) for tool in wanted),
        tuple(ToolServerView(one.name, one.state.value, one.detail, one.since, one.tools) for one in reports.values()),
    )


def _tool(tool: Tool[Any], reports: Mapping[str, ServerReport]) -> ToolView:
    server = reports.get(tool.name.split(".")[1]) if tool.name.startswith(_MCP) else None
    missing = server is not None and server.state is not ServerState.UP
    return ToolView(
        name=tool.name,
        description=tool.description,
        effect=tool.effect.value,
        idempotent=tool.repeatable(),
        transactional=isinstance(tool, Inside),
        undoable=tool.undoable,
        time_limit_seconds=tool.usual_time_limit(),
        source=f"mcp:{server.name}" if server is not None else "built-in",
        unavailable=f"{server.state.value}: {server.detail}" if server is not None and missing else "",
        schema=json.dumps(tool.schema, ensure_ascii=False, indent=2),
    )


def _notifications(reader: Reader, ask: AskPage) -> NotificationPage:
    start = int(ask.after) if ask.after.isdecimal() else 0
    found = page(reader, start, ask.limit + 1)
    following = str(start + ask.limit) if len(found) > ask.limit else ""
    return NotificationPage(tuple(_notification(one) for one in found[: ask.limit]), following)


def _notification(one: Notification) -> NotificationView:
    return NotificationView(
        id=one.id,
        source=one.source,
        target=one.target,
        level=one.level.value,
        title=one.title,
        status=one.status.value,
        attempts=one.attempts,
        created_at=one.created,
        next_at=one.not_before if one.status is Delivery.WAITING else None,
        ended_at=one.ended,
        error=one.last_error,
    )
