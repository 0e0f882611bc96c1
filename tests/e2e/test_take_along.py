"""What an operator takes along: tasks, goals with their approval steps, and cron entries, into a fresh workspace."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ..tui.cli.program import Program
from .floor import Floor, make_repository

LETTER = {"account": "acme", "to": "jo@acme.example", "subject": "40 seats", "text": "Dear Jo"}
ADMIN = json.dumps({"tester": "admin"})

pytestmark = pytest.mark.timeout(120)


def goal(program: Program, graph: str) -> dict[str, Any]:
    """A goal in steps as the command line shows it, without what only its own workspace knows."""
    found: dict[str, Any] = program.ok("goal", "graph", graph, "--json").data
    return found


def test_everything_about_tasks_arrives_in_a_fresh_workspace(floor: Floor, tmp_path: Path) -> None:
    program = floor.program
    first = program.ok("tasks", "submit", "first", "--json").data["data"]["id"]
    program.ok("tasks", "submit", "second", "--after", first, "--policy", "wait", "--unique", "k")
    program.ok("tasks", "submit", "nightly", "--cron", "0 3 * * *", "--name", "night", "--type", "word_count")
    values = [word for name, value in LETTER.items() for word in ("--set", f"{name}={value}")]
    graph = program.ok("goal", "submit", "customer-letter", *values, "--json").data["data"]["id"]
    extra = program.ok("tasks", "submit", "extra", "--goal", graph, "--about", "at length", "--json").data["data"]["id"]
    shown = program.ok("tasks", "show", extra).out
    assert "at length" in shown
    assert graph in shown
    assert program.run("tasks", "submit", "lost", "--goal", "no-such-goal").code == 1
    file = tmp_path / "tasks.json"
    assert program.ok("tasks", "export", str(file), "--json").data["crons"] == 1

    fresh = Floor(Program(tmp_path / "fresh", program.home))
    fresh.folder.mkdir()
    make_repository(fresh.folder)
    fresh.program.ok("init")
    taken = fresh.program.ok("tasks", "import", str(file), "--json", WATCHFLOOR_GOVERNANCE__OPERATORS=ADMIN).data
    assert (taken["left"], taken["crons"]) == (0, 1)
    assert goal(fresh.program, graph) == goal(program, graph)
    for question in (("tasks", "crons"), ("tasks", "list"), ("goal", "list")):
        assert fresh.program.ok(*question, "--json").data == program.ok(*question, "--json").data
    assert fresh.program.ok("audit", "verify").code == 0
    # What the approval step asks has not changed since it was planned, here as there; a changed byte is found.
    fresh.edit("UPDATE graph_tasks SET asks = replace(asks, 'jo@acme', 'jo@acne') WHERE step = 'send'")
    broken = fresh.program.run("audit", "verify")
    assert (broken.code, "what it asks was changed in the database" in broken.out + broken.err) == (4, True)
    assert "it will not be asked" in json.dumps(goal(fresh.program, graph))
