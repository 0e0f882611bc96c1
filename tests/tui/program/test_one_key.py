"""The one armed key in the real console: a burst of keys decides nothing, one key does."""

from __future__ import annotations

import os

import pytest

from ..cli.program import Program
from ..cli.terminal import ProgramHost

pytestmark = pytest.mark.timeout(150)


def test_a_burst_decides_nothing_and_one_key_approves(program: Program) -> None:
    with ProgramHost(program, width=160, height=50) as host:
        host.until_shown("Helper")
        program.ok("send", "helper", "please talk about pricing with bob@example.com")
        host.until_shown("discuss_pricing")
        host.until_shown("bob@example.com")
        host.until_quiet()
        for burst in (b"aa", b"aaaaaaaa", b"an answer", b"\x1b[200~a\x1b[201~", "a\u00e9".encode()):
            host.send(burst)
            host.until_quiet()
            # Whatever question or filter the burst opened is left without an answer.
            for _ in range(2):
                host.send(b"\x1b")
                host.until_quiet()
            (waiting,) = program.ok("approvals", "list", "--json").data["items"]
            assert waiting["status"] == "pending"
        host.send(b"2")
        host.until_quiet()
        host.send(b"a")
        while program.ok("approvals", "list", "--json").data["items"]:
            os.sched_yield()
    (mail,) = program.folder.rglob("*.eml")
    assert b"bob@example.com" in mail.read_bytes()
