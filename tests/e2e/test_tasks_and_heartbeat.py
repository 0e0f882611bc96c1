"""Agents' tasks from the command line to their result, and HEARTBEAT.md from its line to the file and the tick."""

from __future__ import annotations

import signal

import pytest

from .floor import Floor

PROGRAM = """
[agents.commands.shout]
argv = ["tr", "a-z", "A-Z"]

[agents.commands.payload]
argv = ["printenv", "WATCHFLOOR_PAYLOAD"]

[agents.commands.broken]
argv = ["false"]
"""
EXPECTED = {
    "say it back": ("echo", '{"text":"hello"}', '{"text":"hello"}'),
    "count": ("word_count", '{"text": "three little words"}', "3"),
    "declared": ("payload", '{"seats": 40}', '"seats"'),
    "any declared": ("command", '{"name": "payload"}', '"payload"'),
}

pytestmark = pytest.mark.timeout(120)


async def test_tasks_come_back_with_their_results(floor: Floor) -> None:
    program = floor.program
    settings = floor.folder / "watchfloor.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + PROGRAM, encoding="utf-8")
    # Submitted before any engine runs: accepted is accepted.
    program.ok("tasks", "submit", "early", "--type", "echo", "--payload", "{}")
    with floor.engine():
        await floor.up()
        with program.running("agent", "--id", "worker-1") as agent:
            for title, (kind, given, _) in EXPECTED.items():
                program.ok("tasks", "submit", title, "--type", kind, "--payload", given)
            program.ok("tasks", "submit", "unreadable", "--type", "word_count", "--payload", "{}")
            answer = await program.until(
                lambda answer: all(one["state"] in {"done", "failed", "dead"} for one in answer.data["items"]),
                *("tasks", "list", "--json"),
            )
            found = {one["title"]: one for one in answer.data["items"]}
            assert {one["agent"] for one in found.values()} == {"worker-1"}
            for title, (_, _, wanted) in EXPECTED.items():
                assert found[title]["state"] == "done"
                assert wanted in found[title]["result"]
            assert found["early"]["state"] == "done"
            assert found["unreadable"]["state"] != "done"
            assert "word_count needs a text" in found["unreadable"]["error"]
            agent.send_signal(signal.SIGTERM)
            assert agent.wait(timeout=30) == 0
    assert program.ok("tasks", "list", "--state", "done", "--json").data["items"]
    assert program.ok("audit", "verify").code == 0
    assert program.processes() == []


async def test_the_first_beat_proposes_the_shipped_briefing_and_a_yes_ticks_its_box(floor: Floor) -> None:
    heartbeat = floor.folder / "HEARTBEAT.md"
    before = heartbeat.read_text(encoding="utf-8")
    with floor.engine():
        asked = await floor.until_action("create_briefing")
        assert asked["proposer"] == "heartbeat"
        assert heartbeat.read_text(encoding="utf-8") == before
        assert not (floor.folder / "briefings").exists()
        assert floor.approve(asked).code == 0
        await floor.until_status(asked["id"], "executed")
        await floor.program.until(
            lambda _: heartbeat.read_text(encoding="utf-8") != before,
            "status",
        )
    (briefing,) = (floor.folder / "briefings").iterdir()
    assert "Watchfloor reads HEARTBEAT.md." in briefing.read_text(encoding="utf-8")
    # That box, and not a byte more.
    assert heartbeat.read_text(encoding="utf-8") == before.replace("- [ ] @briefing", "- [x] @briefing")
