"""Calendar invitations: one iCalendar object per action (RFC 5545), sent by mail or left in the outbox."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field, model_validator

from ..canonical import JSON
from ..governance.ports import Effect, ToolContext, ToolResult
from ..settings.tools import EmailSettings
from .base import OutsideTool, ToolArguments
from .email import MailAddress, mark
from .post import PostOffice
from .secrets import Secrets
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

    @model_validator(mode="after")
    def _each_once(self) -> CalendarArguments:
        if len({address.casefold() for address in self.to}) != len(self.to):
            raise ValueError("an address appears twice")
        return self


class CalendarTool(OutsideTool[CalendarArguments]):
    """Sends an invitation by mail; without a server in the settings it writes it into ``outbox/``.

    Args:
        settings: the table ``[tools.email]``; its sender organises.
        secrets: where the server's password is.
        root: the workspace.
    """

    name: ClassVar[str] = "calendar"
    description: ClassVar[str] = "Invites people to a meeting."
    effect: ClassVar[Effect] = Effect.OUTWARD
    arguments = CalendarArguments

    def __init__(self, settings: EmailSettings, secrets: Secrets, root: Path) -> None:
        self._settings = settings
        self._post = PostOffice(settings, secrets, root)

    def repeatable(self) -> bool:
        """A file is written once; what a server took may be gone already."""
        return not self._settings.smtp.host

    def summary(self, arguments: CalendarArguments) -> str:
        return f"invites {len(arguments.to)} outside to 1 meeting"

    def recipients(self, arguments: CalendarArguments) -> tuple[str, ...]:
        return tuple(address.casefold() for address in arguments.to)

    def facts(self, arguments: CalendarArguments) -> JSON:
        return {"organizer": self._settings.sender, "post": self._post.facts()}

    def time_limit(self, arguments: CalendarArguments) -> float:
        return self._post.time_limit

    def usual_time_limit(self) -> float:
        return self._post.time_limit

    async def run(self, arguments: CalendarArguments, context: ToolContext) -> ToolResult:
        invitation = compose(arguments, context, self._settings.sender)
        mail = _mail(arguments, context, self._settings.sender, invitation)
        return await self._post.send(f"{context.action_id}.ics", invitation, mail, arguments.to, context)


def compose(arguments: CalendarArguments, context: ToolContext, organizer: str) -> bytes:
    """The invitation as iCalendar bytes (RFC 5545)."""
    start = datetime.fromisoformat(arguments.start)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Watchfloor//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:{context.action_id}@watchfloor.invalid",
        f"DTSTAMP:{_utc(context.now)}",
        f"DTSTART:{_utc(start)}",
        f"DTEND:{_utc(start + timedelta(minutes=arguments.minutes))}",
        f"SUMMARY:{_escaped(arguments.title)}",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        f"ORGANIZER:mailto:{organizer}",
        *(f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:mailto:{one}" for one in arguments.to),
        *([f"DESCRIPTION:{_escaped(arguments.notes)}"] if arguments.notes else []),
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return "".join(f"{_folded(line)}\r\n" for line in lines).encode()


def _mail(arguments: CalendarArguments, context: ToolContext, sender: str, invitation: bytes) -> bytes:
    """The invitation as mail programs expect it (RFC 6047): words for people, the object for calendars."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(arguments.to)
    message["Subject"] = f"Invitation: {arguments.title}"
    message["Date"] = format_datetime(context.now)
    mark(message, context.action_id)
    lines = [arguments.title, f"{arguments.start}, {arguments.minutes} minutes"]
    message.set_content("\n".join([*lines, *(["", arguments.notes] if arguments.notes else [])]) + "\n")
    message.add_alternative(invitation, "text", "calendar", params={"method": "REQUEST", "charset": "UTF-8"})
    return message.as_bytes()


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
