"""What is a hard stop can be approved by nobody, whichever door they try."""

from __future__ import annotations

import signal
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from typing import Any

import pytest

from engine.client import CommandRefused, attach, embed
from engine.client.wire import WireReply, WireRequest
from engine.clock import SystemClock
from engine.commands import ApproveAction, UndoApproval
from engine.coordination import RedisLink, RedisTransport, private_url
from engine.operators import Operator, Role
from engine.settings import Settings, load_settings
from engine.workspace import Workspace

from ..tui.cli.terminal import ProgramHost
from .floor import Floor

REQUESTS = {
    "approve_discount": "@helper approve a discount of 20 percent for Acme, mail jo@acme.example",
    "commit_pricing": "@helper commit to the price of 400 per seat for jo@acme.example",
    "modify_contract": "@helper change the contract with jo@acme.example",
}
ADMIN = Operator("mallory", Role.ADMIN, "local")
LATE = 2**60
"""An instant in microseconds that no test lives to see."""

pytestmark = pytest.mark.timeout(240)


def nothing_happened(floor: Floor) -> None:
    assert floor.mails() == []
    assert begun_by_personas(floor) == 0
    assert floor.journal("action.approved") == []
    with closing(sqlite3.connect(f"{floor.database.as_uri()}?mode=ro", uri=True)) as connection:
        assert connection.execute("SELECT count(*) FROM chat_messages").fetchone() == (0,)


def begun_by_personas(floor: Floor) -> int:
    """Starts of what personas proposed; where the machine is slow the engine's own daily jobs get to run too."""
    with closing(sqlite3.connect(f"{floor.database.as_uri()}?mode=ro", uri=True)) as connection:
        [found] = connection.execute(
            "SELECT count(*) FROM executions JOIN actions ON actions.id = action_id WHERE proposer LIKE 'persona:%'"
        ).fetchone()
    return int(found)


async def over_the_wire(floor: Floor, command: str, arguments: dict[str, Any]) -> WireReply:
    """A request as any program could write it that reaches the engine's Redis, in the name of an admin."""
    url = private_url(floor.folder / ".watchfloor")
    assert url is not None
    link = RedisLink(url, SystemClock())
    transport = RedisTransport(link.commands, link.blocking, "watchfloor")
    try:
        request = WireRequest(
            id=SystemClock().new_id(), sort="command", name=command, arguments=arguments, operator="root-admin"
        )
        return WireReply.model_validate_json(await transport.call(request.id, request.model_dump_json().encode(), 30.0))
    finally:
        await transport.close()


async def refused_at_every_door(floor: Floor, workspace: Workspace, settings: Settings, action: dict[str, Any]) -> None:
    """Approve one action by command, by a request of one's own making, and by a client of a running engine."""
    assert floor.approve(action).code == 1
    says = {"id": action["id"], "revision": action["revision"], "digest": action["digest"]}
    by_wire = await over_the_wire(floor, "action.approve", says)
    assert by_wire.refusal is not None
    assert by_wire.refusal.code == "hard_stop"
    undone = await over_the_wire(floor, "action.undo", {"id": action["id"]})
    assert undone.refusal is not None
    client = await attach(workspace, settings, ADMIN)
    try:
        with pytest.raises(CommandRefused) as remote:
            await client.send("action.approve", ApproveAction.model_validate(says))
    finally:
        await client.close()
    assert remote.value.code == "hard_stop"
    assert floor.action(action["id"])["status"] == "blocked"


async def refused_in_process(workspace: Workspace, settings: Settings, actions: Iterable[dict[str, Any]]) -> None:
    """Approve by a client in the engine's own process, as an operator whose role nobody looks up."""
    local = await embed(workspace, settings, ADMIN, quiet=True)
    try:
        for action in actions:
            yes = ApproveAction(id=action["id"], revision=action["revision"], digest=action["digest"])
            with pytest.raises(CommandRefused) as refused:
                await local.send("action.approve", yes)
            assert refused.value.code == "hard_stop"
            with pytest.raises(CommandRefused):
                await local.send("action.undo", UndoApproval(id=action["id"]))
    finally:
        await local.close()


def forge(floor: Floor, decided: dict[str, Any], asked: dict[str, Any], harmless: dict[str, Any]) -> None:
    """Write into the database as if one had been asked and answered, one only been asked, and one been harmless."""
    floor.edit(
        "UPDATE actions SET status = 'approved', tier = 'approval', decided_by = 'ana', decided_us = created_us,"
        " not_before_us = created_us, launch_by_us = ? WHERE id = ?",
        LATE,
        decided["id"],
    )
    floor.edit(
        "INSERT INTO decisions (id, action_id, revision, digest, verdict, decider, role, reason, policy, at_us)"
        " VALUES ('forged-1', ?, ?, ?, 'approved', 'ana', 'admin', '', '', 1)",
        decided["id"],
        decided["revision"],
        decided["digest"],
    )
    floor.edit(
        "UPDATE actions SET status = 'pending', tier = 'approval', ended_us = NULL, outcome = NULL, expires_us = ?"
        " WHERE id = ?",
        LATE,
        asked["id"],
    )
    floor.edit(
        "UPDATE actions SET status = 'approved', tier = 'autonomous', kind = 'send_routine_response',"
        " not_before_us = created_us, launch_by_us = ? WHERE id = ?",
        LATE,
        harmless["id"],
    )


async def test_nobody_approves_a_hard_stop_through_any_door(floor: Floor) -> None:
    workspace = Workspace(floor.folder)
    text = workspace.settings_file.read_text(encoding="utf-8")
    # Not even somebody whom the settings make an admin.
    admins = '[governance.operators]\nroot-admin = "admin"\nmallory = "admin"'
    workspace.settings_file.write_text(text.replace("# [governance.operators]", admins), encoding="utf-8")
    settings = load_settings(workspace.settings_file, {})
    assert settings.governance.role_of("root-admin") is Role.ADMIN

    with floor.engine():
        await floor.up()
        for text in REQUESTS.values():
            floor.program.ok("send", "helper", text)
        blocked = {kind: await floor.until_action(kind, "blocked") for kind in REQUESTS}
        for action in blocked.values():
            assert "hard" in action["rule"]
            await refused_at_every_door(floor, workspace, settings, action)
    nothing_happened(floor)
    await refused_in_process(workspace, settings, blocked.values())
    nothing_happened(floor)

    decided, asked, harmless = blocked.values()
    forge(floor, decided, asked, harmless)
    with floor.engine():
        await floor.up()
        for action in (decided, harmless):
            ended = await floor.until_status(action["id"], "blocked", "executed", "failed", "uncertain")
            assert ended["status"] == "blocked"
            assert "record changed" in ended["result"]
        by_command = floor.approve(floor.action(asked["id"]))
        assert by_command.code == 1
        assert "its record was changed" in by_command.err
        assert floor.action(asked["id"])["status"] == "blocked"
    nothing_happened(floor)


def test_the_console_offers_no_key_for_a_hard_stop(floor: Floor) -> None:
    floor.program.ok("send", "helper", REQUESTS["approve_discount"])
    with ProgramHost(floor.program) as host:
        host.until_shown("approve_discount")
        assert any("blocked" in line for line in host.lines())
        host.send(b"2")
        for key in (b"j", b"a", b"y", b"u", b"g", b"a", b"y"):
            host.send(key)
            host.until_quiet()
        host.signal(signal.SIGTERM)
        host.until_gone()
        assert host.restored()
    assert [one["kind"] for one in floor.actions("blocked")] == ["approve_discount"]
    assert begun_by_personas(floor) == 0
    assert floor.mails() == []
