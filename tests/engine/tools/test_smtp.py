"""Mail over SMTP against a real server: what arrives, and what every failure says for certain."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import SMTP

from engine.canonical import JSON
from engine.governance import ArgumentsError, ToolError
from engine.tools.smtp import HandoverUnknownError

from .post_office import PASSWORD, PostOffice, drop, open_office, write_authority
from .surroundings import context, registry

MAIL: dict[str, JSON] = {
    "to": ["jo@acme.example"],
    "subject": "Angebot",
    "body": "Dear Jo,\n.hidden dot\n\n40 seats.\n",
}


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def settings(port: int, **smtp: object) -> dict[str, object]:
    table = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 10, **smtp}
    return {"email": {"sender": "desk@ours.example", "smtp": table}}


async def send(folder: Path, office: PostOffice, mail: dict[str, JSON] | None = None, **smtp: object) -> str:
    """Send a mail; what the tool says."""
    environ = {"SMTP_PASSWORD": PASSWORD, "WRONG": "wrong"}
    tools = registry(folder, settings(office.port, **smtp), environ)
    call = tools.prepare("email", mail or MAIL)
    return (await tools.run("email", call.arguments, context(folder))).summary


async def test_a_mail_arrives_whole_and_once(tmp_path: Path) -> None:
    async with open_office() as office:
        said = await send(tmp_path, office, {**MAIL, "cc": ["ann@acme.example"]})
    ((sender, recipients, message),) = office.taken
    assert said == "sent to jo@acme.example, ann@acme.example"
    assert (sender, recipients) == ("desk@ours.example", ["jo@acme.example", "ann@acme.example"])
    assert message["message-id"] == "<0190-abc@watchfloor.invalid>"
    assert message["x-watchfloor-action"] == "0190-abc"
    assert message.get_content().replace("\r\n", "\n") == MAIL["body"]
    assert not (tmp_path / "outbox").exists()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_it_goes_over_tls_with_a_login(tmp_path: Path, authority: trustme.CA, security: str) -> None:
    async with open_office(tls=security, authority=authority, login=True) as office:
        await send(
            tmp_path,
            office,
            security=security,
            username="desk",
            password="env:SMTP_PASSWORD",
            ca_file=write_authority(authority, tmp_path),
        )
    assert len(office.taken) == 1
    assert office.logins == [b"desk"]


async def test_an_invitation_is_mail_that_calendars_understand(tmp_path: Path) -> None:
    async with open_office() as office:
        tools = registry(tmp_path, settings(office.port))
        call = tools.prepare(
            "calendar", {"to": ["jo@acme.example"], "title": "Review", "start": "2026-03-02T10:00:00+01:00"}
        )
        assert call.recipients == ("jo@acme.example",)
        await tools.run("calendar", call.arguments, context(tmp_path))
    ((_, recipients, message),) = office.taken
    calendars = [one for one in message.walk() if one.get_content_type() == "text/calendar"]
    assert [one.get_param("method") for one in calendars] == ["REQUEST"]
    assert b"UID:0190-abc@" in bytes(calendars[0].get_payload(decode=True))
    assert recipients == ["jo@acme.example"]


async def test_one_refused_recipient_stops_the_whole_mail(tmp_path: Path) -> None:
    async with open_office(refuses=frozenset({"ann@acme.example"})) as office:
        with pytest.raises(ToolError, match=r"refuses ann@acme\.example \(550 .*no such mailbox\).*Nobody got it"):
            await send(tmp_path, office, {**MAIL, "cc": ["ann@acme.example"]})
    assert office.taken == []


async def test_a_refused_sender_is_certain(tmp_path: Path) -> None:
    async with open_office(sender_answer="451 try later") as office:
        with pytest.raises(ToolError, match=r"refuses the sender desk@ours\.example: 451 try later"):
            await send(tmp_path, office)
    assert office.taken == []


async def test_a_wrong_password_is_certain_and_never_shown(tmp_path: Path, authority: trustme.CA) -> None:
    table: dict[str, object] = {"username": "desk", "password": "env:WRONG"}
    table["ca_file"] = write_authority(authority, tmp_path)
    async with open_office(tls="starttls", authority=authority, login=True) as office:
        with pytest.raises(ToolError, match="refuses the login: 535") as caught:
            await send(tmp_path, office, None, security="starttls", **table)
    assert "wrong" not in str(caught.value)
    assert office.taken == []


async def test_a_missing_password_is_certain(tmp_path: Path) -> None:
    async with open_office() as office:
        with pytest.raises(ToolError, match="env:NOWHERE cannot be used: there is none"):
            await send(tmp_path, office, username="desk", password="env:NOWHERE")
    assert office.taken == []


async def test_a_stranger_certificate_is_refused(tmp_path: Path, authority: trustme.CA) -> None:
    async with open_office(tls="starttls", authority=trustme.CA()) as office:
        with pytest.raises(ToolError, match="certificate does not hold"):
            await send(tmp_path, office, security="starttls", ca_file=write_authority(authority, tmp_path))
    assert office.taken == []


async def test_a_server_without_tls_gets_nothing(tmp_path: Path) -> None:
    async with open_office() as office:
        with pytest.raises(ToolError, match="offers no STARTTLS"):
            await send(tmp_path, office, security="starttls")
    assert office.taken == []


async def test_nobody_listens(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        with pytest.raises(ToolError, match="was not sent"):
            await send(tmp_path, PostOffice(port=port))


@pytest.mark.parametrize(("answer", "said"), [("452 disk full", "452 disk full"), ("554 spam", "554 spam")])
async def test_a_no_to_the_message_is_certain(tmp_path: Path, answer: str, said: str) -> None:
    async def after(_: SMTP) -> str:
        return answer

    async with open_office(after_data=after) as office:
        with pytest.raises(ToolError, match=f"refuses the message: {said}"):
            await send(tmp_path, office)
    assert office.taken == []


async def test_a_no_before_the_message_is_certain(tmp_path: Path) -> None:
    async def before(_: SMTP) -> str:
        return "421 too busy"

    async with open_office(before_data=before) as office:
        with pytest.raises(ToolError, match="does not take the message: 421 too busy"):
            await send(tmp_path, office)


async def test_a_cut_before_the_message_is_certain(tmp_path: Path) -> None:
    async def before(server: SMTP) -> str:
        drop(server)
        return ""

    async with open_office(before_data=before) as office:
        with pytest.raises(ToolError, match="it ended the connection"):
            await send(tmp_path, office)


async def test_a_cut_after_the_message_is_not_known(tmp_path: Path) -> None:
    async def after(server: SMTP) -> str:
        drop(server)
        return "250 nobody hears this"

    async with open_office(after_data=after) as office:
        with pytest.raises(HandoverUnknownError, match="lost after the message"):
            await send(tmp_path, office)
    assert len(office.taken) == 1


async def test_garbage_after_the_message_is_not_known(tmp_path: Path) -> None:
    async def after(_: SMTP) -> str:
        return "hello there"

    async with open_office(after_data=after) as office:
        with pytest.raises(HandoverUnknownError):
            await send(tmp_path, office)


async def test_silence_before_the_message_is_certain(tmp_path: Path) -> None:
    silent = asyncio.Event()

    async def before(_: SMTP) -> str:
        await silent.wait()
        return ""

    async with open_office(before_data=before) as office:
        with pytest.raises(ToolError, match="silent or slow for 1 s before it took the message"):
            await send(tmp_path, office, timeout_seconds=1)


async def test_silence_after_the_message_is_not_known(tmp_path: Path) -> None:
    silent = asyncio.Event()

    async def after(_: SMTP) -> str:
        await silent.wait()
        return "250 OK"

    async with open_office(after_data=after) as office:
        with pytest.raises((TimeoutError, HandoverUnknownError)):
            await send(tmp_path, office, timeout_seconds=1)


def test_the_server_is_part_of_what_is_approved(tmp_path: Path) -> None:
    calls = [
        registry(tmp_path, {"email": {"sender": "desk@ours.example"}}).prepare("email", MAIL),
        registry(tmp_path, settings(2525)).prepare("email", MAIL),
        registry(tmp_path, settings(2526)).prepare("email", MAIL),
    ]
    assert len({call.binding for call in calls}) == 3
    assert {call.recipients for call in calls} == {("jo@acme.example",)}
    spec = registry(tmp_path, settings(2525)).spec("email")
    assert spec is not None
    assert not spec.idempotent


@pytest.mark.parametrize(
    "table",
    [
        {"host": "mail.example", "security": "none"},
        {"host": "mail.example", "username": "x"},
        {"host": "mail.example", "password": "env:X"},
        {"host": "mail.example", "username": "x", "password": "plain secret"},
        {"host": "mail example"},
        {"host": "mail.example", "port": 0},
    ],
)
def test_settings_that_would_leak_are_refused(table: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        registry(Path(), {"email": {"smtp": table}})


def test_a_mail_without_recipients_is_no_mail(tmp_path: Path) -> None:
    with pytest.raises(ArgumentsError):
        registry(tmp_path, settings(2525)).prepare("email", {**MAIL, "to": []})
