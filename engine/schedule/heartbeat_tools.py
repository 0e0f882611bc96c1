"""Which tools HEARTBEAT.md can call, what kind of action each call is, and the file of a new workspace."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from ..governance.proposal import Proposal
from .heartbeat_file import HeartbeatTask, LineError

PROPOSER: Final = "heartbeat"
"""Who asks, for the gate."""

CALLS: Final[Mapping[str, tuple[str, str]]] = MappingProxyType({
    "briefing": ("create_briefing", "briefing"),
    "chat": ("send_chat_message", "chat"),
    "email": ("send_follow_up_email", "email"),
    "log_interaction": ("log_interaction", "log_interaction"),
    "command": ("run_command", "command"),
})  # fmt: skip
"""Kind of action and tool by the name in the file. What changes policy, settings or the schedule is not among them.

``run_command`` is a kind that the guardrails do not know, so a command always asks an operator.
"""

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


def proposal_for(task: HeartbeatTask, dedupe_key: str) -> Proposal:
    """The action that a task of the file asks for; its tool must be in :data:`CALLS`."""
    kind, tool = CALLS[task.tool or ""]
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


def unknown_tool(task: HeartbeatTask) -> LineError | None:
    """The error of a task that calls a tool which the file cannot call."""
    if task.tool is None or task.done or task.tool in CALLS:
        return None
    names = ", ".join(f"@{name}" for name in CALLS)
    return LineError(task.line, f"@{task.tool} cannot be called from this file; there are {names}")
