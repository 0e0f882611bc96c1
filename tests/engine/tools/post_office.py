"""An SMTP server of the neighbourhood, which can be told to misbehave at any step."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

PASSWORD = "correct horse"  # of a server that lives for one test


@dataclass
class PostOffice:
    """Takes mail.

    Attributes:
        port: where it listens.
        refuses: recipients that it does not take.
        taken: what it took, as sender, recipients and message.
        logins: who tried to log in.
        before_data: awaited when the client asks to send the message; its text is the answer.
        after_data: awaited when the message is there; its text is the answer.
    """

    port: int = 0
    refuses: frozenset[str] = frozenset()
    taken: list[tuple[str, list[str], EmailMessage]] = field(default_factory=list)
    logins: list[bytes] = field(default_factory=list)
    sender_answer: str = "250 OK"
    before_data: Callable[[SMTP], Awaitable[str]] | None = None
    after_data: Callable[[SMTP], Awaitable[str]] | None = None

    async def handle_MAIL(  # noqa: N802  # the library's name for it
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.sender_answer

    async def handle_RCPT(  # noqa: N802  # as above
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuses:
            return "550 5.1.1 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # as above
        content = envelope.content
        assert isinstance(content, bytes)
        message = message_from_bytes(content, policy=default)
        answer = await self.after_data(server) if self.after_data is not None else "250 queued as 1"
        if answer.startswith("250"):
            self.taken.append((str(envelope.mail_from), list(envelope.rcpt_tos), message))
        return answer

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)


class _Server(SMTP):
    """Also lets a test answer in the place of "go ahead"."""

    def __init__(self, office: PostOffice, **options: Any) -> None:
        super().__init__(office, **options)
        self._office = office

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # as above
        if self._office.before_data is not None:
            answer = await self._office.before_data(self)
            if answer:
                await self.push(answer)
            return
        await super().smtp_DATA(arg)


def drop(server: SMTP) -> None:
    """Cut the connection."""
    assert isinstance(server.transport, asyncio.WriteTransport)
    server.transport.abort()


@asynccontextmanager
async def open_office(
    *, tls: str = "none", authority: trustme.CA | None = None, login: bool = False, **behaviour: Any
) -> AsyncIterator[PostOffice]:
    """A server on this machine.

    Args:
        tls: ``none``, ``starttls`` or ``tls``.
        authority: who signs its certificate.
        login: it insists on a login.
        behaviour: fields of the office.
    """
    office = PostOffice(**behaviour)
    context: ssl.SSLContext | None = None
    if authority is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    loop = asyncio.get_running_loop()
    served: list[_Server] = []

    def make() -> _Server:
        server = _Server(
            office,
            hostname="post.example",
            tls_context=context if tls == "starttls" else None,
            require_starttls=tls == "starttls",
            # The library knows of TLS only where it was begun with STARTTLS.
            auth_required=login and tls == "starttls",
            auth_require_tls=tls == "starttls",
            authenticator=office.authenticate if login else None,
            loop=loop,
        )
        served.append(server)
        return server

    listener = await loop.create_server(make, "127.0.0.1", 0, ssl=context if tls == "tls" else None)
    office.port = listener.sockets[0].getsockname()[1]
    try:
        yield office
    finally:
        listener.close()
        for server in served:
            if isinstance(server.transport, asyncio.WriteTransport):
                server.transport.abort()
            if server._handler_coroutine is not None:
                server._handler_coroutine.cancel()
                await asyncio.wait({server._handler_coroutine})


def write_authority(authority: trustme.CA, folder: Path) -> str:
    """The authority's certificate as a file; its name."""
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    return "ca.pem"
