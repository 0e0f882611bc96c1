"""Tasks later, only once, again and again, paused, dead: from the command line to a real agent and back."""

from __future__ import annotations

from typing import Any

import pytest

from .floor import Floor

SETTINGS = """
[agents.commands.broken]
argv = ["false"]

[agents.retry]
base_seconds = 0.05
cap_seconds = 0.1

[tasks.limits.word_count]
per_minute = 6000
burst = 2
"""

pytestmark = pytest.mark.timeout(120)


def goes_on_by_name(floor: Floor, task: str) -> None:
    """Everything else was handed out; only what an operator paused waits, and says so, until they let it go on."""
    [blocked] = floor.program.ok("agents", "blocked", "--json").data
    assert (blocked["task"], "word_count is paused" in blocked["why"]) == (task, True)
    [queue] = [one for one in floor.program.ok("agents", "queues", "--json").data if one["needs"] == ["word_count"]]
    assert (queue["pending"], queue["paused"]) == (1, ["word_count"])
    assert floor.program.run("--read-only", "resume", "--capability", "word_count").code != 0
    floor.program.ok("resume", "--capability", "word_count")
    assert [row["subject"] for row in floor.journal("queue.paused")] == ["word_count"]
    assert [row["subject"] for row in floor.journal("queue.resumed")] == ["word_count"]


async def test_tasks_wait_come_once_and_again_and_dead_ones_are_replayed_and_forgotten(floor: Floor) -> None:
    program = floor.program
    settings = floor.folder / "watchfloor.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")

    async def until(title: str, *states: str) -> dict[str, Any]:
        answer = await program.until(
            lambda answer: any(one["title"] == title and one["state"] in states for one in answer.data["items"]),
            *("tasks", "list", "--json"),
        )
        found: dict[str, Any] = next(one for one in answer.data["items"] if one["title"] == title)
        return found

    with floor.engine():
        await floor.up()
        soon = program.ok("tasks", "submit", "soon", "--delay", "0.2", "--json").data["data"]["id"]
        once = program.ok("tasks", "submit", "once", "--unique", "k", "--delay", "3600", "--json").data["data"]["id"]
        again = program.ok("tasks", "submit", "once more", "--unique", "k", "--json").data["data"]
        assert (again["id"], again["new"]) == (once, False)
        program.ok("tasks", "submit", "minutely", "--cron", "* * * * *", "--name", "m")
        assert program.run("tasks", "submit", "wrong", "--cron", "22-22 * * * *", "--name", "w").code != 0
        held = program.ok("tasks", "submit", "held", "--json").data["data"]["id"]
        program.ok("tasks", "pause", held)
        bad = program.ok("tasks", "submit", "bad", "--type", "broken", "--attempts", "2", "--json").data["data"]["id"]
        program.ok("tasks", "submit", "after bad", "--after", bad, "--policy", "skip")
        mistyped = program.run("pause", "--capability", "word_cuont")
        assert (mistyped.code, "There are: word_count, " in mistyped.err) == (1, True), mistyped.err
        program.ok("pause", "--capability", "word_count", "--reason", "not now")
        text = ("--type", "word_count", "--payload", '{"text": "two words"}', "--json")
        counted = program.ok("tasks", "submit", "count", *text).data["data"]["id"]
        with program.running("agent", "--id", "worker-1"):
            await until("soon", "done")
            died = await until("bad", "dead")
            assert died["attempts"] == 2
            assert "skipped: it depends on bad" in (await until("after bad", "cancelled"))["error"]
            [dead] = program.ok("dead", "list", "--json").data["items"]
            assert (dead["id"], dead["type"]) == (bad, "broken")
            assert program.ok("tasks", "show", held, "--json").data["subject"] == held
            assert (await until("held", "paused"))["agent"] == ""
            program.ok("tasks", "resume", held)
            await until("held", "done")
            assert program.ok("dead", "replay", bad).code == 0
            await program.until(
                lambda answer: [one["id"] for one in answer.data["items"]] == [bad], *("dead", "list", "--json")
            )
            assert (await until("count", "pending"))["agent"] == ""
            goes_on_by_name(floor, counted)
            await until("count", "done")
            queues = program.ok("tasks", "queues", "--json").data
            assert queues["delayed"] >= 1
        assert program.run("dead", "purge").code == 2
        assert program.ok("dead", "purge", "--all", "--json").data["data"]["purged"] == 1
        assert program.ok("dead", "list", "--json").data["items"] == []
        [cron] = program.ok("tasks", "crons", "--json").data["items"]
        assert (cron["name"], cron["cron"]) == ("m", "* * * * *")
        program.ok("tasks", "uncron", "m")
        assert program.ok("tasks", "show", soon, "--json").data["subject"] == soon
    assert program.ok("audit", "verify").code == 0
