"""A standing task that asks first, killed at every step of its way: one question, one effect, one tick."""

from __future__ import annotations

import asyncio
import os
import signal
from typing import Any, Final

import pytest

from .floor import Floor

SETTINGS: Final = """
[heartbeat]
interval_seconds = 30
first_beat_seconds = 0
"""
STEPS: Final = (
    "heartbeat.asked:unnoted:1",
    "gate.start:recorded:1",
    "launch.effect:before:1",
    "file.rename:before:1",
    "file.rename:after:1",
    "launch.effect:after:1",
    "launch.finish:after:1",
    "heartbeat.tick:before:1",
    "heartbeat.replace:before:1",
    "heartbeat.tick:after:1",
)
"""Where the process dies, in the order of the task's way."""
USUAL: Final = (
    "heartbeat.asked:unnoted:1",
    "launch.effect:after:1",
    "heartbeat.tick:before:1",
    "heartbeat.tick:after:1",
)
TRIED: Final = STEPS if os.environ.get("WATCHFLOOR_HEARTBEAT_STEPS") == "all" else USUAL
"""Each takes the program a dozen starts, so that only the most telling ones are tried every time."""
LIMIT_SECONDS: Final = 60.0

pytestmark = pytest.mark.timeout(240)


def briefings(floor: Floor) -> list[dict[str, Any]]:
    return [one for one in floor.actions() if one["proposer"] == "heartbeat"]


async def until_dead_or_ticked(floor: Floor, process: Any) -> None:
    """Say yes to what asks, until the process has died at its point."""
    for _ in range(int(LIMIT_SECONDS)):
        if process.poll() is not None:
            return
        # Asked before the engine is up, the command line would use its core, and hold the workspace against it.
        answer = floor.program.run("status")
        if answer.code == 0:
            answer = floor.program.run("approvals", "list", "--status", "pending", "--json")
            for one in answer.data["items"] if answer.code == 0 else ():
                if one["proposer"] == "heartbeat":
                    floor.program.run("approvals", "approve", one["id"], "--yes", "--digest", one["digest"])
        await asyncio.sleep(0.5)
    pytest.fail("the process did not reach its point")


@pytest.mark.parametrize("step", TRIED)
async def test_killed_there_it_still_asks_once_runs_once_and_ticks_once(floor: Floor, step: str) -> None:
    settings = floor.folder / "watchfloor.toml"
    text = settings.read_text(encoding="utf-8").replace("[governance]", "[governance]\ngrace_seconds = 0")
    settings.write_text(text + SETTINGS, encoding="utf-8")
    heartbeat = floor.folder / "HEARTBEAT.md"
    before = heartbeat.read_text(encoding="utf-8")
    with floor.program.running("run", WATCHFLOOR_CRASH_AT=step) as process:
        await until_dead_or_ticked(floor, process)
        assert process.wait(timeout=10) == -signal.SIGKILL, process.stderr and process.stderr.read()
    with floor.engine():
        await floor.up()
        pending = [one for one in briefings(floor) if one["status"] == "pending"]
        for one in pending:
            assert floor.approve(one).code == 0
        (asked,) = briefings(floor)
        ended = await floor.until_status(asked["id"], "executed")
        assert ended["id"] == asked["id"]
        await floor.program.until(
            lambda answer: answer.code == 0 and _ticked(answer.data), "heartbeat", "status", "--json"
        )
    # One question, one file, one tick, and not another byte.
    assert len(briefings(floor)) == 1
    written = [one for one in (floor.folder / "briefings").iterdir() if "First briefing" in one.read_text("utf-8")]
    assert len(written) == 1
    assert heartbeat.read_text(encoding="utf-8") == before.replace("- [ ] @briefing", "- [x] @briefing")
    assert not [name for name in floor.folder.iterdir() if name.name.startswith(".HEARTBEAT-")]
    assert floor.program.ok("audit", "verify").code == 0


def _ticked(view: dict[str, Any]) -> bool:
    return any(line["state"] == "done" and "@briefing" in line["text"] for line in view["lines"])
