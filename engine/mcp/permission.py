"""The permission prompt: a client's own tool call waits here for an operator's yes.

The question is an action like any other: the call is its payload, the guardrails judge it, an operator sees all of it
and decides, and the journal holds both. What the action runs when it is approved is the tool ``permission``, whose only
effect is the yes on record.
"""

from __future__ import annotations

import json
import unicodedata
from typing import Final

from ..client import CommandRefused, EngineClient
from ..clock import Clock
from ..commands import ProposeAction, WithdrawAction
from ..view import ApprovalView
from .offers import AskedPermission
from .watching import OPEN, action_view, settled

KIND: Final = "agent_tool_call"
"""What such a question is for the guardrails; they do not know it, so it asks."""
TOOL: Final = "permission"
MOST_CHARACTERS: Final = 200_000
"""The longest input of a call that an operator can be asked about."""


async def ask_permission(
    client: EngineClient, clock: Clock, asked: AskedPermission, seconds: float
) -> dict[str, object]:
    """Ask, wait, and answer as permission prompts of coding agents are answered.

    Returns:
        ``{"behavior": "allow", "updatedInput": …}`` or ``{"behavior": "deny", "message": …}``.
    """
    shown = _text(asked.input)
    if len(shown) > MOST_CHARACTERS:
        return _deny(f"the call is longer than {MOST_CHARACTERS} characters, which nobody can read")
    call = {"tool_name": asked.tool_name, "input": shown, "call_id": asked.tool_use_id or clock.new_id()}
    proposal = ProposeAction(kind=KIND, tool=TOOL, arguments=json.dumps(call), reason=f"wants to use {asked.tool_name}")
    try:
        reply = await client.send("action.propose", proposal)
    except CommandRefused as error:
        return _deny(error.sentence())
    found = await settled(client, clock, str(reply.data["id"]), seconds)
    if found.status in OPEN:
        found = await _take_back(client, clock, found, seconds)
    if found.status == "executed":
        return {"behavior": "allow", "updatedInput": asked.input}
    return _deny(_why(found))


async def _take_back(client: EngineClient, clock: Clock, found: ApprovalView, seconds: float) -> ApprovalView:
    # Nobody waits for the answer any more: a yes that comes now must not look as if it had allowed anything.
    try:
        await client.send("action.withdraw", WithdrawAction(id=found.id, reason=f"nobody answered in {seconds:g} s"))
    except CommandRefused:
        # It was decided in this very moment; a yes is carried out in a moment more.
        return await settled(client, clock, found.id, 10.0)
    return await action_view(client, found.id)


def _why(found: ApprovalView) -> str:
    match found.status:
        case "rejected":
            return f"{found.decided_by or 'an operator'} said no: {found.reason or 'without a reason'}"
        case "withdrawn":
            return f"nobody answered in time: {found.reason or found.result}"
        case "blocked":
            return f"the guardrails do not allow it: {found.rule} {found.result}".strip()
        case other:
            return f"it is {other}: {found.result or found.reason}".rstrip(": ")


def _deny(message: str) -> dict[str, object]:
    return {"behavior": "deny", "message": message}


def _text(value: object) -> str:
    """JSON that can be read and hides nothing: whatever cannot be seen is written as its number."""
    text = json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)
    return "".join(char if char == "\n" or unicodedata.category(char)[0] != "C" else _number(char) for char in text)


def _number(char: str) -> str:
    point = ord(char)
    if point < 0x10000:
        return f"\\u{point:04x}"
    point -= 0x10000
    return f"\\u{0xD800 + (point >> 10):04x}\\u{0xDC00 + (point & 0x3FF):04x}"
