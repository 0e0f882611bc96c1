"""Edit, then approve, in the real console: what leaves the house is what the operator wrote."""

from __future__ import annotations

import email.policy
import os
from email.parser import BytesParser
from pathlib import Path

import pytest

from ..cli.program import Program
from ..cli.terminal import ProgramHost
from ..terminal.pty_host import Host

pytestmark = pytest.mark.timeout(150)

WORDS = "Read twice: "


def test_what_was_edited_in_the_console_is_what_is_sent(program: Program) -> None:
    with ProgramHost(program) as host:
        host.until_shown("Helper")
        program.ok("send", "helper", "please send a proposal to bob@example.com about the harbour")
        host.until_shown("send_proposal")
        host.until_shown("bob@example.com")
        host.until_quiet()
        host.send(b"e")
        host.until_shown("show the difference")
        _to_field(host, "subject")
        host.send(WORDS.encode())
        host.until_shown("± changed")
        host.send(b"\x13")
        host.until_shown("make this the new revision")
        host.until_quiet()
        host.send(b"y")
        host.until_shown("Changed by you")
        host.send(b"G")
        host.until_shown("type the last four")
        host.until_quiet()
        (action,) = program.ok("approvals", "list", "--json").data["items"]
        assert action["revision"] == 2
        assert not mails(program)
        host.send(action["digest"][-4:].encode())
        host.until_quiet()
        host.send(b"\r")
        while not mails(program):
            os.sched_yield()
    (mail,) = mails(program)
    message = BytesParser(policy=email.policy.default).parsebytes(mail.read_bytes())
    assert str(message["subject"]).startswith(WORDS)
    program.ok("audit", "verify")


def _to_field(host: Host, name: str) -> None:
    """Go to a field of the editor."""
    for _ in range(6):
        if any(line.startswith(f"▏{name}") for line in host.lines()):
            return
        host.send(b"\t")
        host.until_quiet()
    raise AssertionError(f"no field {name}")


def mails(program: Program) -> list[Path]:
    """What was sent."""
    return sorted(program.folder.rglob("*.eml"))
