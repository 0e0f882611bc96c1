"""Questions about tools: which there are, how the servers behind them are doing, and what they are still delivering."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final

from pydantic import Field

from .base import Ask, AskPage, Query


class AskTools(Ask):
    """All tools, or one by its name."""

    name: Annotated[str, Field(max_length=200)] = ""


@dataclass(frozen=True, slots=True)
class ToolView:
    """One tool.

    Attributes:
        description: what it does; of an MCP server's tool what the server claims.
        effect: none, local or outward.
        idempotent: running it twice for the same action changes nothing more.
        transactional: its effect is in the database, with its record.
        undoable: the effect can be taken back.
        time_limit_seconds: nothing where its arguments decide.
        source: ``built-in``, ``command`` or ``mcp:SERVER``.
        unavailable: why it cannot run now; empty where it can.
        schema: of its arguments, as JSON text.
    """

    name: str
    description: str
    effect: str
    idempotent: bool
    transactional: bool
    undoable: bool
    time_limit_seconds: float | None
    source: str
    unavailable: str
    schema: str


@dataclass(frozen=True, slots=True)
class ToolServerView:
    """One MCP server.

    Attributes:
        state: starting, up, away or refused.
        detail: why it is not up, or what was left out of its listing.
        since: when it came into this state.
        tools: how many tools it has.
    """

    name: str
    state: str
    detail: str
    since: datetime
    tools: int


@dataclass(frozen=True, slots=True)
class ToolPage:
    """The tools by name, and the servers behind some of them."""

    items: tuple[ToolView, ...]
    servers: tuple[ToolServerView, ...] = ()


@dataclass(frozen=True, slots=True)
class NotificationView:
    """One notification for one target.

    Attributes:
        source: what asked for it.
        status: waiting, sent or given_up.
        attempts: how often it was tried.
        next_at: when it is tried next; nothing where it is not.
        ended_at: when it was sent or given up.
        error: why the last try failed.
    """

    id: str
    source: str
    target: str
    level: str
    title: str
    status: str
    attempts: int
    created_at: datetime
    next_at: datetime | None
    ended_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class NotificationPage:
    """What waits and what was given up first, then what was sent; newest first."""

    items: tuple[NotificationView, ...]
    next: str = ""


TOOLS: Final = Query("tools", AskTools, ToolPage)
NOTIFICATIONS: Final = Query("notifications", AskPage, NotificationPage)
TOOL_QUERIES: Final = (TOOLS, NOTIFICATIONS)
