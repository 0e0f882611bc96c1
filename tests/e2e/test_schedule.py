"""Background jobs from the command line of the real program: run, planned anew while running, held, remembered."""

from __future__ import annotations

from typing import Any, Final

import pytest

from .floor import Floor

PLAN: Final = """
[schedule.jobs.daily_digest_generation]
cron = "30 7 * * mon-fri"
zone = "Europe/Berlin"
active_from = "07:00"
active_until = "19:00"
jitter_seconds = 60
"""
DIGEST: Final = "daily_digest_generation"

pytestmark = pytest.mark.timeout(180)


def job(floor: Floor) -> dict[str, Any]:
    found: dict[str, Any] = floor.program.ok("schedule", "show", DIGEST, "--json").data["job"]
    return found


async def test_a_job_runs_by_hand_takes_a_new_plan_at_once_is_held_and_remembered(floor: Floor) -> None:
    program = floor.program
    # Asked for while no engine runs: it runs when one does.
    assert "as soon as an engine runs" in program.ok("schedule", "run", DIGEST).out
    with floor.engine():
        await program.until(
            lambda answer: answer.code == 0 and any(one["outcome"] == "ok" for one in answer.data["items"]),
            *("schedule", "history", DIGEST, "--json"),
        )
        digests = [one for one in floor.actions() if one["tool"] == "digest"]
        assert digests
        settings = floor.folder / "watchfloor.toml"
        settings.write_text(settings.read_text(encoding="utf-8") + PLAN, encoding="utf-8")
        await program.until(
            lambda answer: answer.code == 0 and answer.data["job"]["plan"].startswith("30 7"),
            *("schedule", "show", DIGEST, "--json"),
        )
        assert (job(floor)["hours"], job(floor)["zone"], len(job(floor)["next"])) == ("07:00–19:00", "Europe/Berlin", 5)
        program.ok("schedule", "pause", DIGEST, "--reason", "not today")
        refused = program.run("schedule", "run", DIGEST)
        assert (refused.code, "not today" in refused.err) == (1, True)
        planned = job(floor)["next"]
    # Held and planned as before, without an engine and with the next one.
    assert (job(floor)["state"], job(floor)["next"]) == ("paused", planned)
    program.ok("schedule", "resume", DIGEST)
    with floor.engine():
        await floor.up()
        ended = program.ok("schedule", "run", DIGEST, "--wait", "--json").data["run"]
        assert (ended["outcome"], ended["cause"]) == ("ok", "hand")
        assert job(floor)["next"] == planned
    assert program.ok("audit", "verify").code == 0


def test_a_cron_entry_is_read_without_a_workspace(floor: Floor) -> None:
    good = floor.program.run("schedule", "check", "30 2 * * *", "--zone", "Europe/Berlin", "--json")
    assert (good.code, len(good.data["next"])) == (0, 5)
    bad = floor.program.run("schedule", "check", "0 22-22 * * *")
    assert (bad.code, "write 22" in bad.err) == (1, True)
