"""What is told of a server: how it is doing, what it answered, and why it failed."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from ...errors import WatchfloorError
from .catalogue import seen

if TYPE_CHECKING:
    from mcp_types import CallToolResult

TEXT_LIMIT: Final = 4_000
"""Most characters of a result that are kept."""


class ServerState(StrEnum):
    """How a server is doing."""

    STARTING = "starting"
    UP = "up"
    AWAY = "away"
    REFUSED = "refused"
    """It is not what the settings pin; nobody starts it."""


@dataclass(frozen=True, slots=True)
class ServerReport:
    """A server as operators see it.

    Attributes:
        detail: why it is not up, or what was left out of its listing.
        since: when it came into this state.
        tools: how many tools it has.
    """

    name: str
    state: ServerState
    detail: str
    since: datetime
    tools: int


@dataclass(frozen=True, slots=True)
class Called:
    """What a server answered to a call.

    Attributes:
        ok: it says that it worked.
        text: what it says, cut.
    """

    ok: bool
    text: str


class CallUnknownError(WatchfloorError):
    """A call was under way when the connection failed: whether it had its effect is not known."""


def called(result: CallToolResult) -> Called:
    """A result as far as it is kept."""
    parts = [part.text if part.type == "text" else f"({part.type} content, not kept)" for part in result.content[:100]]
    if result.structured_content is not None:
        parts.append(json.dumps(result.structured_content, ensure_ascii=False, sort_keys=True)[:TEXT_LIMIT])
    text = "\n".join(parts)
    return Called(not result.is_error, text if len(text) <= TEXT_LIMIT else f"{text[: TEXT_LIMIT - 1]}…")


def why_of(error: BaseException) -> str:
    """A failure in a few words."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if isinstance(error, WatchfloorError):
        return error.sentence()
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    return seen(str(error))[:200] or type(error).__name__
