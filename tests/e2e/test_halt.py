"""The kill switch across processes: an engine with a tool in flight, an agent with a long command, and what is left."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from .floor import Floor

TICKER = """
import pathlib, sys, time
file = pathlib.Path(sys.argv[1])
while True:
    with file.open("a") as out:
        out.write(f"{time.time()}\\n")
    time.sleep(0.02)
"""
SETTINGS = """
[tools.commands.slow]
argv = ["{python}", "ticker.py", "tool.ticks"]
timeout_seconds = 600

[agents]
default_timeout_seconds = 600

[agents.commands.long]
argv = ["{python}", "{folder}/ticker.py", "{folder}/agent.ticks"]

[coordination]
lease_seconds = 2
"""

pytestmark = pytest.mark.timeout(180)


def ticks(file: Path) -> list[float]:
    """When the program at work left a mark, each time."""
    return [float(line) for line in file.read_text().split("\n")[:-1]] if file.exists() else []


def prepare(floor: Floor) -> tuple[Path, Path]:
    """A tool and an agent's program that leave a mark fifty times a second."""
    folder = floor.folder
    (folder / "ticker.py").write_text(TICKER)
    settings = folder / "watchfloor.toml"
    text = settings.read_text(encoding="utf-8").replace("[coordination]\n", "")
    text = text.replace("[governance]\n", "[governance]\ngrace_seconds = 0\n")
    settings.write_text(
        text + SETTINGS.replace("{folder}", str(folder)).replace("{python}", sys.executable), encoding="utf-8"
    )
    (folder / "HEARTBEAT.md").write_text('# Heartbeat\n\n## One-time\n- [ ] @command {"name": "slow"}\n')
    return folder / "tool.ticks", folder / "agent.ticks"


@contextmanager
def agent_of(floor: Floor, name: str) -> Iterator[subprocess.Popen[bytes]]:
    """An agent of an engine that is just starting."""
    while floor.program.run("status").code != 0:
        pass
    with floor.program.running("agent", "--id", name) as process:
        yield process


async def until_ticking(floor: Floor, file: Path) -> None:
    """Wait for the first marks."""
    await floor.program.until(lambda _: len(ticks(file)) > 2, "status")


def tickers(floor: Floor) -> list[psutil.Process]:
    """The programs that leave marks."""
    return [
        process
        for process in psutil.process_iter(["cmdline", "cwd"])
        if "ticker.py" in " ".join(process.info["cmdline"] or []) and process.info["cwd"] == str(floor.folder)
    ]


async def test_everything_stops_in_every_process_and_is_accounted_for(floor: Floor) -> None:
    program = floor.program
    tool, agent = prepare(floor)
    program.ok("tasks", "submit", "tick for ever", "--type", "long", "--payload", "{}")
    with floor.engine(), agent_of(floor, "worker-1") as worker:
        asked = await floor.until_action("run_command")
        assert floor.approve(asked).code == 0
        await until_ticking(floor, tool)
        await until_ticking(floor, agent)
        assert len(tickers(floor)) == 2

        halted = program.ok("halt", "--reason", "wrong mails", "--json").data
        listed = {(one["what"], one["title"]): one for one in halted["data"]["in_flight"]}
        assert listed["action", "run_command"]["id"] == asked["id"]
        assert listed["task", "tick for ever"]["by"] == "worker-1"

        def settled(answer: Any) -> bool:
            found = {one["title"]: one["now"] for one in answer.data["halt"]["in_flight"]}
            return found == {"run_command": "uncertain", "tick for ever": "pending"}

        paused = (await program.until(settled, "paused", "--json")).data
        assert [(one["scope"], one["reason"]) for one in paused["items"]] == [("engine", "wrong mails")]
        assert tickers(floor) == []
        marks = len(ticks(tool)), len(ticks(agent))
        # The engine looks for work, and tells what is paused, once a second; the agent asks again as often.
        for _ in range(4):
            await asyncio.to_thread(program.ok, "status")
        assert (len(ticks(tool)), len(ticks(agent))) == marks
        view = program.ok("status", "--json").data["status"]
        assert view["engine"]["halted"]
        assert any("uncertain" in line for line in view["engine"]["in_flight"])
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=30) == 0
    # Durable: another engine, and nothing moves.
    with floor.engine(), agent_of(floor, "worker-2"):
        await program.until(lambda answer: len(answer.data["status"]["agents"]["agents"]) > 0, "status", "--json")
        assert (len(ticks(tool)), len(ticks(agent))) == marks
        program.ok("resume")
        await program.until(lambda _: len(ticks(agent)) > marks[1], "status")
        # What may have had its effect is not done again by itself.
        assert len(ticks(tool)) == marks[0]
        assert floor.action(asked["id"])["status"] == "uncertain"
    assert program.ok("audit", "verify").code == 0


async def test_a_worker_that_is_cut_off_stops_by_its_lease(floor: Floor) -> None:
    program = floor.program
    _, agent = prepare(floor)
    program.ok("tasks", "submit", "tick for ever", "--type", "long", "--payload", "{}")
    with program.running("run") as engine, agent_of(floor, "worker-1"):
        await until_ticking(floor, agent)
        # The engine and its private server freeze: nobody is left to tell the agent anything.
        frozen = [psutil.Process(engine.pid), *psutil.Process(engine.pid).children(recursive=True)]
        for process in frozen:
            process.suspend()
        try:
            for _ in range(600):
                if not tickers(floor):
                    break
                await asyncio.sleep(0.1)
            assert tickers(floor) == []
        finally:
            for process in frozen:
                process.resume()


async def test_a_paused_platform_holds_what_would_go_out_on_it(floor: Floor) -> None:
    program = floor.program
    with floor.engine():
        await floor.up()
        refused = program.run("pause", "platform", "pigeon")
        assert refused.code == 1
        assert "there are" in refused.err.lower()
        asked = await floor.until_action("create_briefing")
        program.ok("pause", "platform", "briefing", "--reason", "not now")
        assert floor.approve(asked).code == 0
        await program.until(lambda answer: answer.code == 0, "status")
        row = next(one for one in program.ok("paused", "--json").data["items"] if one["scope"] == "platform")
        assert (row["target"], row["reason"]) == ("briefing", "not now")
        assert floor.action(asked["id"])["status"] == "approved"
        assert not (floor.folder / "briefings").exists()
        program.ok("resume", "platform", "briefing")
        await floor.until_status(asked["id"], "executed")
        assert (floor.folder / "briefings").exists()
