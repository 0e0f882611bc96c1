"""Which tools HEARTBEAT.md can call, what kind of action each call is, and the file of a new workspace."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

from ..governance.proposal import Proposal
from .heartbeat_file import HeartbeatFile, HeartbeatTask, LineError

PROPOSER: Final = "heartbeat"
"""Who asks, for the gate."""

CALLS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "briefing": ("create_briefing", "briefing"),
    "digest": ("create_briefing", "digest"),
    "chat": ("send_chat_message", "chat"),
    "email": ("send_follow_up_email", "email"),
    "calendar": ("schedule_meeting", "calendar"),
    "log_interaction": ("log_interaction", "log_interaction"),
    "crm_update": ("update_account_context", "crm_update"),
    "account_context": ("update_account_context", "account_context"),
    "command": ("run_command", "command"),
    "notify": ("notify", "notify"),
    "memory_stats": ("memory_stats", "memory_stats"),
    "telegram_send": ("telegram_send", "telegram_send"),
    "telegram_poll": ("telegram_poll", "telegram_poll"),
})  # fmt: skip
"""Kind of action and tool by the name in the file.

A kind that the guardrails do not know, as ``run_command``, always asks an operator.
"""
_MCP: Final = "mcp."
_MCP_KIND: Final = "run_mcp_tool"
# What changes policy, settings or the schedule, or says yes in somebody's place, whatever tools there are.
_CLOSED: Final = frozenset({
    "permission", "policy", "set_policy", "guardrails", "settings", "set_settings", "config", "schedule", "heartbeat",
    "heartbeat_pause", "heartbeat_resume", "approve", "approve_action", "permission_prompt",
})  # fmt: skip
_CLOSED_GROUPS: Final = frozenset({"action", "rule", "job", "heartbeat", "engine", "target", "policy", "settings"})

ToolNames: TypeAlias = Callable[[], Collection[str]]
"""The names of the tools that there are now."""

TEMPLATE: Final = """\
# Heartbeat

Standing work for Watchfloor. Every beat (half an hour, unless the settings say otherwise) reads this file and proposes
what is not ticked. A task that calls a tool is one line: `@tool`, then a JSON object. A line in plain words only counts
as open. Tools: `@briefing`, `@chat`, `@email`, `@log_interaction`, `@command`.

## Recurring

<!-- Proposed again at every beat; never ticked. For example:
- [ ] @chat {"channel": "sales", "text": "Anything that waits for somebody?"}
-->

## One-time

- [ ] @briefing {"title": "First briefing", "body": "Watchfloor reads HEARTBEAT.md. Edit the file to give it work."}
- [ ] Replace these lines with your own
"""
"""The text of a new workspace's HEARTBEAT.md; its first beat proposes one briefing."""


def built_in() -> Collection[str]:
    """The tools that a file can name without any settings."""
    return tuple(CALLS)


def proposal_for(task: HeartbeatTask, dedupe_key: str) -> Proposal:
    """The action that a task of the file asks for; :func:`unknown_tool` must have found nothing wrong with it."""
    name = task.tool or ""
    kind, tool = CALLS.get(name, (_MCP_KIND, name))
    account = task.arguments.get("account_id")
    return Proposal(
        kind=kind,
        tool=tool,
        arguments=task.arguments,
        proposer=PROPOSER,
        reason=f"HEARTBEAT.md, line {task.line}, {task.section.value.replace('_', '-')} task",
        account_id=account if isinstance(account, str) else None,
        dedupe_key=dedupe_key,
    )


def unknown_tool(task: HeartbeatTask, tools: Collection[str] | None = None) -> LineError | None:
    """The error of a task that calls a tool which the file cannot call.

    Args:
        task: one task.
        tools: the names of the tools that there are; without them every tool of an MCP server is taken to be there.
    """
    name = task.tool
    if name is None or task.done:
        return None
    if _is_closed(name):
        return LineError(
            task.line, f"@{name} cannot be called from this file: it would change policy, settings or the schedule"
        )
    mcp = name.startswith(_MCP) and name.count(".") > 1
    if (name in CALLS or mcp) and (tools is None or name in tools):
        return None
    there_are = ", ".join(f"@{known}" for known in CALLS if tools is None or known in tools)
    more = "; a tool of an MCP server is @mcp.SERVER.TOOL" if name.startswith(_MCP) else ""
    return LineError(task.line, f"there is no tool @{name}; there are {there_are}{more}")


def check_tools(file: HeartbeatFile, tools: Collection[str]) -> HeartbeatFile:
    """The file, with the errors of tasks that call what cannot be called."""
    unknown = [error for task in file.tasks if (error := unknown_tool(task, tools)) is not None]
    return HeartbeatFile(file.tasks, tuple(sorted((*file.errors, *unknown), key=lambda error: error.line)))


def _is_closed(name: str) -> bool:
    from ..commands import COMMANDS

    return name in _CLOSED or name in COMMANDS or name.partition(".")[0] in _CLOSED_GROUPS
