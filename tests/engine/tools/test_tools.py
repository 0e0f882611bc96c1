"""What tools do in the world, and what they refuse."""

from __future__ import annotations

import email
import email.policy
import os
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import JSON
from engine.clock import SimulatedClock, SystemClock
from engine.governance import ArgumentsError, ToolContext, ToolError
from engine.settings.tools import ToolsSettings
from engine.storage import Database
from engine.tools import ToolRegistry, built_in_tools
from engine.tools.files import write_once

MAIL: dict[str, JSON] = {"to": ["jo@acme.example"], "subject": "Offer", "body": "Dear Jo,\n\n40 seats.\n"}


def registry(**settings: object) -> ToolRegistry:
    return ToolRegistry(built_in_tools(ToolsSettings.model_validate(settings)), SystemClock())


def context(workspace: Path, action_id: str = "0190-abc") -> ToolContext:
    return ToolContext(action_id, "persona:helper", None, "message-1", SimulatedClock().now(), workspace)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "engine.db", SimulatedClock(), inline=True) as opened:
        yield opened


async def test_mail_is_a_readable_message_in_the_outbox(tmp_path: Path) -> None:
    tools = registry(email={"sender": "desk@ours.example"})
    call = tools.prepare("email", {**MAIL, "cc": ["ann@acme.example"], "subject": "Angebot für Jo · ✓"})
    assert (call.summary, call.reach, call.undoable) == ("sends 1 email outside to 2 people", 2, False)
    result = await tools.run("email", call.arguments, context(tmp_path))
    path = tmp_path / "outbox" / "0190-abc.eml"
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    assert result.data == {"file": "outbox/0190-abc.eml"}
    assert (message["to"], message["cc"], message["from"]) == (
        "jo@acme.example",
        "ann@acme.example",
        "desk@ours.example",
    )
    assert message["subject"] == "Angebot für Jo · ✓"
    assert message["message-id"] == "<0190-abc@watchfloor.invalid>"
    assert message.get_content().replace("\r\n", "\n") == MAIL["body"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_mail_sent_twice_is_one_mail(tmp_path: Path) -> None:
    tools = registry()
    first = await tools.run("email", MAIL, context(tmp_path))
    before = (tmp_path / "outbox" / "0190-abc.eml").read_bytes()
    again = await tools.run("email", {**MAIL, "subject": "other"}, context(tmp_path))
    assert first.summary.startswith("wrote")
    assert again.summary.startswith("had already written")
    assert (tmp_path / "outbox" / "0190-abc.eml").read_bytes() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"to": []},
        {"to": "jo@acme.example"},
        {"to": ["jo@acme.example\nBcc: eve@evil.example"]},
        {"to": ["jo@acme.example\r\n"]},
        {"to": ["Jo <jo@acme.example>"]},
        {"to": ["jo@acme.example, eve@evil.example"]},
        {"to": ["group: a@b.example;"]},
        {"to": ["jo"]},
        {"to": ["@acme.example"]},
        {"to": ["jo@\u0430cme.example"]},
        {"to": ["j\u043e@acme.example"]},
        {"to": ["-oops@acme.example"]},
        {"to": ["(comment)jo@acme.example"]},
        {"to": ["jo@acme.example", "JO@acme.example"]},
        {"cc": ["jo@acme.example"]},
        {"subject": "Hi\nBcc: eve@evil.example"},
        {"subject": "Hi\r\n\r\nbody"},
        {"subject": "Hi\u2028there"},
        {"subject": "Hi\x1b[2J"},
        {"subject": ""},
        {"subject": "x" * 201},
        {"body": "\x1b]52;c;AAAA\x07"},
        {"body": "a\x00b"},
        {"body": "a\x9b31m"},
        {"body": "a\rb"},
        {"body": "x" * 20_001},
        {"bcc": ["eve@evil.example"]},
        {"from": "boss@ours.example"},
        {"to": [f"a{i}@acme.example" for i in range(21)]},
    ],
)
def test_mail_that_could_carry_more_than_it_shows_is_refused(changes: dict[str, JSON]) -> None:
    with pytest.raises(ArgumentsError):
        registry().prepare("email", {**MAIL, **changes})


@given(st.text(max_size=60), st.text(max_size=60), st.text(max_size=60))
def test_no_text_adds_a_header(to: str, subject: str, body: str) -> None:
    from engine.tools.email import EmailArguments, compose

    tools = registry()
    try:
        call = tools.prepare("email", {"to": [to], "subject": subject, "body": body})
    except ArgumentsError:
        return
    raw = compose(EmailArguments.model_validate(call.arguments), context(Path()), "desk@ours.example")
    message = email.message_from_bytes(raw, policy=email.policy.default)
    names = [name.lower() for name, _ in message.items()]
    assert sorted(names) == sorted(set(names))
    assert not set(names) & {"bcc", "cc", "reply-to"}
    assert message["to"].addresses[0].addr_spec == to
    assert len(message["to"].addresses) == 1


def test_crlf_in_a_body_is_one_line_end() -> None:
    call = registry().prepare("email", {**MAIL, "body": "a\r\nb"})
    assert call.arguments["body"] == "a\nb"


def test_what_decides_besides_the_arguments_is_part_of_the_binding() -> None:
    one = registry(email={"sender": "a@ours.example"}).prepare("email", MAIL)
    other = registry(email={"sender": "b@ours.example"}).prepare("email", MAIL)
    assert one.binding != other.binding
    declared = {"commands": {"hi": {"argv": ["/bin/echo", "hi"]}}}
    changed = {"commands": {"hi": {"argv": ["/bin/echo", "ho"]}}}
    call: dict[str, JSON] = {"name": "hi"}
    assert registry(**declared).prepare("command", call).binding != registry(**changed).prepare("command", call).binding


async def test_chat_speaks_in_the_proposers_name(database: Database, tmp_path: Path) -> None:
    tools = registry()
    call = tools.prepare("chat", {"channel": "team", "text": "hello"})
    await database.write(lambda tx: tools.apply("chat", call.arguments, context(tmp_path), tx))
    row = await database.read(lambda reader: reader.row("SELECT * FROM chat_messages"))
    assert row is not None
    assert (row["channel"], row["sender"], row["text"], row["in_reply_to"]) == (
        "team", "persona:helper", "hello", "message-1",
    )  # fmt: skip
    with pytest.raises(ArgumentsError, match="sender"):
        tools.prepare("chat", {"channel": "team", "text": "x", "sender": "ana"})


async def test_an_interaction_is_a_row_about_its_account(database: Database, tmp_path: Path) -> None:
    tools = registry()
    call = tools.prepare("log_interaction", {"account_id": "acme", "kind": "call", "summary": "asked for a date"})
    assert call.account_id == "acme"
    await database.write(lambda tx: tools.apply("log_interaction", call.arguments, context(tmp_path), tx))
    row = await database.read(lambda reader: reader.row("SELECT * FROM interactions"))
    assert row is not None
    assert (row["account_id"], row["kind"], row["actor"], row["action_id"]) == (
        "acme", "call", "persona:helper", "0190-abc",
    )  # fmt: skip


async def test_briefings_and_invitations_are_files(tmp_path: Path) -> None:
    tools = registry()
    await tools.run("briefing", {"title": "Acme", "body": "All well."}, context(tmp_path))
    assert (tmp_path / "briefings" / "0190-abc.md").read_text().startswith("# Acme\n\nAll well.\n")
    call = tools.prepare(
        "calendar",
        {"to": ["jo@acme.example"], "title": "Review; part 1, " + "ü" * 60, "start": "2026-03-02T10:00:00+01:00"},
    )
    await tools.run("calendar", call.arguments, context(tmp_path))
    raw = (tmp_path / "outbox" / "0190-abc.ics").read_bytes()
    assert b"DTSTART:20260302T090000Z\r\nDTEND:20260302T093000Z\r\n" in raw
    assert b"SUMMARY:Review\\; part 1\\," in raw
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    for start in ("2026-03-02T10:00:00", "tomorrow"):
        with pytest.raises(ArgumentsError):
            tools.prepare("calendar", {**call.arguments, "start": start})


async def test_a_declared_command_runs_as_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_THING", "s")
    script = (
        "import os, sys; e = os.environ;print(sys.argv[1:], os.getcwd(), 'SECRET_THING' in e, e['WATCHFLOOR_ACTION'])"
    )
    argv = [sys.executable, "-c", script]
    tools = registry(commands={"show": {"argv": argv, "max_arguments": 2, "argument_pattern": r"[$;()~ a-z-]+"}})
    call = tools.prepare("command", {"name": "show", "arguments": ["; rm -rf ~", "$(id)"]})
    result = await tools.run("command", call.arguments, context(tmp_path))
    assert result.ok
    assert result.data["stdout"] == f"['--', '; rm -rf ~', '$(id)'] {tmp_path} False 0190-abc\n"


async def test_a_command_that_fails_says_so(tmp_path: Path) -> None:
    tools = registry(commands={"fail": {"argv": [sys.executable, "-c", "import sys; sys.exit('no luck')"]}})
    result = await tools.run("command", {"name": "fail"}, context(tmp_path))
    assert (result.ok, result.data["exit_code"], result.data["stderr"]) == (False, 1, "no luck\n")


@pytest.mark.parametrize(
    "arguments",
    [
        {"name": "unknown"},
        {"name": "plain", "arguments": ["more"]},
        {"name": "open", "arguments": ["-rf"]},
        {"name": "open", "arguments": ["a b"]},
        {"name": "open", "arguments": ["a\n"]},
        {"name": "open", "arguments": ["a\x00"]},
        {"name": "open", "arguments": [""]},
        {"name": "open", "arguments": ["a", "b"]},
        {"name": "plain", "argv": ["/bin/rm"]},
    ],
)
def test_a_command_takes_only_what_its_declaration_allows(arguments: dict[str, JSON]) -> None:
    tools = registry(commands={"plain": {"argv": ["/bin/true"]}, "open": {"argv": ["/bin/true"], "max_arguments": 1}})
    with pytest.raises(ArgumentsError):
        tools.prepare("command", arguments)


async def test_a_command_stays_in_the_workspace(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    for directory in ("..", "/", "link"):
        tools = registry(commands={"x": {"argv": ["/bin/true"], "directory": directory}})
        with pytest.raises(ToolError, match="outside the workspace"):
            await tools.run("command", {"name": "x"}, context(tmp_path))


@pytest.mark.parametrize("name", ["../x", "a/b", "", ".x", "a\x00", "x" * 201])
def test_a_file_name_is_only_a_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ToolError, match="not plain"):
        write_once(tmp_path, "outbox", name, b"")


def test_a_folder_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    workspace = tmp_path / "workspace"
    workspace.mkdir()
    (workspace / "outbox").symlink_to(elsewhere)
    with pytest.raises(ToolError, match="link or no folder"):
        write_once(workspace, "outbox", "a.eml", b"x")
    assert list(elsewhere.iterdir()) == []


def test_what_a_crash_left_behind_is_replaced(tmp_path: Path) -> None:
    outbox = tmp_path / "outbox"
    outbox.mkdir()
    target = tmp_path / "precious"
    target.write_text("precious")
    (outbox / ".a.eml.part").symlink_to(target)
    assert write_once(tmp_path, "outbox", "a.eml", b"whole")
    assert sorted(path.name for path in outbox.iterdir()) == ["a.eml"]
    assert (outbox / "a.eml").read_bytes() == b"whole"
    assert target.read_text() == "precious"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_read_only_workspace_is_said(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ToolError, match="read-only"):
        write_once(tmp_path, "outbox", "a.eml", b"x")


def test_an_unknown_tool_names_the_known_ones() -> None:
    with pytest.raises(
        ArgumentsError,
        match="There are: account_context, briefing, calendar, chat, command, crm_update, digest",
    ):
        registry().prepare("teleport", {})


def test_two_tools_of_one_name_are_a_mistake() -> None:
    tools = built_in_tools(ToolsSettings())
    with pytest.raises(ValueError, match="two tools"):
        ToolRegistry([*tools, tools[0]], SystemClock())


def test_no_tool_touches_policy_settings_or_approvals() -> None:
    assert sorted(registry().schemas) == [
        "account_context",
        "briefing",
        "calendar",
        "chat",
        "command",
        "crm_update",
        "digest",
        "email",
        "log_interaction",
        "notify",
        "permission",
    ]
