"""From work that nobody committed to a mail in the outbox: only by an operator's yes, and provably so."""

from __future__ import annotations

import signal

import pytest

from ..tui.cli.terminal import ProgramHost
from ..tui.terminal.pty_host import Host
from .floor import UNCOMMITTED, Floor, payload, read_mail

ASK = "@helper please send a proposal for 40 seats to jo@acme.example"

pytestmark = pytest.mark.timeout(120)


async def test_a_yes_makes_the_mail_a_no_makes_none_and_the_journal_proves_both(floor: Floor) -> None:
    program = floor.program
    with floor.engine():
        await floor.up()
        found = await floor.until_action("escalate_to_management")
        assert found["proposer"] == "persona:code-review"
        assert UNCOMMITTED in payload(found)["body"]
        (heard,) = [row for row in floor.journal("message.accepted") if row["actor"] == "system:git_patrol"]
        assert heard["subject"].startswith("code-review:")

        program.ok("send", "helper", ASK)
        refused = await floor.until_action("send_proposal")
        assert floor.mails() == []

        program.ok("approvals", "reject", refused["id"], "--reason", "not before the audit is over")
        assert floor.approve(refused).code == 1
        assert floor.approve(found).code == 0
        done = await floor.until_status(found["id"], "executed")
        assert done["decided_by"] == "tester"

        (file,) = floor.mails()
        mail = read_mail(file)
        assert file.name == f"{found['id']}.eml"
        assert mail["To"] == "owner@localhost"
        assert mail["Subject"] == payload(found)["subject"]
        assert mail.get_content().replace("\r\n", "\n") == payload(found)["body"]
        assert floor.action(refused["id"])["reason"] == "not before the audit is over"

    (said,) = floor.journal("action.rejected")
    assert said["actor"] == "operator:tester"
    assert "not before the audit is over" in said["data"]
    assert program.ok("audit", "verify").out.startswith("The journal holds")
    assert program.processes() == []

    whole = floor.database.read_bytes()
    at = whole.index(said["data"].encode())
    assert whole.count(said["data"].encode()) == 1
    where = whole.index(b"not before", at)
    floor.database.write_bytes(whole[:where] + b"N" + whole[where + 1 :])
    broken = program.run("audit", "verify")
    assert broken.code == 4
    assert f"row {said['seq']}:" in broken.err
    report = program.run("audit", "verify", "--json")
    assert (report.code, report.data["ok"], report.data["breach"]["seq"]) == (4, False, said["seq"])


async def test_a_row_changed_behind_the_engines_back_is_never_executed(floor: Floor) -> None:
    program = floor.program
    names = ("ann", "ben", "cid", "dee")
    with floor.engine():
        await floor.up()
        for name in names:
            program.ok("send", "helper", f"@helper please send a proposal for {name} to {name}@acme.example")
        waiting = await program.until(
            lambda answer: sum(one["kind"] == "send_proposal" for one in answer.data["items"]) == len(names),
            *("approvals", "list", "--json"),
        )
    by_name = {
        name: next(one for one in waiting.data["items"] if f"{name}@acme" in payload(one).get("to", ""))
        for name in names
    }
    promoted, redirected, renamed, swapped = (by_name[name] for name in names)
    # Decided while no engine runs, so that the start after the change is the first chance to execute.
    assert floor.approve(redirected).code == 0
    assert floor.approve(renamed).code == 0
    floor.edit(
        "UPDATE actions SET status = 'approved', decided_by = 'tester', decided_us = created_us,"
        " not_before_us = created_us, launch_by_us = expires_us WHERE id = ?",
        promoted["id"],
    )
    floor.edit(
        "UPDATE actions SET arguments = replace(arguments, 'ben@acme.example', 'eve@evil.example') WHERE id = ?",
        redirected["id"],
    )
    floor.edit("UPDATE actions SET kind = 'send_routine_response' WHERE id = ?", renamed["id"])
    floor.edit(
        "UPDATE actions SET arguments = replace(arguments, 'dee@acme.example', 'eve@evil.example') WHERE id = ?",
        swapped["id"],
    )

    with floor.engine():
        await floor.up()
        for action in (promoted, redirected, renamed):
            blocked = await floor.until_status(action["id"], "blocked", "executed", "failed", "uncertain")
            assert blocked["status"] == "blocked"
            assert "record changed" in blocked["result"]
        answer = floor.approve(swapped)
        assert answer.code == 1
        assert "its record was changed" in answer.err
        assert "audit verify" in answer.err
        assert floor.action(swapped["id"])["status"] == "blocked"
    assert floor.mails() == []
    tampered = {action["id"] for action in (promoted, redirected, renamed, swapped)}
    assert not tampered & {row["subject"] for row in floor.journal("action.started")}


def test_the_keys_alone_lead_from_the_finding_to_the_mail(floor: Floor) -> None:
    with ProgramHost(floor.program) as host:
        host.until_shown("escalate_to_management")
        host.send(b"2")
        host.until(lambda: any("2 untracked" in line or UNCOMMITTED in line for line in host.lines()))
        host.send(b"a")
        host.until_shown("n leave it")
        host.send(b"G")
        host.until_shown("y approve exactly this")
        assert floor.mails() == []
        host.until(lambda: pressed_yes(host, floor))
        (file,) = floor.mails()
        host.signal(signal.SIGTERM)
        host.until_gone()
        assert host.restored()
    assert UNCOMMITTED in read_mail(file).get_content()
    assert floor.program.ok("audit", "verify").code == 0
    assert floor.program.processes() == []


def pressed_yes(host: Host, floor: Floor) -> bool:
    """Press y whenever the question takes it; whether the mail is there."""
    if any(" y approve" in line for line in host.lines()):
        host.send(b"y")
        host.until_quiet()
    return bool(floor.mails())
