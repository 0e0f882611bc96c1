"""From one approved example to mails that nobody has to be asked about, and back."""

from __future__ import annotations

from typing import Any

import pytest

from .floor import Floor, payload, read_mail

pytestmark = pytest.mark.timeout(180)


async def asked(floor: Floor, address: str, seats: int) -> dict[str, Any]:
    """Have Helper propose a mail to an address; what became of it at once."""
    floor.program.ok("send", "helper", f"@helper please send a proposal for {seats} seats to {address}")
    arguments = ("approvals", "list", "--status", "all", "--json")
    answer = await floor.program.until(lambda found: bool(about(found.data["items"], seats)), *arguments)
    return about(answer.data["items"], seats)[0]


def about(actions: list[dict[str, Any]], seats: int) -> list[dict[str, Any]]:
    return [one for one in actions if one["kind"] == "send_proposal" and f"{seats} seats" in str(one["payload"])]


async def test_an_approved_example_lets_the_next_like_it_run_until_it_is_revoked(floor: Floor) -> None:
    program = floor.program
    with floor.engine():
        await floor.up()
        example = await asked(floor, "jo@acme.example", 40)
        assert example["status"] == "pending"
        assert floor.approve(example).code == 0
        example = await floor.until_status(example["id"], "executed")

        tested = program.ok("rules", "backtest", example["id"], "--same", "/to", "--json").data
        assert (tested["matched"], tested["approved"], tested["refused"]) == (1, 1, "")
        assert ["/to", '["jo@acme.example"]'] in tested["scope"]
        made = ("rules", "allow", example["id"], "--same", "/to", "--yes", "--digest", example["digest"])
        said = program.ok(*made, "--json").data
        assert "is allowed until" in said["text"]
        rule = said["data"]["id"]

        like = await asked(floor, "jo@acme.example", 41)
        done = await floor.until_status(like["id"], "executed")
        assert done["decided_by"] == f"rule:{rule}"
        unlike = await asked(floor, "ben@acme.example", 42)
        assert unlike["status"] == "pending"
        mails = {file.name: read_mail(file) for file in floor.mails()}
        assert set(mails) == {f"{example['id']}.eml", f"{like['id']}.eml"}
        mail = mails[f"{like['id']}.eml"]
        assert (mail["To"], mail["Subject"]) == ("jo@acme.example", payload(like)["subject"])

        (shown,) = program.ok("rules", "list", "--json").data["items"]
        assert (shown["uses"], shown["limit"], shown["state"], shown["made_by"]) == (1, 20, "active", "tester")
        assert like["id"] in program.ok("rules", "show", rule).out
        assert "revoked" in program.ok("rules", "revoke", rule, "--reason", "enough").out
        assert (await asked(floor, "jo@acme.example", 43))["status"] == "pending"
        assert program.ok("rules", "list", "--json").data["items"] == []

    kinds = [row["kind"] for row in floor.journal() if row["subject"] == rule]
    assert kinds == ["rule.revoked", "rule.used", "rule.allowed"]
    assert len(floor.mails()) == 2
    assert program.ok("audit", "verify").out.startswith("The journal holds")
    # Somebody who gives the rule more uses in the database is found out.
    floor.edit("UPDATE standing_rules SET most = 10000 WHERE id = ?", rule)
    broken = program.run("audit", "verify")
    assert broken.code == 4
    assert rule in broken.err


async def test_a_standing_denial_answers_at_once_across_a_restart(floor: Floor) -> None:
    program = floor.program
    with floor.engine():
        await floor.up()
        example = await asked(floor, "jo@acme.example", 40)
    denied = ("rules", "deny", example["id"], "--reason", "the audit first", "--yes", "--digest", example["digest"])
    assert program.run(*denied[:-2]).code == 2
    program.ok(*denied)
    with floor.engine():
        await floor.up()
        answered = await asked(floor, "jo@acme.example", 41)
        assert (answered["status"], answered["reason"]) == ("rejected", "the audit first")
        refused = program.run("rules", "allow", answered["id"], "--yes", "--digest", answered["digest"])
        assert refused.code == 1
        assert "no operator decided it" in refused.err
    assert floor.mails() == []
