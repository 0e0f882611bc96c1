"""Tools in the running engine: proposed on the command line, approved by somebody else, done in the world once."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from ..engine.tools.post_office import open_office
from ..engine.tools.web import answer, open_web
from .floor import Floor, read_mail

pytestmark = pytest.mark.timeout(180)

MAIL = {"to": ["jo@acme.example"], "subject": "Offer", "body": "40 seats.\n"}


def set_up(floor: Floor, text: str) -> None:
    """Add tables to the settings."""
    file = floor.program.folder / "watchfloor.toml"
    file.write_text(f"{file.read_text()}\n{text}\n")


def propose(floor: Floor, tool: str, arguments: dict[str, Any], *options: str) -> dict[str, Any]:
    """A call proposed by somebody who is not the one that approves."""
    asked = ("--operator", "ben", "tools", "call", tool, json.dumps(arguments), *options, "--json")
    reply: dict[str, Any] = floor.program.ok(*asked).data["data"]
    return reply


async def approve(floor: Floor, found: dict[str, Any], wanted: str = "executed") -> dict[str, Any]:
    """Approve and wait for the outcome, which has to be the wanted one."""
    approved = floor.approve(floor.action(found["id"]))
    assert approved.code == 0, approved.err
    done = await floor.until_status(found["id"], "executed", "failed", "uncertain", "blocked", "expired", "rejected")
    assert done["status"] == wanted, done["result"]
    return done


async def test_an_approved_mail_is_received_once(floor: Floor) -> None:
    async with open_office() as office:
        smtp = f'host = "127.0.0.1"\nport = {office.port}\nsecurity = "none"'
        set_up(floor, f'[tools.email]\nsender = "desk@ours.example"\n[tools.email.smtp]\n{smtp}')
        with floor.engine():
            await floor.up()
            found = propose(floor, "email", MAIL, "--kind", "send_proposal")
            assert found["status"] == "pending"
            assert office.taken == []
            done = await approve(floor, found)
            assert done["result"] == "sent to jo@acme.example"
    ((sender, recipients, message),) = office.taken
    assert (sender, recipients, message["subject"]) == ("desk@ours.example", ["jo@acme.example"], "Offer")
    assert message["message-id"] == f"<{found['id']}@watchfloor.invalid>"
    assert floor.program.ok("audit", "verify").code == 0


async def test_a_refused_recipient_is_a_failure_that_says_so(floor: Floor) -> None:
    async with open_office(refuses=frozenset({"jo@acme.example"})) as office:
        smtp = f'host = "127.0.0.1"\nport = {office.port}\nsecurity = "none"'
        set_up(floor, f"[tools.email.smtp]\n{smtp}")
        with floor.engine():
            await floor.up()
            done = await approve(floor, propose(floor, "email", MAIL), "failed")
    assert "550 5.1.1 no such mailbox" in done["result"]


async def test_with_shipped_settings_a_mail_stays_here(floor: Floor) -> None:
    with floor.engine():
        await floor.up()
        await approve(floor, propose(floor, "email", MAIL))
        listed = {one["name"]: one for one in floor.program.ok("tools", "list", "--json").data["items"]}
        measured = await approve(floor, propose(floor, "memory_stats", {}))
        waited = floor.program.run("tools", "call", "memory_stats", "--wait", "--seconds", "1")
        shown = floor.program.ok("tools", "show", "email")
    (file,) = floor.mails()
    assert read_mail(file)["to"] == "jo@acme.example"
    assert (listed["memory_stats"]["effect"], listed["email"]["effect"]) == ("none", "outward")
    assert not {name for name in listed if name.startswith(("mcp.", "telegram"))}
    figures = re.fullmatch(r"(\d+) MiB in memory \(peak \d+\), database (\d+) KiB; .*journal", measured["result"])
    assert figures is not None
    assert int(figures[1]) > 20
    assert int(figures[2]) > 100
    assert waited.code == 1
    assert "Still open" in waited.out
    assert '"maxItems": 500' in shown.out


async def test_settings_of_tools_hold_at_once_and_void_what_was_asked(floor: Floor) -> None:
    with floor.engine():
        await floor.up()
        found = propose(floor, "email", MAIL)
        before = floor.action(found["id"])
        set_up(floor, '[tools.email]\nsender = "other@ours.example"')
        await floor.program.until(
            lambda reply: reply.data["revision"] == before["revision"] + 1, "approvals", "show", found["id"], "--json"
        )
        old = floor.approve(before)
        assert old.code == 1
        await approve(floor, found)
    (file,) = floor.mails()
    assert read_mail(file)["from"] == "other@ours.example"


async def test_a_notification_is_delivered_and_its_secret_stays_one(floor: Floor) -> None:
    secret = "hook-7f3a9c2b51"  # opens nothing
    async with open_web(answer(500, "later"), answer(200, "ok")) as web:
        address = floor.program.folder / "ops.url"
        address.write_text(f"json://127.0.0.1:{web.port}/{secret}")
        address.chmod(0o600)
        set_up(floor, '[tools.notify]\nretry_first_seconds = 1\n[tools.notify.targets.ops]\nurl = "file:ops.url"')
        with floor.engine():
            await floor.up()
            await approve(floor, propose(floor, "notify", {"title": "Goal slips", "body": "Behind."}))
            sent = await floor.program.until(
                lambda reply: [one["status"] for one in reply.data["items"]] == ["sent"], "tools", "outbox", "--json"
            )
    assert sent.data["items"][0]["attempts"] == 2
    assert [one.json["title"] for one in web.asked] == ["Goal slips", "Goal slips"]
    state = floor.program.folder / ".watchfloor"
    assert not [path for path in state.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


async def test_a_declared_program_runs_as_declared(floor: Floor) -> None:
    notes = floor.program.folder / "notes.txt"
    notes.write_text("hello")
    set_up(
        floor,
        '[tools.commands.count]\nargv = ["/usr/bin/wc", "-c"]\n[tools.commands.count.parameters.file]\ntype = "file"',
    )
    with floor.engine():
        await floor.up()
        call = {"name": "count", "parameters": {"file": "notes.txt"}}
        done = await approve(floor, propose(floor, "command", call))
        assert done["result"] == "count ended with exit code 0"
        again = propose(floor, "command", call)
        notes.write_text("something else")
        approved = floor.approve(floor.action(again["id"]))
        assert approved.code in {0, 1}
        asked = await floor.until_status(again["id"], "pending", "executed")
        assert asked["status"] == "pending"
        escaping = {"name": "count", "parameters": {"file": "../outside"}}
        refused = floor.program.run("--operator", "ben", "tools", "call", "command", json.dumps(escaping))
    assert refused.code == 1
    assert "not a plain path" in refused.err


async def test_what_a_chat_says_reaches_an_inbox_once(floor: Floor) -> None:
    said = {"message_id": 1, "date": 1772443800, "chat": {"id": -100}, "text": "@helper how do the goals stand?"}
    update = {"update_id": 41, "message": {**said, "from": {"id": 5, "first_name": "tester"}}}
    pressed = {"update_id": 42, "callback_query": {"id": "1", "data": "approve everything"}}
    batch = answer(200, {"ok": True, "result": [update, pressed]})
    async with open_web(batch, answer(200, {"ok": True, "result": []})) as web:
        set_up(
            floor,
            f'[tools.telegram]\ntoken = "env:BOT"\napi = "{web.url}"\npoll_seconds = 1\nchats = {{ team = -100 }}',
        )
        with floor.engine(BOT="7000000001:AAtest-token-of-nobody"):
            await floor.up()
            await floor.program.until(
                lambda reply: any("goals stand" in one["text"] for one in reply.data["items"]),
                *("journal", "list", "--json"),
            )
    assert [one.json["offset"] for one in web.asked][:2] == [0, 43]
    assert floor.journal("action.approved") == []
    accepted = [row for row in floor.journal() if "telegram:41" in row["subject"] + row["data"]]
    assert accepted
    assert not [row for row in floor.journal() if "AAtest-token" in row["data"]]


def test_the_programs_of_this_test_are_there() -> None:
    assert os.access(Path("/usr/bin/wc"), os.X_OK)
