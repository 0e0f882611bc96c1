"""Personas and their inboxes from the command line of the real program, with what it ships with."""

from __future__ import annotations

from typing import Any

import pytest

from .floor import Floor

pytestmark = pytest.mark.timeout(180)


def waiting(floor: Floor, persona: str = "helper") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = floor.program.ok("inbox", "list", "--persona", persona, "--json").data["items"]
    return found


def whys(floor: Floor, persona: str = "helper") -> dict[str, dict[str, Any]]:
    items = floor.program.ok("personas", "why", persona, "--limit", "50", "--json").data["items"]
    return {item["text"]: item for item in items}


async def test_messages_are_steered_answered_and_explained(floor: Floor) -> None:
    program = floor.program
    with floor.engine():
        await floor.up()
        answered = program.ok("send", "helper", "how do our goals stand?", "--wait", "--json")
        (report,) = answered.data["messages"]
        assert (report["why"]["state"], bool(report["said"][0]["text"])) == ("answered", True)
        program.ok("pause", "persona", "helper")
        for text in ("first", "second", "third"):
            program.ok("send", "helper", text)
        ids = {one["text"]: one["id"] for one in waiting(floor)}
        assert ids.keys() == {"first", "second", "third"}
        assert whys(floor)["first"]["blocks"][0].endswith("paused persona")
        program.ok("inbox", "top", ids["third"], ids["second"])
        assert [one["text"] for one in waiting(floor)] == ["third", "second", "first"]
        program.ok("inbox", "drop", ids["second"], "--reason", "off topic")
        assert program.run("inbox", "raise", ids["second"]).code == 1
        refused = program.run("--read-only", "inbox", "drop", ids["first"])
        assert (refused.code, "may not do message.steer_many" in refused.err) == (1, True)
        program.ok("inbox", "set", ids["first"], "--priority", "7")
        # Nothing is answered while the wait is on, and the one who waits is told why.
        late = program.run("send", "helper", "anybody?", "--wait", "--seconds", "1")
        assert (late.code, "paused persona" in late.err) == (1, True)
        program.ok("resume", "persona", "helper")
        await program.until(
            lambda answer: answer.code == 0 and not answer.data["items"],
            "inbox",
            "list",
            "--persona",
            "helper",
            "--json",
        )
        found = whys(floor)
        assert (found["second"]["state"], found["second"]["why"]) == ("dropped", "off topic")
        assert found["third"]["state"] != "waiting"
        shown = program.ok("inbox", "show", ids["third"])
        assert "moved a message to helper (top)" in shown.out
    moved = floor.journal("message.reprioritised")
    assert {row["actor"] for row in moved} == {"operator:tester"}


async def test_a_past_is_kept_across_restarts_with_its_gap_and_a_mode_holds(floor: Floor) -> None:
    program = floor.program
    settings = floor.folder / "watchfloor.toml"
    text = settings.read_text(encoding="utf-8") + "\n[persona_rules.history]\nsample_seconds = 5\n"
    settings.write_text(text, encoding="utf-8")

    def known(answer: Any) -> list[bool]:
        return [point["known"] for point in answer.data["points"]] if answer.code == 0 else []

    asking = ("personas", "history", "planner", "--hours", "0.05", "--points", "90", "--json")
    with floor.engine():
        await program.until(lambda answer: any(known(answer)), *asking)
        # Only an admin changes modes.
        refused = program.run("personas", "mode", "planner", "off")
        assert (refused.code, "needs the role" in refused.err) == (1, True)
    stopped = known(program.ok(*asking))
    assert any(stopped)
    with floor.engine():
        await floor.up()
        # Before the gap and behind it.
        await program.until(lambda answer: sum(known(answer)) > 1 and known(answer)[-1], *asking)
    listed = program.ok("personas", "list", "--json").data["items"]
    assert {one["id"] for one in listed} == {"helper", "code-review", "planner"}
    assert "Planner" in program.ok("personas", "show", "planner").out
