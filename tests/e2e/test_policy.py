"""The policy file of a real workspace: saved, it holds at once; broken, it lets nothing run; asked, it says why."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .floor import Floor

pytestmark = pytest.mark.timeout(300)

KIND = "send_follow_up_email"
RULE = """
[[rule]]
name = "mail-outside"
tier = "approval"
kinds = ["send_follow_up_email"]
recipients = { host_in = ["example.com"], not = true }
quorum = 2
why = "mail that leaves example.com is read by two"
tests = [{ kind = "send_follow_up_email", tool = "email", recipients = ["jo@acme.example"], expect = "approval" }]
"""


def file(floor: Floor) -> Path:
    return floor.folder / "policy.toml"


def save(floor: Floor, text: str) -> None:
    file(floor).write_text(text, encoding="utf-8")


async def until_policy(floor: Floor, rule: str, *, present: bool = True) -> None:
    """Wait until the running engine has, or has not, a rule."""
    await floor.program.until(
        lambda answer: answer.code == 0 and (rule in {one["rule"] for one in answer.data["rules"]}) is present,
        *("policy", "show", "--json"),
    )


def explained(floor: Floor, *arguments: str) -> dict[str, Any]:
    found: dict[str, Any] = floor.program.ok("policy", "explain", *arguments, "--json").data
    return found


async def test_a_saved_rule_asks_at_once_and_a_broken_file_lets_nothing_run(floor: Floor) -> None:
    program = floor.program
    shipped = file(floor).read_text(encoding="utf-8")
    with floor.engine():
        await floor.up()
        program.ok("send", "helper", "@helper please follow up with p1@acme.example about case 1")
        await floor.until_action(KIND, "executed")
        save(floor, shipped + RULE)
        await until_policy(floor, "workspace.mail-outside")
        program.ok("send", "helper", "@helper please follow up with p2@acme.example about case 2")
        asked = await floor.until_action(KIND)
        assert "mail that leaves example.com is read by two" in asked["why"] + asked["rule"]
        about = explained(floor, asked["id"])
        assert (about["tier"], about["rule"], about["quorum"]) == ("approval", "workspace.mail-outside", 2)
        assert {one["layer"] for one in about["answers"]} == {"built-in", "workspace"}
        save(floor, shipped + RULE + "\nx = \n")
        await program.until(
            lambda answer: answer.code == 0 and answer.data["rule"] == "policy.unreadable",
            *("policy", "explain", "create_briefing", "--tool", "briefing", "--json"),
        )
        assert "nothing runs by itself: policy.toml is not valid TOML" in program.ok("status").out
        program.ok("send", "helper", "@helper please write a briefing on Globex")
        held = await floor.until_action("create_briefing")
        assert "policy.toml" in held["rule"] + held["why"]
        assert len(floor.mails()) == 1
        save(floor, shipped)
        await until_policy(floor, "workspace.mail-outside", present=False)
    kinds = [row["kind"] for row in reversed(floor.journal()) if row["kind"].startswith("policy.")]
    assert kinds == ["policy.tightened", "policy.refused", "policy.loosened"]
    (loosened,) = floor.journal("policy.loosened")
    assert "rule mail-outside is gone" in json.loads(loosened["data"])["what"]
    assert program.ok("audit", "verify").code == 0


async def test_the_policy_is_explained_and_tried_without_an_engine(floor: Floor) -> None:
    program = floor.program
    for spelling in ("commit_pricing", "Commit Pricing", "c0mmit-pricing"):
        found = explained(floor, spelling)
        assert (found["tier"], found["rule"]) == ("hard_stop", "hard_stop.commit_pricing")
    assert explained(floor, KIND, "--stage", "negotiation")["rule"] == "stage_gate.negotiation"
    assert explained(floor, KIND, "--tool", "command")["rule"] == f"tool_not_bound.{KIND}"
    mail = '{"to": ["jo@acme.example"], "subject": "Hello", "body": "Hello"}'
    assert explained(floor, KIND, "--tool", "email", "--args", mail)["tier"] == "autonomous"
    draft = floor.folder / "draft.toml"
    draft.write_text(RULE, encoding="utf-8")
    checked = program.ok("policy", "check", "draft.toml", "--json").data
    assert checked["tightened"] == ["rule mail-outside is new: mail that leaves example.com is read by two"]
    assert (checked["loosened"], checked["tests"]) == ([], 1)
    draft.write_text(RULE.replace('expect = "approval"', 'expect = "autonomous"'), encoding="utf-8")
    refused = program.run("policy", "check", "draft.toml")
    assert refused.code == 1
    assert "draft.toml, line 9: rule.0.tests.0" in refused.err
    save(floor, RULE)
    assert explained(floor, KIND, "--tool", "email", "--args", mail)["rule"] == "workspace.mail-outside"
    save(floor, "[[")
    found = explained(floor, KIND, "--tool", "email", "--args", mail)
    assert (found["tier"], found["rule"]) == ("approval", "workspace.mail-outside")
    assert any("nothing runs by itself" in note for note in found["notes"])


TAINTED = """
[[rule]]
name = "told-from-outside"
tier = "approval"
tainted = true
quorum = 3
why = "it was written in answer to text from outside"
"""


async def test_what_answers_text_from_outside_is_known_as_such(floor: Floor) -> None:
    save(floor, TAINTED)
    with floor.engine():
        await floor.up()
        found = await floor.until_action("escalate_to_management")
        floor.program.ok("send", "helper", "@helper please send p1@acme.example a proposal for 10 seats")
        told = await floor.until_action("send_proposal")
        from_outside, by_operator = (explained(floor, action["id"]) for action in (found, told))
    assert (from_outside["rule"], from_outside["quorum"]) == ("workspace.told-from-outside", 3)
    assert (by_operator["rule"], by_operator["quorum"]) == ("approval.send_proposal", 1)
