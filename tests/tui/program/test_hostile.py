"""Hostile text on its way through the whole product: bytes in, screen and plain output out, nothing executed."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from ..cli.program import Answer, Program
from ..cli.terminal import ProgramHost

pytestmark = pytest.mark.timeout(120)

ATTACK = (
    b"\x1b]52;c;ZXZpbA==\x07 [b]bold[/b] [@click=app.quit]press[/] \x1b]0;owned\x07 \x1b[2J\x1b[H \x1bc "
    b"\xc2\x9b31mred \xc2\x9d0;owned\xc2\x9c \xe2\x80\xaetxt.exe nul\x00 \xff\xfe \x1b[6n z" + "\u0336".encode() * 300
)
_OWN = re.compile(
    r"\x1b\[[0-9;]*[mHABCDJ]|\x1b\[\?7l\x1b\[6n|\x1b\[\?[0-9;]+[hl]|\x1b\[\?2026\$p|\x1b\[(?:22|23);2t|\x1b\[>25u|\x1b\[<u|"
    r"\x1b\]2;[^\x00-\x1f\x7f-\x9f]*\x1b\\"
)
"""Every sequence that the console sends by itself; what is left of the output without these came from data."""
_DATA_ESCAPES = (
    b"\x1b]52",
    b"\x1b]0;",
    b"\x1b[2J\x1b[H \x1bc",
    b"\x1bc",
    b"\x1b[6n",
    b"\xc2\x9b",
    b"\xc2\x9d",
    b"\x07",
)


def no_escape_from_data(output: bytes) -> None:
    """Fail where anything but the console's own sequences and printable text was sent."""
    rest = _OWN.sub("", output.decode())
    assert {hex(ord(c)) for c in rest if not c.isprintable() and c not in "\r\n"} <= {"0xa0", "0x3000"}
    assert "]0;owned" not in rest or "\x1b" not in rest


def clean(answer: Answer) -> str:
    """The plain output, which must not have any control character but line feeds."""
    assert answer.code == 0, answer.err
    assert [found for found in _DATA_ESCAPES if found in answer.raw] == []
    assert {c for c in answer.out if not c.isprintable() and c != "\n"} == set()
    return answer.out


@pytest.fixture
def console(program: Program) -> Iterator[ProgramHost]:
    host = ProgramHost(program, width=160, height=50)
    with host:
        host.until_shown("Helper")
        yield host
        no_escape_from_data(bytes(host.output))
        assert host.process.poll() is None
        assert host.screen.title != "owned"


def test_in_a_message(program: Program, console: ProgramHost) -> None:
    console.send(b"6z")
    program.ok("send", "helper", "-", stdin=b"hello " + ATTACK)
    console.until_shown("⟨ESC⟩]52;c;ZXZpbA==⟨BEL⟩ [b]bold[/b] [@click=app.quit]press[/]")
    console.send(b"z1\r")
    console.until_shown("Last messages, and why")
    console.until_quiet()
    console.send(b"\x1b")
    assert "⟨ESC⟩]52;c" in clean(program.run("journal"))


def test_in_an_approval(program: Program, console: ProgramHost) -> None:
    program.ok("send", "helper", "-", stdin=b"please send a proposal to bob@example.com about " + ATTACK)
    console.until_shown("send_proposal")
    console.send(b"2z")
    # The persona leaves out what looks like a mention, and spells controls out, since no tool takes them.
    console.until_shown("]52;c;ZXZpbA==")
    console.until_shown("[=app.quit]press[/]")
    console.send(b"\r")
    console.until_quiet()
    console.send(b"\x1b")
    console.send(b"a")
    console.until_quiet()
    console.send(b"\x1b")
    (found,) = program.ok("approvals", "list", "--json").data["items"]
    shown = clean(program.run("approvals", "show", found["id"]))
    assert "⟨U+202E⟩txt.exe" in shown
    assert "[=app.quit]press[/]" in shown
    clean(program.run("approvals", "list"))
    program.ok("approvals", "reject", found["id"], "--reason", "\x1b]0;owned\x07 no")
    console.send(b"6")
    console.until_shown("reject")
    clean(program.run("journal"))
    clean(program.run("approvals", "show", found["id"]))


async def test_in_what_an_agent_returns(program: Program, console: ProgramHost) -> None:
    (program.folder / "payload.bin").write_bytes(ATTACK)
    with program.running("agent", "--id", "worker"):
        task = program.ok("tasks", "submit", "look \x1b]0;owned\x07", "--type", "bytes", "--json").data["data"]["id"]
        await program.until(lambda answer: bool(answer.data["items"]), "tasks", "list", "--state", "done", "--json")
        assert "⟨ESC⟩]0;owned" in clean(program.run("tasks", "list"))
        assert "⟨ESC⟩]52;c;ZXZpbA==" in clean(program.run("tasks", "show", task))
        console.send(b"5G")
        console.until_shown("look ⟨ESC⟩]0;owned")
        console.send(b"\r")
        console.until_shown("⟨ESC⟩]52;c;ZXZpbA==")
        console.send(b"\x1b")
        console.until_quiet()


def test_a_line_of_a_megabyte(program: Program, console: ProgramHost) -> None:
    program.ok("send", "helper", "-", stdin=b"\x1b]52;c;x\x07" + b"A" * 1_000_000)
    console.send(b"6z")
    console.until_shown("⟨ESC⟩]52;c;x⟨BEL⟩AAAA")
    console.send(b"z3\r")
    console.until_quiet()
    console.send(b"\x1b")
    clean(program.run("journal"))
    over = program.run("send", "helper", "-", stdin=b"A" * 1_100_000)
    assert over.code == 1
    assert "too long" in over.err


def test_a_name_that_is_not_text(program: Program) -> None:
    answer = program.run("send", b"help\xff\x1b]0;owned\x07er", "hello")
    assert answer.code != 0
    assert b"\x1b" not in answer.raw
