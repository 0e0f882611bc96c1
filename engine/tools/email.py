"""Mail: one RFC 5322 message per action, handed to an SMTP server or left as a file in the outbox."""

from __future__ import annotations

from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path
from typing import Annotated, ClassVar, TypeAlias

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from ..canonical import JSON
from ..governance.ports import ArgumentsError, Effect, ToolContext, ToolResult
from ..settings.tools import EmailSettings
from .base import OutsideTool, ToolArguments
from .post import PostOffice
from .secrets import Secrets
from .text import Line, Prose, one_line


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
    """Sends mail; without a server in the settings it writes it into ``outbox/``.

    Args:
        settings: the table ``[tools.email]``.
        secrets: where the server's password is.
        root: the workspace.
    """

    name: ClassVar[str] = "email"
    description: ClassVar[str] = "Sends a plain text mail."
    effect: ClassVar[Effect] = Effect.OUTWARD
    arguments = EmailArguments

    def __init__(self, settings: EmailSettings, secrets: Secrets, root: Path) -> None:
        self._settings = settings
        self._post = PostOffice(settings, secrets, root)

    def repeatable(self) -> bool:
        """A file is written once; what a server took may be gone already."""
        return not self._settings.smtp.host

    def summary(self, arguments: EmailArguments) -> str:
        count = self.reach(arguments)
        return f"sends 1 email outside to {count} {'person' if count == 1 else 'people'}"

    def recipients(self, arguments: EmailArguments) -> tuple[str, ...]:
        return tuple(address.casefold() for address in (*arguments.to, *arguments.cc))

    def facts(self, arguments: EmailArguments) -> JSON:
        limit = self._settings.max_recipients
        if self.reach(arguments) > limit:
            raise ArgumentsError("email refused", why=f"more than {limit} recipients")
        return self._post.facts()

    def time_limit(self, arguments: EmailArguments) -> float:
        return self._post.time_limit

    def usual_time_limit(self) -> float:
        return self._post.time_limit

    async def run(self, arguments: EmailArguments, context: ToolContext) -> ToolResult:
        message = compose(arguments, context, self._settings.sender)
        to = (*arguments.to, *arguments.cc)
        return await self._post.send(f"{context.action_id}.eml", message, message, to, context)


def compose(arguments: EmailArguments, context: ToolContext, sender: str) -> bytes:
    """The message as RFC 5322 bytes with CRLF line ends."""
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = ", ".join(arguments.to)
    if arguments.cc:
        message["Cc"] = ", ".join(arguments.cc)
    message["Subject"] = arguments.subject
    message["Date"] = format_datetime(context.now)
    mark(message, context.action_id)
    message.set_content(arguments.body)
    return message.as_bytes()


def mark(message: EmailMessage, action_id: str) -> None:
    """Put the action on a message, so that a second copy can be told from a second mail."""
    message["Message-ID"] = f"<{action_id}@watchfloor.invalid>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Watchfloor-Action"] = action_id
