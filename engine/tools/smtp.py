"""Handing one mail to an SMTP server, and knowing for certain whether it may have been sent.

Everything up to the server's "go ahead" (354) can fail without any effect. From the first byte of the message on, only
the server's last word tells: a yes or a no is certain, silence is not.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..governance.ports import ToolError
from ..settings.tools import SmtpSettings

_LEADING_DOT: Final = re.compile(rb"(?m)^\.")
_SHOWN: Final = 200
_HELLO: Final = "watchfloor.invalid"


class HandoverUnknownError(Exception):
    """The message was under way when the connection failed: whether it was sent is not known."""


@dataclass(slots=True)
class _Progress:
    """What the waiting side knows of the thread that talks to the server."""

    given_up: threading.Event = field(default_factory=threading.Event)
    under_way: bool = False
    connection: socket.socket | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self) -> bool:
        """Whether the message may leave; from then on its fate is the server's to tell."""
        with self.lock:
            self.under_way = not self.given_up.is_set()
            return self.under_way

    def give_up(self) -> bool:
        """Stop talking; whether the message was under way already."""
        with self.lock:
            self.given_up.set()
            if self.connection is not None:
                with contextlib.suppress(OSError):
                    # The plain socket's: one of TLS takes its layer down first, under the thread that reads.
                    socket.socket.shutdown(self.connection, socket.SHUT_RDWR)
            return self.under_way


@dataclass(frozen=True, slots=True)
class Login:
    """Who logs in."""

    username: str
    password: str


async def submit(
    settings: SmtpSettings,
    login: Login | None,
    ca_file: Path | None,
    *,
    sender: str,
    recipients: Sequence[str],
    message: bytes,
) -> str:
    """Hand a message to the server, for all of its recipients or for none.

    Args:
        settings: which server, and how long all of it may take.
        login: who logs in, if anybody.
        ca_file: certificates to trust instead of the system's.
        sender: the envelope's sender.
        recipients: the envelope's recipients.
        message: RFC 5322 bytes with CRLF line ends.

    Returns:
        the server's last word.

    Raises:
        ToolError: it was not sent, for certain.
        HandoverUnknownError: it may have been sent.
        TimeoutError: the same, because the time ran out.
    """
    progress = _Progress()
    work = asyncio.get_running_loop().run_in_executor(
        None, lambda: _submit(settings, login, ca_file, sender, recipients, message, progress)
    )
    try:
        async with asyncio.timeout(settings.timeout_seconds):
            return await asyncio.shield(work)
    except TimeoutError:
        if progress.give_up():
            raise
        work.add_done_callback(_heard)
        raise _refused(
            settings, f"it was silent or slow for {settings.timeout_seconds} s before it took the message"
        ) from None
    except asyncio.CancelledError:
        progress.give_up()
        work.add_done_callback(_heard)
        raise


def _heard(work: asyncio.Future[str]) -> None:
    # Its outcome was told by whoever gave up on it; asyncio must not report it as forgotten.
    if not work.cancelled():
        work.exception()


def _submit(
    settings: SmtpSettings,
    login: Login | None,
    ca_file: Path | None,
    sender: str,
    recipients: Sequence[str],
    message: bytes,
    progress: _Progress,
) -> str:
    server: smtplib.SMTP | None = None
    try:
        server = _connect(settings, ca_file)
        progress.connection = server.sock
        _introduce(server, settings, ca_file, login)
        progress.connection = server.sock
        _address(server, settings, sender, recipients)
        code, reply = server.docmd("DATA")
        if code != 354:
            raise _refused(settings, f"it does not take the message: {_text(code, reply)}")
        if not progress.begin():
            raise _refused(settings, "the time ran out")
        return _deliver(server, settings, message)
    except ToolError:
        raise
    except (OSError, smtplib.SMTPException, ValueError) as error:
        if progress.under_way:
            raise HandoverUnknownError(
                f"the connection to {settings.host} was lost after the message: {error}"
            ) from error
        raise _refused(settings, _why(error)) from error
    finally:
        if server is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                server.close()


def _connect(settings: SmtpSettings, ca_file: Path | None) -> smtplib.SMTP:
    if settings.security == "tls":
        return smtplib.SMTP_SSL(
            settings.host, settings.port, _HELLO, timeout=settings.timeout_seconds, context=_context(ca_file)
        )
    return smtplib.SMTP(settings.host, settings.port, _HELLO, timeout=settings.timeout_seconds)


def _introduce(server: smtplib.SMTP, settings: SmtpSettings, ca_file: Path | None, login: Login | None) -> None:
    server.ehlo_or_helo_if_needed()
    if settings.security == "starttls":
        if not server.has_extn("starttls"):
            raise _refused(
                settings, "it offers no STARTTLS", remedy='Use a server with TLS, or security = "tls" with its port.'
            )
        server.starttls(context=_context(ca_file))
        server.ehlo()
    if login is not None:
        server.login(login.username, login.password)


def _address(server: smtplib.SMTP, settings: SmtpSettings, sender: str, recipients: Sequence[str]) -> None:
    code, reply = server.mail(sender)
    if code != 250:
        raise _refused(settings, f"it refuses the sender {sender}: {_text(code, reply)}")
    refused = []
    for recipient in recipients:
        code, reply = server.rcpt(recipient)
        if code not in {250, 251}:
            refused.append(f"{recipient} ({_text(code, reply)})")
    if refused:
        # All or nobody: a mail that reached half of those who were approved is not what was approved.
        raise _refused(
            settings, f"it refuses {', '.join(refused)}", remedy="Nobody got it. Propose it again without them."
        )


def _deliver(server: smtplib.SMTP, settings: SmtpSettings, message: bytes) -> str:
    ended = message if message.endswith(b"\r\n") else message + b"\r\n"
    server.send(_LEADING_DOT.sub(b"..", ended) + b".\r\n")
    code, reply = server.getreply()
    if code == 250:
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()
        return _text(code, reply)
    if code == -1:
        raise HandoverUnknownError(f"{settings.host} answered with something else than SMTP after the message")
    raise _refused(settings, f"it refuses the message: {_text(code, reply)}")


def _context(ca_file: Path | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _refused(settings: SmtpSettings, why: str, remedy: str = "") -> ToolError:
    return ToolError(f"mail was not sent over {settings.host}:{settings.port}", why=why, remedy=remedy)


def _why(error: Exception) -> str:
    match error:
        case smtplib.SMTPAuthenticationError():
            why = f"it refuses the login: {_text(error.smtp_code, error.smtp_error)}"
        case smtplib.SMTPResponseException():
            why = f"it says {_text(error.smtp_code, error.smtp_error)}"
        case ssl.SSLCertVerificationError():
            why = f"its certificate does not hold: {error.verify_message}"
        case ssl.SSLError():
            why = f"TLS failed: {error.reason or error}"
        case TimeoutError():
            why = "it does not answer"
        case smtplib.SMTPServerDisconnected():
            why = "it ended the connection"
        case _:
            why = str(error)[:_SHOWN] or type(error).__name__
    return why


def _text(code: int, reply: bytes | str) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    plain = "".join(char if char.isprintable() else " " for char in words)
    return f"{code} {' '.join(plain.split())}"[:_SHOWN]
