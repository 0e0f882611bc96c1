"""Questions about inboxes: everything that waits, page by page, and one message with all that happened to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import Field

from ..view import ActivityView, MessageView
from .base import Ask, AskPage, Query
from .personas import WhyView

__all__ = [
    "INBOX",
    "INBOX_QUERIES",
    "MESSAGE",
    "AskInbox",
    "AskMessage",
    "ChatLineView",
    "InboxPage",
    "MessageReport",
    "SaidView",
]


class AskInbox(AskPage):
    """Messages of one state, of all personas or of one."""

    state: Literal["waiting", "in_progress", "dead", "done", "declined", "dropped", "merged", "all"] = "waiting"
    """Which; ``all`` lists them by their last change."""
    persona: Annotated[str, Field(max_length=200)] = ""
    """Only this persona's; empty for all."""
    order: Literal["urgent", "oldest", "newest"] = "urgent"
    """Of those that wait: the most urgent first, or by arrival; the others come by their last change."""


class AskMessage(Ask):
    """One message, by its id or by a part that only one has."""

    id: Annotated[str, Field(min_length=1, max_length=200)]


@dataclass(frozen=True, slots=True)
class InboxPage:
    """Some messages; ``next`` continues, empty at the end.

    Attributes:
        waiting: how many wait in all, or in the one inbox asked for.
        at_hand, dead: the same for those that are being answered, and for dead letters.
        dropped, merged: so far.
    """

    items: tuple[MessageView, ...]
    waiting: int
    at_hand: int
    dead: int
    dropped: int
    merged: int
    next: str = ""


@dataclass(frozen=True, slots=True)
class SaidView:
    """One thing that a persona proposed in answering.

    Attributes:
        action_id: the action.
        status: pending, executed, rejected and so on.
        text: what it says, where it is a message; empty for anything else.
    """

    action_id: str
    kind: str
    tool: str
    status: str
    text: str


@dataclass(frozen=True, slots=True)
class ChatLineView:
    """Something that was said in a channel.

    Attributes:
        sender: who said it, ``persona:helper`` for example.
        text: what, cut at 1,000 characters.
    """

    sender: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MessageReport:
    """Everything about one message.

    Attributes:
        message: as lists show it, its text cut.
        text: the whole text.
        payload: its particulars as JSON; empty where it has none.
        why: what became of it.
        priority_on_arrival: before waiting and operators, 0 to 100.
        moved: what operators added, in points, negative where they lowered it.
        said: what was proposed in answering it.
        events: what happened to it, newest first.
        channel: what personas said last in its channel, oldest first; nothing where it came straight.
    """

    message: MessageView
    text: str
    payload: str
    why: WhyView
    priority_on_arrival: int
    moved: int
    last_error: str
    not_before: datetime | None
    said: tuple[SaidView, ...]
    events: tuple[ActivityView, ...]
    channel: tuple[ChatLineView, ...] = ()


INBOX: Final = Query("inbox", AskInbox, InboxPage)
MESSAGE: Final = Query("message", AskMessage, MessageReport)
INBOX_QUERIES: Final = (INBOX, MESSAGE)
