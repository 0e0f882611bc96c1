"""Dead letters from the console's page to a real agent: one is replayed and done, another is forgotten for good.

And from the queues' page: what tasks ask for is paused and goes on.
"""

from __future__ import annotations

from typing import Any

import pytest

from ..tui.cli.program import Program
from ..tui.cli.terminal import ProgramHost
from ..tui.terminal.pty_host import Host
from .floor import Floor

SETTINGS = """
[agents.commands.mended]
argv = ["cat", "mended.txt"]
"""

pytestmark = pytest.mark.timeout(120)


def pause_from_its_row(program: Program, host: Host, name: str) -> None:
    """What was done lately has a row among the queues, and is paused from it by its name; and goes on again."""
    host.send(b"\x1b")
    host.until_quiet()
    host.send(b"Q")
    host.until_shown("1 queue")
    host.until_quiet()
    host.send(b"p")
    host.until_shown(f"■ paused: {name}")
    held = program.ok("paused", "--json").data["items"]
    assert [(one["scope"], one["target"], one["operator"]) for one in held] == [("queue", name, "tester")]
    host.send(b"p")
    host.until(lambda: not any("■ paused" in line for line in host.lines()))
    assert program.ok("paused", "--json").data["items"] == []


async def test_what_died_is_replayed_and_purged_from_the_console(floor: Floor) -> None:
    program = floor.program
    settings = floor.folder / "watchfloor.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + SETTINGS, encoding="utf-8")

    def submit(title: str, kind: str) -> str:
        given = ("--type", kind, "--attempts", "1", "--json")
        found: str = program.ok("tasks", "submit", title, *given).data["data"]["id"]
        return found

    def dead() -> list[str]:
        return [one["id"] for one in program.ok("dead", "list", "--json").data["items"]]

    async def until(task_id: str, state: str) -> dict[str, Any]:
        answer = await program.until(
            lambda answer: any((one["id"], one["state"]) == (task_id, state) for one in answer.data["items"]),
            *("tasks", "list", "--json"),
        )
        return next(one for one in answer.data["items"] if one["id"] == task_id)

    with floor.engine():
        await floor.up()
        with program.running("agent", "--id", "worker-1"):
            # Without a text it can never be counted, with its file the other one can still be read.
            lost = submit("count nothing", "word_count")
            mended = submit("read the letter", "mended")
            await until(lost, "dead")
            await until(mended, "dead")
            (floor.folder / "mended.txt").write_text("it is there now", encoding="utf-8")
            with ProgramHost(program) as host:
                host.until_shown("Helper")
                host.send(b"5V")
                host.until_shown("read the letter")
                host.until_shown("count nothing")
                host.until_quiet()
                # The newest stands first: that is the one whose file was missing.
                host.send(b"u")
                host.until_shown("Replay read the letter?")
                host.until_quiet()
                host.send(b"y")
                assert (await until(mended, "done"))["result"].startswith("it is there now")
                host.until(lambda: not any("read the letter" in line for line in host.lines()))
                assert dead() == [lost]
                host.send(b"X")
                host.until_shown("Purge count nothing?")
                host.until_quiet()
                # A no leaves it where it is.
                host.send(b"n")
                host.until(lambda: not any("Purge count nothing?" in line for line in host.lines()))
                assert dead() == [lost]
                host.send(b"X")
                host.until_shown("Purge count nothing?")
                host.until_quiet()
                host.send(b"y")
                host.until_shown("No task was given up.")
                pause_from_its_row(program, host, "mended")
        assert dead() == []
        assert program.run("tasks", "show", lost).code != 0
        assert [row["subject"] for row in floor.journal("task.purged")] == [lost]
        assert [row["actor"] for row in floor.journal("task.purged")] == ["operator:tester"]
    assert program.ok("audit", "verify").code == 0
