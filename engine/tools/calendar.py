"""Calendar invitations: one iCalendar file per action, in the outbox."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from ..canonical import JSON
from ..governance.ports import Effect, ToolContext, ToolResult
from ..settings.tools import EmailSettings
from .base import OutsideTool, ToolArguments
from .email import FOLDER, MailAddress
from .files import write_once
from .text import Line, Prose

_FOLD = 73


def _aware(text: str) -> str:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("has no offset from UTC")
    return text


class CalendarArguments(ToolArguments):
    """An invitation."""

    to: Annotated[list[MailAddress], Field(min_length=1, max_length=100)]
    """Who is invited."""
    title: Line
    """What it is about."""
    start: Annotated[str, Field(max_length=40), AfterValidator(_aware)]
    """When it begins, ISO 8601 with its offset from UTC."""
    minutes: int = Field(default=30, ge=5, le=1_440)
    """How long it lasts."""
    notes: Prose | None = None
    """What else to say."""


class CalendarTool(OutsideTool[CalendarArguments]):
    """Writes an invitation into ``outbox/``.

    Args:
        settings: the table ``[tools.email]``; its sender organises.
    """

    name: ClassVar[str] = "calendar"
    description: ClassVar[str] = "Invites people to a meeting."
    effect: ClassVar[Effect] = Effect.OUTWARD
    idempotent: ClassVar[bool] = True
    arguments = CalendarArguments

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    def summary(self, arguments: CalendarArguments) -> str:
        return f"invites {len(arguments.to)} outside to 1 meeting"

    def reach(self, arguments: CalendarArguments) -> int:
        return len(arguments.to)

    def facts(self, arguments: CalendarArguments) -> JSON:
        return {"organizer": self._settings.sender}

    async def run(self, arguments: CalendarArguments, context: ToolContext) -> ToolResult:
        content = compose(arguments, context, self._settings.sender)
        name = f"{context.action_id}.ics"
        written = await asyncio.to_thread(write_once, context.workspace, FOLDER, name, content)
        return ToolResult(
            f"{'wrote' if written else 'had already written'} {FOLDER}/{name}", {"file": f"{FOLDER}/{name}"}
        )


def compose(arguments: CalendarArguments, context: ToolContext, organizer: str) -> bytes:
    """The invitation as iCalendar bytes (RFC 5545)."""
    start = datetime.fromisoformat(arguments.start)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Watchfloor//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:{context.action_id}@watchfloor.invalid",
        f"DTSTAMP:{_utc(context.now)}",
        f"DTSTART:{_utc(start)}",
        f"DTEND:{_utc(start + timedelta(minutes=arguments.minutes))}",
        f"SUMMARY:{_escaped(arguments.title)}",
        f"ORGANIZER:mailto:{organizer}",
        *(f"ATTENDEE;RSVP=TRUE:mailto:{address}" for address in arguments.to),
        *([f"DESCRIPTION:{_escaped(arguments.notes)}"] if arguments.notes else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _utc(moment: datetime) -> str:
    offset = moment.utcoffset() or timedelta()
    return (moment.replace(tzinfo=None) - offset).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    parts: list[str] = []
    part = ""
    for char in line:
        if len((part + char).encode()) > _FOLD:
            parts.append(part)
            part = ""
        part += char
    return "\r\n ".join([*parts, part])
