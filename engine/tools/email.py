"""Mail: one RFC 5322 message per action, as a file in the outbox."""

from __future__ import annotations

import asyncio
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ..canonical import JSON
from ..governance.ports import ArgumentsError, Effect, ToolContext, ToolResult
from ..settings.tools import EmailSettings
from .base import OutsideTool, ToolArguments
from .files import write_once
from .text import Line, Prose, one_line

FOLDER = "outbox"


def plain_address(text: str) -> str:
    """The text, if it is one bare address (``jo@acme.example``).

    Raises:
        ValueError: it is not. Names beside the address, groups, and addresses that are not ASCII are refused: they look
            like something else too easily. A domain in another script has its ``xn--`` form.
    """
    one_line(text)
    if not text.isascii():
        raise ValueError("is not ASCII; write the domain in its xn-- form")
    try:
        address = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError, AttributeError):
        raise ValueError("is not a mail address") from None
    if address.addr_spec != text or not address.username or not address.domain or text.startswith("-"):
        raise ValueError("is not a plain mail address")
    return text


MailAddress: TypeAlias = Annotated[str, StringConstraints(min_length=3, max_length=254), AfterValidator(plain_address)]
Addresses: TypeAlias = Annotated[list[MailAddress], Field(max_length=500)]


class EmailArguments(ToolArguments):
    """A mail."""

    to: Annotated[list[MailAddress], Field(min_length=1, max_length=500)]
    """Whom it is for."""
    cc: Addresses = Field(default_factory=list)
    """Who gets a copy."""
    subject: Line
    """What it is about."""
    body: Prose
    """What it says; plain text."""

    @model_validator(mode="after")
    def _each_once(self) -> EmailArguments:
        everyone = [address.casefold() for address in (*self.to, *self.cc)]
        if len(set(everyone)) != len(everyone):
            raise ValueError("an address appears twice")
        return self


class EmailTool(OutsideTool[EmailArguments]):
    """Writes mail into ``outbox/``.

    Args:
        settings: the table ``[tools.email]``.
    """

    name: ClassVar[str] = "email"
    description: ClassVar[str] = "Sends a plain text mail."
    effect: ClassVar[Effect] = Effect.OUTWARD
    idempotent: ClassVar[bool] = True
    arguments = EmailArguments

    def __init__(self, settings: EmailSettings) -> None:
        self._settings = settings

    def summary(self, arguments: EmailArguments) -> str:
        count = self.reach(arguments)
        return f"sends 1 email outside to {count} {'person' if count == 1 else 'people'}"

    def reach(self, arguments: EmailArguments) -> int:
        return len(arguments.to) + len(arguments.cc)

    def facts(self, arguments: EmailArguments) -> JSON:
        limit = self._settings.max_recipients
        if self.reach(arguments) > limit:
            raise ArgumentsError("email refused", why=f"more than {limit} recipients")
        return {"sender": self._settings.sender}

    async def run(self, arguments: EmailArguments, context: ToolContext) -> ToolResult:
        content = compose(arguments, context, self._settings.sender)
        name = f"{context.action_id}.eml"
        written = await asyncio.to_thread(write_once, context.workspace, FOLDER, name, content)
        done = "wrote" if written else "had already written"
        return ToolResult(f"{done} {FOLDER}/{name} to {', '.join(arguments.to[:3])}", {"file": f"{FOLDER}/{name}"})


def compose(arguments: EmailArguments, context: ToolContext, sender: str) -> bytes:
    """The message as RFC 5322 bytes with CRLF line ends."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(arguments.to)
    if arguments.cc:
        message["Cc"] = ", ".join(arguments.cc)
    message["Subject"] = arguments.subject
    message["Date"] = format_datetime(context.now)
    message["Message-ID"] = f"<{context.action_id}@watchfloor.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Watchfloor-Action"] = context.action_id
    message.set_content(arguments.body)
    return message.as_bytes()
