"""How mail leaves: over the SMTP server of the settings, or without one as a file in the outbox."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from ..canonical import JSON
from ..governance.ports import ToolContext, ToolError, ToolResult
from ..settings.tools import EmailSettings
from .files import write_once
from .secrets import SecretError, Secrets
from .smtp import Login, submit

FOLDER: Final = "outbox"
"""The folder of the workspace that holds what was not handed to a server."""
_MARGIN_SECONDS: Final = 5.0
_SHOWN: Final = 3


class PostOffice:
    """Sends messages of one sender.

    Args:
        settings: the table ``[tools.email]``.
        secrets: where the server's password is.
        root: the workspace.
    """

    def __init__(self, settings: EmailSettings, secrets: Secrets, root: Path) -> None:
        self._settings = settings
        self._secrets = secrets
        self._root = root

    @property
    def time_limit(self) -> float:
        """Seconds that one message may take."""
        # The submission has its own limit and knows what was sent; this one is for a thread that cannot be stopped.
        return self._settings.smtp.timeout_seconds + _MARGIN_SECONDS if self._settings.smtp.host else 30.0

    def facts(self) -> JSON:
        """What decides where a message goes besides its recipients."""
        smtp = self._settings.smtp
        if not smtp.host:
            return {"sender": self._settings.sender}
        return {
            "sender": self._settings.sender,
            "server": f"{smtp.host}:{smtp.port}",
            "security": smtp.security,
            "username": smtp.username,
            "ca_file": smtp.ca_file,
        }

    async def send(
        self, name: str, filed: bytes, message: bytes, recipients: Sequence[str], context: ToolContext
    ) -> ToolResult:
        """Send a message.

        Args:
            name: of the file in the outbox.
            filed: what stands in that file.
            message: what a server gets.
            recipients: who gets it.
            context: of the action.

        Raises:
            ToolError: it was not sent, for certain.
            HandoverUnknownError: it may have been sent.
        """
        smtp = self._settings.smtp
        shown = ", ".join(recipients[:_SHOWN]) + (
            f" and {len(recipients) - _SHOWN} more" if recipients[_SHOWN:] else ""
        )
        if not smtp.host:
            written = await asyncio.to_thread(write_once, context.workspace, FOLDER, name, filed)
            done = "wrote" if written else "had already written"
            return ToolResult(f"{done} {FOLDER}/{name} to {shown}", {"file": f"{FOLDER}/{name}"})
        ca_file = self._root / smtp.ca_file if smtp.ca_file else None
        said = await submit(
            smtp, self._login(), ca_file, sender=self._settings.sender, recipients=recipients, message=message
        )
        return ToolResult(f"sent to {shown}", {"server": smtp.host, "answer": said})

    def _login(self) -> Login | None:
        smtp = self._settings.smtp
        if smtp.password is None:
            return None
        try:
            return Login(smtp.username, self._secrets.read(smtp.password))
        except SecretError as error:
            raise ToolError(f"mail was not sent over {smtp.host}", why=error.sentence()) from error
