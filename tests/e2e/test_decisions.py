"""Deciding with the real program and shipped settings: edits, reasons that arrive, hints, and two at once."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from engine.client import CommandRefused, EngineClient, Reply, attach
from engine.client.wire import WireReply, WireRequest
from engine.clock import SystemClock
from engine.commands import COMMANDS, ApproveAction, ClaimAction, ProposeAction, RejectAction
from engine.coordination import RedisLink, RedisTransport, private_url
from engine.operators import Operator, Role
from engine.queries import DETAIL, AskDetail
from engine.settings import load_settings
from engine.workspace import Workspace

from ..tui.cli.program import Answer
from .floor import Floor, payload, read_mail

pytestmark = pytest.mark.timeout(240)

ASK = "@helper send a proposal for {} seats to jo@acme.example"


async def ask(floor: Floor, seats: int = 40) -> dict[str, Any]:
    """Have the helper propose a mail; the question that it asks."""
    floor.program.ok("send", "helper", ASK.format(seats))
    return await floor.until_action("send_proposal")


async def propose(client: EngineClient, subject: str) -> Reply:
    """A proposal of an operator's own."""
    arguments = json.dumps({"to": ["jo@acme.example"], "subject": subject, "body": "Dear Jo"})
    asked = ProposeAction(kind="send_proposal", tool="email", arguments=arguments, reason="Jo asked")
    reply = await client.send("action.propose", asked)
    assert reply.data["status"] == "pending"
    return reply


async def enter(floor: Floor, name: str, seat: str) -> EngineClient:
    """A client of the running engine, as a console elsewhere would have it."""
    workspace = Workspace(floor.folder)
    settings = load_settings(workspace.settings_file, {})
    return await attach(workspace, settings, Operator(name, Role.OPERATOR, f"ssh {seat}", f"key {seat}"))


async def test_what_was_edited_is_what_runs_and_the_proposer_is_told(floor: Floor) -> None:
    with floor.engine(WATCHFLOOR_GOVERNANCE__GRACE_SECONDS="0"):
        await floor.up()
        action = await ask(floor)
        old = payload(action)["subject"]
        changed = floor.program.ok(
            "approvals", "edit", action["id"], "--set", '/subject="Our offer"', "--reason", "plainer", "--json",
            "--operator", "ana",
        )  # fmt: skip
        assert (changed.data["data"]["status"], changed.data["data"]["revision"]) == ("pending", 2)
        refused = floor.approve(action)
        assert refused.code == 1
        assert "not the one that was read" in refused.err
        now = floor.action(action["id"])
        assert payload(now) == {**payload(action), "subject": "Our offer"}
        client = await enter(floor, "ana", "10.0.0.1")
        try:
            detail = await client.query(DETAIL, AskDetail(scope="action", id=action["id"]))
        finally:
            await client.close()
        (changes,) = [section.facts for section in detail.sections if section.heading == "Changes"]
        assert changes[1] == ("/subject", f"{old} → Our offer")
        assert floor.approve(now).code == 0
        await floor.until_status(action["id"], "executed")
        (mail,) = floor.mails()
        assert read_mail(mail)["Subject"] == "Our offer"
        heard = await floor.program.until(
            lambda _: any("changed by ana" in row["data"] for row in floor.journal("message.declined")), "status"
        )
        assert heard.code == 0
    assert floor.program.ok("audit", "verify").code == 0


async def test_a_rejections_reason_reaches_the_proposer_and_a_repeat_is_counted(floor: Floor) -> None:
    with floor.engine():
        await floor.up()
        action = await ask(floor)
        floor.program.ok("approvals", "reject", action["id"], "--reason", "not this quarter", "--operator", "ana")
        noted = "noted: Your send_proposal was rejected by ana: not this quarter."
        await floor.program.until(
            lambda _: any(noted in row["data"] for row in floor.journal("message.declined")), "status"
        )
        floor.program.ok("send", "helper", ASK.format(40))
        await floor.program.until(lambda _: bool(floor.journal("proposal.merged")), "status")
        assert floor.action(action["id"])["repeats"] == 1
        assert floor.actions("pending") == [] or all(one["kind"] != "send_proposal" for one in floor.actions("pending"))


async def test_hints_are_seen_by_everybody_and_a_snooze_keeps_the_count_small(floor: Floor) -> None:
    with floor.engine():
        await floor.up()
        action = await ask(floor)
        # The first beat asks too; what is counted is counted once it has.
        await floor.program.until(
            lambda _: any(one["kind"] == "create_briefing" for one in floor.actions("pending")), "status"
        )
        needs = floor.program.ok("status", "--json").data["needs"]
        floor.program.ok("approvals", "claim", action["id"], "--operator", "ana")
        assert floor.action(action["id"])["claimed_by"] == "ana"
        floor.program.ok("approvals", "snooze", action["id"], "--seconds", "600")
        assert floor.program.ok("status", "--json").data["needs"] == needs - 1
        floor.program.ok("approvals", "snooze", action["id"], "--seconds", "0")
        assert floor.program.ok("status", "--json").data["needs"] == needs
        withdrawn = floor.program.run("approvals", "withdraw", action["id"])
        assert withdrawn.code == 1
        assert "only they can take it back" in withdrawn.err
        floor.program.ok("approvals", "claim", action["id"], "--release", "--operator", "ana")
        assert floor.action(action["id"])["claimed_by"] == ""


async def test_several_are_answered_at_once_and_each_is_told(floor: Floor) -> None:
    with floor.engine():
        await floor.up()
        ben = await enter(floor, "ben", "10.0.0.2")
        try:
            both = [await propose(ben, f"{seats} seats") for seats in (40, 50)]
            own = ApproveAction.model_validate({name: both[0].data[name] for name in ("id", "revision", "digest")})
            with pytest.raises(CommandRefused) as refused:
                await ben.send("action.approve", own)
            assert refused.value.code == "self_approval"
        finally:
            await ben.close()
        first, second = (str(one.data["id"]) for one in both)
        floor.program.ok("approvals", "reject", first, "--reason", "no")
        digests = [word for one in both for word in ("--digest", str(one.data["digest"]))]
        answer = floor.program.run("approvals", "approve", first, second, "--yes", *digests, "--json")
        assert answer.code == 1
        results = {row["id"]: row for row in answer.data["data"]["results"]}
        assert results[first]["code"] == "already_decided"
        assert results[second]["done"] is True
        assert answer.data["text"].startswith("1 of 2 approved.")


async def test_two_operators_at_the_same_moment_decide_once_and_the_other_is_told_whose_and_when(floor: Floor) -> None:
    with floor.engine():
        await floor.up()
        ana, ben = await enter(floor, "ana", "10.0.0.1"), await enter(floor, "ben", "10.0.0.2")
        try:
            for seats in range(40, 46):
                action = await ask(floor, seats)
                says = {name: action[name] for name in ("id", "revision", "digest")}
                answers = await asyncio.gather(
                    ana.send("action.approve", ApproveAction.model_validate(says)),
                    ben.send("action.reject", RejectAction.model_validate({**says, "reason": "no"})),
                    return_exceptions=True,
                )
                (won,) = [answer for answer in answers if isinstance(answer, Reply)]
                (lost,) = [answer for answer in answers if isinstance(answer, CommandRefused)]
                winner = "ana" if won is answers[0] else "ben"
                assert lost.code == "already_decided"
                assert winner in lost.why
                decided = floor.action(action["id"])
                assert decided["decided_by"] == winner
                assert decided["decided_at"][11:19] in lost.why
                rows = [row["kind"] for row in floor.journal() if row["subject"] == action["id"]]
                assert sum(kind in {"action.approved", "action.rejected"} for kind in rows) == 1
        finally:
            await ana.close()
            await ben.close()


async def test_a_viewer_sends_no_command_through_any_door(floor: Floor) -> None:
    url = None
    with floor.engine():
        await floor.up()
        url = private_url(floor.folder / ".watchfloor")
        assert url is not None
        link = RedisLink(url, SystemClock())
        transport = RedisTransport(link.commands, link.blocking, "watchfloor")
        workspace = Workspace(floor.folder)
        settings = load_settings(workspace.settings_file, {})
        viewer = await attach(workspace, settings, Operator("viv", Role.VIEWER))
        try:
            for name, command in COMMANDS.items():
                if command.role is Role.VIEWER:
                    continue
                request = WireRequest(
                    id=SystemClock().new_id(), sort="command", name=name, arguments={}, operator="ana", read_only=True
                )
                raw = await transport.call(request.id, request.model_dump_json().encode(), 30.0)
                by_hand = WireReply.model_validate_json(raw)
                assert by_hand.refusal is not None, name
                assert by_hand.refusal.code == "role", name
            with pytest.raises(CommandRefused) as refused:
                await viewer.send("action.claim", ClaimAction(id="anything"))
            assert refused.value.code == "role"
        finally:
            await viewer.close()
            await transport.close()
    assert floor.journal("command.carried_out") == []


@pytest.mark.parametrize(
    "words",
    [
        ("approve", "x", "--yes", "--digest", "0" * 64),
        ("reject", "x", "--reason", "no"),
        ("edit", "x", "--set", "/a=1"),
        ("undo", "x"),
        ("withdraw", "x"),
        ("settle", "x", "--happened"),
        ("claim", "x"),
        ("snooze", "x"),
    ],
)
def test_read_only_decides_nothing_on_the_command_line(floor: Floor, words: tuple[str, ...]) -> None:
    floor.program.ok("heartbeat", "run")
    (action,) = floor.actions("pending") or [{"id": "x", "digest": "0" * 64}]
    told = tuple(action["id"] if word == "x" else action["digest"] if word == "0" * 64 else word for word in words)
    answer = floor.program.run("approvals", *told, "--read-only")
    assert answer.code == 1
    assert "viewer" in answer.err or action["id"] == "x"
    assert [row for row in floor.journal("command.carried_out") if "action." in json.loads(row["data"])["name"]] == []


async def test_two_people_have_to_say_yes_where_the_policy_asks_two(floor: Floor) -> None:
    policy = floor.folder / "policy.toml"
    rule = '\n[[rule]]\nname = "two-pairs-of-eyes"\nwhy = "offers bind us"\nkinds = ["send_proposal"]\nquorum = 2\n'
    policy.write_text((policy.read_text(encoding="utf-8") if policy.exists() else "") + rule, encoding="utf-8")

    def approve(action: dict[str, Any], name: str, address: str) -> Answer:
        words = ("approvals", "approve", action["id"], "--yes", "--digest", action["digest"], "--operator", name)
        return floor.program.run(*words, SSH_CONNECTION=f"{address} 4000 10.0.0.1 22")

    with floor.engine(WATCHFLOOR_GOVERNANCE__GRACE_SECONDS="0"):
        await floor.up()
        action = await ask(floor)
        assert action["quorum"] == 2
        first = approve(action, "ana", "10.0.0.2")
        assert first.code == 0
        assert "needs 2 operators" in first.out
        again = approve(action, "ana", "10.0.0.3")
        assert "said yes already" in again.err
        same = approve(action, "ben", "10.0.0.2")
        assert "from the same seat" in same.err
        assert floor.action(action["id"])["granted_by"] == ["ana"]
        assert floor.mails() == []
        assert approve(action, "ben", "10.0.0.3").code == 0
        await floor.until_status(action["id"], "executed")
        assert len(floor.mails()) == 1
    started = [row for row in floor.journal("action.started") if row["subject"] == action["id"]]
    assert len(started) == 1
    assert floor.program.ok("audit", "verify").code == 0


async def test_whoever_asked_a_persona_can_have_it_take_that_back(floor: Floor) -> None:
    with floor.engine():
        await floor.up()
        floor.program.ok("send", "helper", ASK.format(40), "--operator", "ana")
        action = await floor.until_action("send_proposal")
        floor.program.ok("send", "helper", "@helper never mind", "--operator", "ben")
        floor.program.ok("send", "helper", "@helper never mind the offer", "--operator", "ana")
        ended = await floor.until_status(action["id"], "withdrawn")
        assert ended["result"] == "ana took the request back"
        (row,) = floor.journal("action.withdrawn")
        assert row["actor"] == "persona:helper"
